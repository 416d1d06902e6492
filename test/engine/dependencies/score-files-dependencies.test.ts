/**
 * Proves that a run with `dependsOnField` writes the bytes of one without, less the rows that fail because of others, and a dead
 * letter for each of these: by generated files and a slow model, with filters and repeated documents, with rows that end their
 * workers before or after what depends on them, and in runs that were killed.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as SchedulerModule from '../../../src/engine/threads/scheduler.js';
import { scoreFiles } from '../../../src/engine/score-files/score-files.js';
import type { RunSummary, ScoreFilesOptions } from '../../../src/engine/score-files/options.js';
import { dependentRows, failuresByModel, MAX_BYTES } from '../../support/dependent-rows.js';
import { FAULTY_WORKER } from '../../support/faults.js';
import { errorOf } from '../../support/outcomes.js';
import { Scratch, jsonLines, readRows } from '../../support/scratch.js';

const given: { workerFile: URL | undefined } = vi.hoisted(() => ({ workerFile: undefined }));
vi.mock('../../../src/engine/threads/scheduler.js', async (original) => {
  const { Scheduler, ...others } = await original<typeof SchedulerModule>();
  class GivenScheduler extends Scheduler {
    constructor(options: SchedulerModule.SchedulerOptions) {
      super(given.workerFile === undefined ? options : { ...options, workerFile: given.workerFile });
    }
  }
  return { ...others, Scheduler: GivenScheduler };
});
beforeEach(() => {
  given.workerFile = undefined;
});

const BIN = fileURLToPath(new URL('../../../bin/millrace.js', import.meta.url));
const scratch = new Scratch();
const OPTIONS = { workers: 2, chunkBytes: 4096, measures: 'entropy' } as const;

interface Result {
  readonly rows: string[];
  readonly letters: Record<string, unknown>[];
  readonly summary: RunSummary;
}

async function run(inputs: readonly string[], options: Partial<ScoreFilesOptions> = {}): Promise<Result> {
  const output = options.output ?? scratch.fresh('.out.jsonl');
  const summary = await scoreFiles({ ...OPTIONS, inputs, output, ...options });
  for (const leftover of ['.partial', '.ledger', '.dedup']) expect(existsSync(output + leftover)).toBe(false);
  const bytes = readFileSync(output);
  const rows = (output.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n').slice(0, -1);
  return { rows, letters: readRows(`${output}.failed.jsonl`), summary };
}

function fileOf(content: string, isPacked = false): string {
  const path = scratch.fresh(isPacked ? '.jsonl.gz' : '.jsonl');
  writeFileSync(path, isPacked ? gzipSync(content) : content);
  return path;
}

const PARTS = { dependsOnField: 'parts' } as const;

it.each(['reports', 'rows', 'both'] as const)('leaves the other rows as they are, with emit %s', async (emit) => {
  const files = fc.array(fc.record({ rows: dependentRows, isPacked: fc.boolean() }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(files, async (all) => {
      const inputs = all.map(({ rows, isPacked }) => fileOf(rows.map(({ line }) => `${line}\n`).join(''), isPacked));
      const options = { emit, maxBytes: MAX_BYTES };
      const alone = await run(inputs, options);
      const result = await run(inputs, { ...options, ...PARTS });
      const unscored = new Set(alone.letters.map(({ source, ordinal }) => `${String(source)} ${String(ordinal)}`));
      const places = all.flatMap(({ rows }, index) => rows.map((_row, ordinal) => `${inputs[index]} ${ordinal}`));
      const failed = failuresByModel(all.flatMap(({ rows }) => rows));
      const scored = places.flatMap((place, index) => (unscored.has(place) ? [] : [failed[index]]));
      expect(result.rows).toEqual(alone.rows.filter((_row, index) => scored[index] === false));
      const lost = result.letters.map(({ source, ordinal }) => `${String(source)} ${String(ordinal)}`);
      expect(lost).toEqual(places.filter((_place, index) => failed[index]));
      expect(result.summary).toMatchObject({ documents: places.length, failed: lost.length });
    }),
    { numRuns: 5 },
  );
});

it('does not take rejected and repeated documents for failed ones', async () => {
  const input = fileOf(
    jsonLines([
      { id: 'short', text: 'One.' },
      { id: 'whole', text: 'Two words.', parts: ['short', 'again', 'bad'] },
      { id: 'again', text: 'Two words.', parts: 'short' },
      { id: 'third', text: 'Two words.' },
      { id: 'bad' },
      { id: 'last', text: 'Three words here.', parts: ['third', 'short'] },
    ]),
  );
  const options = { ...PARTS, measures: 'all', asOf: 2026, keepIf: 'words > 1', dedup: 'exact', emit: 'rows' } as const;
  const { rows, letters, summary } = await run([input], options);
  expect(rows.map((row) => (JSON.parse(row) as { id: string }).id)).toEqual(['again', 'last']); // of 'Two words.' the first left
  expect(letters).toMatchObject([
    { ordinal: 1, line: 2, id: 'whole', code: 'ERR_DEPENDENCY_FAILED' },
    { ordinal: 4, line: 5, id: 'bad', code: 'ERR_TEXT_MISSING' },
  ]);
  expect(summary).toMatchObject({ documents: 6, rejected: 2, failed: 2 });
});

it('takes the paths of text files for ids', async () => {
  const text = scratch.write('chapter.txt', 'Some words.');
  const gone = scratch.write('gone.txt', 'x'.repeat(MAX_BYTES + 1));
  const rows = fileOf(
    jsonLines([
      { id: 1, text: 'Fine.', parts: text },
      { id: 2, text: 'Not.', parts: gone },
    ]),
  );
  const { letters } = await run([rows, text, gone], { ...PARTS, maxBytes: MAX_BYTES });
  expect(letters).toMatchObject([
    { source: rows, id: 2, code: 'ERR_DEPENDENCY_FAILED' },
    { source: gone, code: 'ERR_DOCUMENT_TOO_LARGE' },
  ]);
});

it('refuses inputs that can be read only once, and a run to resume that had other dependencies', async () => {
  const stdin = Readable.from([]);
  expect(await errorOf(run(['-'], { ...PARTS, stdin }))).toMatchObject({ code: 'ERR_USAGE' });
  const input = fileOf(jsonLines(Array.from({ length: 2000 }, (_, id) => ({ id, text: 'Some words.' }))));
  const output = scratch.fresh('.out.jsonl');
  const controller = new AbortController();
  const onProgress = (): void => {
    controller.abort();
  };
  const stopped = run([input], { ...PARTS, output, onProgress, signal: controller.signal });
  expect(await errorOf(stopped)).toMatchObject({ code: 'ERR_ABORTED' });
  const error = await errorOf(run([input], { dependsOnField: 'of', output, resume: true }));
  expect(error.code).toBe('ERR_RESUME_MISMATCH');
  expect(error.message).toContain('dependsOnField: was "parts", now "of"');
});

describe('a row that ends its worker', () => {
  const COUNT = 400;

  /** Row 200 ends its worker; rows 10 and 390 depend on it, by way of 190 (in its chunk) and 210. */
  const PARTS_OF: Readonly<Record<number, number>> = { 10: 199, 199: 200, 210: 200, 390: 210, 30: 31 };

  function rowsWith(cue: string, parts = PARTS_OF): string {
    const rows = Array.from({ length: COUNT }, (_, id) => {
      return { id, text: id === 200 ? cue : `Row ${id}. ${'word '.repeat(id % 40)}`, parts: parts[id] };
    });
    return fileOf(jsonLines(rows));
  }

  it.each(['.jsonl', '.jsonl.gz'])('fails what depends on it, written already or not, in %s', async (ending) => {
    const input = rowsWith('FAULT:exit');
    const { rows: whole } = await run([input]);
    given.workerFile = FAULTY_WORKER;
    const { rows, letters, summary } = await run([input], { ...PARTS, output: scratch.fresh(ending) });
    expect(rows).toEqual(whole.filter((_row, id) => ![10, 199, 200, 210, 390].includes(id)));
    expect(letters.map(({ id, code }) => [id, code])).toEqual([
      [10, 'ERR_DEPENDENCY_FAILED'],
      [199, 'ERR_DEPENDENCY_FAILED'],
      [200, 'ERR_WORKER_CRASHED'],
      [210, 'ERR_DEPENDENCY_FAILED'],
      [390, 'ERR_DEPENDENCY_FAILED'],
    ]);
    expect(summary).toMatchObject({ documents: COUNT, failed: 5, restarts: 2 });
  });

  it('is known to the run that goes on, wherever it was stopped', async () => {
    const input = rowsWith('FAULT:exit');
    given.workerFile = FAULTY_WORKER;
    const expected = await run([input], PARTS);
    for (const stopAt of [1, 150, 260, 380]) {
      const output = scratch.fresh('.out.jsonl');
      const controller = new AbortController();
      const onProgress = ({ documents }: { documents: number }): void => {
        if (documents >= stopAt) controller.abort();
      };
      const stopped = run([input], { ...PARTS, output, onProgress, signal: controller.signal });
      expect(await errorOf(stopped)).toMatchObject({ code: 'ERR_ABORTED' });
      const { rows, letters } = await run([input], { ...PARTS, output, resume: true });
      expect(rows).toEqual(expected.rows);
      expect(letters).toEqual(expected.letters);
    }
  });

  it('fails what comes behind it without a second pass, even if that was scored already', async () => {
    const input = rowsWith('FAULT:exit', { 210: 200, 390: 210 });
    given.workerFile = FAULTY_WORKER;
    const written: Buffer[] = [];
    const stdout = new Writable({
      write: (bytes: Buffer, _encoding, done) => {
        written.push(Buffer.from(bytes));
        done();
      },
    });
    const failed = scratch.fresh('.failed.jsonl');
    await scoreFiles({ ...OPTIONS, ...PARTS, inputs: [input], stdout, failed });
    expect(readRows(failed).map(({ id }) => id)).toEqual([200, 210, 390]);
    expect(Buffer.concat(written).toString().split('\n')).toHaveLength(COUNT - 3 + 1);
  });

  it('ends a run to a stream that has a row which depends on it', async () => {
    given.workerFile = FAULTY_WORKER;
    const stdout = new Writable({
      write: (_bytes, _encoding, done) => {
        done();
      },
    });
    const work = scoreFiles({ ...OPTIONS, ...PARTS, inputs: [rowsWith('FAULT:exit')], stdout });
    expect(await errorOf(work)).toMatchObject({ code: 'ERR_DEPENDENCY_FAILED' });
  });
});

