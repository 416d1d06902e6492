/**
 * Proves for files what the other tests here prove for documents: a row that ends its worker, keeps it for ever or breaks the
 * kernel becomes a dead letter and costs nothing else; a worker killed at any moment costs nothing at all; and batches that are
 * done in any order give the same bytes. The run's scheduler is given workers that fail on cue or wait at random.
 */
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as SchedulerModule from '../../src/engine/threads/scheduler.js';
import { scoreFiles } from '../../src/engine/score-files/score-files.js';
import type { RunSummary, ScoreFilesOptions } from '../../src/engine/score-files/options.js';
import { FAULTY_WORKER, SLOW_WORKER, threadsOf } from '../support/faults.js';
import { errorOf, within } from '../support/outcomes.js';
import { Scratch, jsonLines, readRows } from '../support/scratch.js';

const given: { workerFile: URL | undefined } = vi.hoisted(() => ({ workerFile: undefined }));
vi.mock('../../src/engine/threads/scheduler.js', async (original) => {
  const { Scheduler, ...others } = await original<typeof SchedulerModule>();
  class GivenScheduler extends Scheduler {
    constructor(options: SchedulerModule.SchedulerOptions) {
      super(given.workerFile === undefined ? options : { ...options, workerFile: given.workerFile });
    }
  }
  return { ...others, Scheduler: GivenScheduler };
});

const scratch = new Scratch();

interface Result {
  readonly output: string;
  readonly rows: string[];
  readonly letters: Record<string, unknown>[];
  readonly summary: RunSummary;
}

/** Runs to the end, with workers of this kind. */
async function run(workerFile: URL | undefined, options: Partial<ScoreFilesOptions>): Promise<Result> {
  const output = scratch.fresh('.jsonl');
  given.workerFile = workerFile;
  const summary = await scoreFiles({ inputs: [], output, workers: 2, chunkBytes: 4096, ...options });
  const text = readFileSync(output, 'utf8');
  return { output, rows: text.split('\n').slice(0, -1), letters: readRows(`${output}.failed.jsonl`), summary };
}

/** Rows of different sizes, with a cue in the text of some. */
function rowsWith(count: number, cues: Readonly<Record<number, string>>): { text: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    text: cues[index] ?? `Row ${index}. ${'word '.repeat(index % 120)}`,
  }));
}

function writeRows(rows: readonly unknown[]): string {
  const path = scratch.fresh('.jsonl');
  return scratch.write(path.slice(scratch.folder.length + 1), jsonLines(rows));
}

beforeEach(() => {
  given.workerFile = undefined;
});

describe('a row', () => {
  it.each([
    ['that ends its worker', 'FAULT:exit', 'ERR_WORKER_CRASHED', 2],
    ['that keeps its worker for ever', 'FAULT:hang', 'ERR_WORKER_TIMEOUT', 2],
    ['at which the kernel stops', 'FAULT:trap', 'ERR_OUT_OF_MEMORY', 0],
  ])('%s is a dead letter, and the others are as without it', async (_, cue, code, restarts) => {
    const clean = writeRows(rowsWith(300, {}));
    const spoilt = writeRows(rowsWith(300, { 140: cue }));
    const expected = (await run(undefined, { inputs: [clean] })).rows.map((row) => row.replaceAll(clean, spoilt));
    const { rows, letters, summary } = await run(FAULTY_WORKER, { inputs: [spoilt], workerTimeoutMs: 300 });
    expect(rows).toEqual(expected.filter((_row, index) => index !== 140));
    expect(letters).toMatchObject([{ source: spoilt, ordinal: 140, line: 141, code }]);
    expect(summary).toMatchObject({ documents: 300, failed: 1, restarts });
  });

  it('among several in one chunk is told from the others, each of its own kind', async () => {
    const cues = { 0: 'FAULT:exit', 1: 'FAULT:trap', 5: 'FAULT:exit', 299: 'FAULT:exit' };
    const { rows, letters } = await run(FAULTY_WORKER, { inputs: [writeRows(rowsWith(300, cues))] });
    expect(rows).toHaveLength(296);
    expect(letters.map(({ ordinal, code }) => [ordinal, code])).toEqual([
      [0, 'ERR_WORKER_CRASHED'],
      [1, 'ERR_OUT_OF_MEMORY'],
      [5, 'ERR_WORKER_CRASHED'],
      [299, 'ERR_WORKER_CRASHED'],
    ]);
  });

  it('of a text file is a dead letter of that file', async () => {
    const names = ['a', 'b', 'c', 'd'].map((name) => scratch.path(`${name}.txt`));
    for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) {
      scratch.write(`${name}.txt`, index === 2 ? 'FAULT:exit' : 'Two words.');
    }
    const { rows, letters } = await run(FAULTY_WORKER, { inputs: names });
    expect(rows).toHaveLength(3);
    expect(letters).toMatchObject([{ source: names[2], ordinal: 0, code: 'ERR_WORKER_CRASHED' }]);
    expect(letters[0]).not.toHaveProperty('line');
  });
});

