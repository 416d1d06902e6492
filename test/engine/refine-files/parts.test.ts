/**
 * Proves, by generated rows and a slow model of which of them fail, that whatever the windows are and whoever finishes first: each
 * document is refined once and after all that it depends on, none that fails for the sake of others is refined at all, rows and dead
 * letters come in input order, and the run comes to its end. Refining is a promise that the test keeps when it likes.
 */
import { writeFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SYSTEM_CLOCK } from '../../../src/core/clock.js';
import { MillraceError } from '../../../src/core/errors.js';
import { openDependentWork } from '../../../src/engine/refine-files/dependent-work.js';
import { DocumentFeed, type DocumentFeedSettings } from '../../../src/engine/refine-files/document-feed.js';
import { HeldRows } from '../../../src/engine/refine-files/finished-rows.js';
import { OrderedOutput } from '../../../src/engine/refine-files/ordered-output.js';
import { readSettings } from '../../../src/engine/refine-files/read-settings.js';
import type { Refined } from '../../../src/engine/refine/refiner.js';
import { RunMeters } from '../../../src/engine/run-meters.js';
import { DeadLetters } from '../../../src/io/dead-letters.js';
import { resolveInputs } from '../../../src/io/inputs.js';
import type { Sink } from '../../../src/io/sink.js';
import { CHECKPOINT_START } from '../../../src/ledger/calls/calls.js';
import { Monitor } from '../../../src/monitor/monitor.js';
import { essentialNumbers } from '../../../src/refine/row.js';
import { dependentRows, failuresByModel, MAX_BYTES, type DependentRow } from '../../support/dependent-rows.js';
import { madeReport } from '../../support/made-report.js';
import { Scratch } from '../../support/scratch.js';

const scratch = new Scratch();

interface Windows {
  readonly documentsMax: number;
  readonly bytesMax: number;
}

/** What became of the rows of a file. */
interface Result {
  /** Ordinals, as they were begun and as they had ended. */
  readonly begun: readonly number[];
  readonly written: readonly number[];
  readonly letters: readonly { readonly ordinal: number; readonly code: string }[];
}

/** @param losing - documents whose last call fails for good. @param pick - which of those under way ends next. */
async function run(
  rows: readonly DependentRow[],
  losing: ReadonlySet<number>,
  windows: Windows,
  pick: (count: number) => number,
): Promise<Result> {
  const path = scratch.fresh('.jsonl');
  writeFileSync(path, rows.map(({ line }) => `${line}\n`).join(''));
  const { inputs } = await resolveInputs([path]);
  const controller = new AbortController();
  const held = new HeldRows();
  const reading = {
    ...readSettings({ textField: 'text', idField: 'id', maxBytes: MAX_BYTES }),
    stdin: process.stdin,
    signal: controller.signal,
  };
  const work = await openDependentWork({
    ...{ inputs, reading, field: 'parts', rows: held, ledger: undefined, failed: undefined },
    start: CHECKPOINT_START,
  });
  const lines = new Lines();
  const letters = new Lines();
  const output = new OrderedOutput({
    ...{ rows: held, sink: lines.sink, deadLetters: DeadLetters.toStream(letters.stream, 'memory') },
    ...{ places: work.places, start: CHECKPOINT_START, otherTotals: {} },
    ...{ clock: SYSTEM_CLOCK, abandoned: undefined, meters: new RunMeters(new Monitor()) },
    onRoom: () => {
      feed.wake();
    },
  });
  const begun: number[] = [];
  const underWay: (() => void)[] = [];
  const refiner: DocumentFeedSettings['refiner'] = {
    async refine({ id }, { ordinal }) {
      for (const part of partsOf(rows, ordinal)) expect(finished.has(part)).toBe(true);
      begun.push(ordinal);
      await new Promise<void>((resolve) => underWay.push(resolve));
      finished.add(ordinal);
      return refinedOf(id, ordinal, losing.has(ordinal));
    },
  };
  const finished = new Set<number>();
  const errors: unknown[] = [];
  const feed = new DocumentFeed({
    ...{ ...work, ...windows, refiner, rows: held, output, oldRows: undefined, emit: 'reports', tally: undefined },
    engine: { scoreAll: (documents) => Promise.resolve(documents.map(() => madeReport())) },
    isPriced: () => true,
    hasRoom: () => true,
    ending: controller.signal,
    cancelled: controller.signal,
    onError: (error) => {
      errors.push(error);
      controller.abort();
    },
  });
  const writing = output.run();
  const state = { isOver: false };
  const feeding = feed
    .run()
    .then(() => feed.idle())
    .finally(() => (state.isOver = true));
  while (!state.isOver) {
    await new Promise(setImmediate); // for ever, if all wait for each other
    const [resolve] = underWay.splice(pick(underWay.length), 1);
    resolve?.();
  }
  expect(errors).toEqual([]);
  await feeding;
  output.end();
  await writing;
  await output.checkpoint();
  return {
    begun,
    written: lines.rows.map(({ text }) => Number(text)),
    letters: letters.rows.map(({ ordinal, code }) => ({ ordinal: Number(ordinal), code: String(code) })),
  };
}