it('writes the same when it is killed and goes on', async () => {
  const rows = Array.from({ length: 15_000 }, (_, id) => {
    const parts = id % 7 === 0 ? [(id * 31) % 15_000, (id * 17) % 15_000] : undefined;
    return { id, text: id % 101 === 3 ? 5 : `Row ${id}. ${'water wheel '.repeat(id % 90)}`, parts };
  });
  const input = fileOf(jsonLines(rows));
  const expected = await run([input], PARTS);
  expect(expected.letters.length).toBeGreaterThan(15_000 / 101);
  const output = scratch.fresh('.out.jsonl');
  const args = [BIN, 'score', input, '--depends-on-field', 'parts', '--measures', 'entropy', '--workers', '2'];
  let kills = 0;
  for (let isDone = false; !isDone;) {
    const child = spawn(process.execPath, [
      ...args,
      '-o',
      output,
      '--quiet',
      ...(existsSync(`${output}.ledger`) ? ['--resume'] : []),
    ]);
    const finished = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const target = (kills + 1) * 800_000;
    while (kills < 3 && child.exitCode === null && partialBytes(output) < target) await sleep(2);
    if (kills < 3 && child.kill('SIGKILL')) kills++;
    const code = await finished;
    isDone = code !== null;
    if (isDone) expect(code).toBe(3);
  }
  expect(kills).toBeGreaterThan(1);
  expect(readFileSync(output, 'utf8').split('\n').slice(0, -1)).toEqual(expected.rows);
  expect(readRows(`${output}.failed.jsonl`)).toEqual(expected.letters);
});

function partialBytes(output: string): number {
  return statSync(`${output}.partial`, { throwIfNoEntry: false })?.size ?? 0;
}