describe('a worker', () => {
  it('that dies once loses nothing', async () => {
    const marker = scratch.fresh('.marker');
    const input = writeRows(rowsWith(300, { 100: `FAULT:once=${marker}` }));
    const expected = await run(undefined, { inputs: [input] });
    const { rows, letters, summary } = await run(FAULTY_WORKER, { inputs: [input] });
    expect(existsSync(marker)).toBe(true);
    expect(rows).toEqual(expected.rows);
    expect(letters).toEqual([]);
    expect(summary.restarts).toBe(1);
  });

  it('that is killed at any moment loses nothing', async () => {
    const input = writeRows(rowsWith(600, { 10: 'FAULT:busy=15', 300: 'FAULT:busy=15', 590: 'FAULT:busy=15' }));
    const expected = await run(undefined, { inputs: [input] });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 70 }), async (afterMs) => {
        await threadsOf(async (threads) => {
          const work = run(FAULTY_WORKER, { inputs: [input] });
          await new Promise((resolve) => setTimeout(resolve, afterMs));
          await threads[0]?.terminate();
          const result = await within(20_000, work, undefined);
          expect(result?.rows).toEqual(expected.rows);
          expect(result?.letters).toEqual([]);
        });
      }),
      { numRuns: 8 },
    );
  });

  it('that hangs does not keep a run that is aborted', async () => {
    const input = writeRows(rowsWith(50, { 3: 'FAULT:hang' }));
    const controller = new AbortController();
    given.workerFile = FAULTY_WORKER;
    const output = scratch.fresh('.jsonl');
    const work = scoreFiles({ inputs: [input], output, workers: 1, chunkBytes: 4096, signal: controller.signal });
    setTimeout(() => {
      controller.abort();
    }, 150);
    expect(await within(3000, errorOf(work), 'waits')).toMatchObject({ code: 'ERR_ABORTED' });
  });

  it('that cannot start fails the run', async () => {
    given.workerFile = new URL('missing-worker.mjs', FAULTY_WORKER);
    const work = scoreFiles({ inputs: [writeRows(rowsWith(5, {}))], output: scratch.fresh('.jsonl'), workers: 2 });
    expect(await within(5000, errorOf(work), 'waits')).toMatchObject({ code: 'ERR_INTERNAL' });
  });
});

describe('with workers that wait at random', () => {
  it('the output is the same, byte for byte, dead letters too', async () => {
    const bad = ['{', '[]', '{"id":1}', '{"text":null}'];
    const line = fc.oneof(
      { weight: 12, arbitrary: fc.nat({ max: 900 }).map((words) => jsonLines([{ text: 'word '.repeat(words) }])) },
      { weight: 1, arbitrary: fc.constantFrom(...bad).map((each) => `${each}\n`) },
      { weight: 1, arbitrary: fc.constant('\n') },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 150, size: 'max' }), async (lines) => {
        const path = scratch.fresh('.jsonl');
        const input = scratch.write(path.slice(scratch.folder.length + 1), lines.join(''));
        const expected = await run(undefined, { inputs: [input], workers: 1, chunkBytes: 1024 * 1024 });
        const slow = await run(SLOW_WORKER, { inputs: [input], workers: 3 });
        expect(slow.rows).toEqual(expected.rows);
        expect(slow.letters).toEqual(expected.letters);
      }),
      { numRuns: 8 },
    );
  });
});