/** Lines that are kept in memory. */
class Lines {
  #text = '';
  readonly sink: Sink = {
    write: (bytes) => {
      this.#text += Buffer.from(bytes).toString();
      return Promise.resolve();
    },
    flush: () => Promise.resolve(this.#text.length),
    commit: () => Promise.resolve(),
    abort: () => Promise.resolve(),
  };
  readonly stream = new Writable({
    write: (bytes: Buffer, _encoding, done) => {
      this.#text += bytes.toString();
      done();
    },
  });

  get rows(): Record<string, unknown>[] {
    return this.#text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

function partsOf(rows: readonly DependentRow[], ordinal: number): number[] {
  const { dependsOn = [] } = rows[ordinal] ?? {};
  return dependsOn.flatMap((id) => rows.flatMap((row, each) => (row.id === id ? [each] : [])));
}

function refinedOf(id: string | number, ordinal: number, isLost: boolean): Refined {
  const numbers = essentialNumbers(madeReport(), 0.5);
  const usage = { inputTokens: 0, outputTokens: 0, usd: 0 };
  return {
    row: {
      ...{ id, text: String(ordinal), accepted: !isLost, iterations: 1, calls: 1, usage, steps: [] },
      ...{ stopped: isLost ? 'failed' : 'gate', before: numbers, after: numbers },
    },
    error: isLost ? new MillraceError('ERR_PROVIDER_REQUEST', 'refused') : undefined,
  };
}

it('refines each document once and after its parts, whatever the windows', async () => {
  const windows = fc.record({ documentsMax: fc.integer({ min: 1, max: 4 }), bytesMax: fc.constantFrom(1, 200, 1e6) });
  const losing = fc.array(fc.nat(12), { maxLength: 3 }).map((ordinals) => new Set(ordinals));
  const seen = { outOfTurn: 0, lost: 0, failedForOthers: 0 };
  await fc.assert(
    fc.asyncProperty(dependentRows, losing, windows, fc.infiniteStream(fc.nat()), async (rows, lost, sizes, picks) => {
      const pick = (count: number): number => (count === 0 ? 0 : Number(picks.next().value) % count);
      const { begun, written, letters } = await run(rows, lost, sizes, pick);
      const alone = failuresByModel(rows);
      const failed = failuresByModel(rows.map((row, at) => (lost.has(at) ? { ...row, isBad: true } : row)));
      const all = [...rows.keys()];
      expect(written).toEqual(all.filter((at) => !failed[at]));
      expect(letters.map(({ ordinal }) => ordinal)).toEqual(all.filter((at) => failed[at]));
      const isBegun = (at: number): boolean =>
        !failed[at] || (lost.has(at) && partsOf(rows, at).every((each) => !failed[each]));
      expect([...begun].sort((one, other) => one - other)).toEqual(all.filter((at) => !alone[at] && isBegun(at)));
      seen.outOfTurn += begun.filter((at, index) => begun.slice(0, index).some((before) => before > at)).length;
      seen.lost += letters.filter(({ code }) => code === 'ERR_PROVIDER_REQUEST').length;
      seen.failedForOthers += letters.filter(({ code }) => code === 'ERR_DEPENDENCY_FAILED').length;
    }),
    { numRuns: 120 },
  );
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
});
