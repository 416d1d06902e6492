// Proves where a run goes on after it was interrupted at any moment: between records, with files shorter than recorded,
// and around the renaming of its outputs; and that a run with other options or inputs is refused.
import { existsSync, statSync, truncateSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { RangeLedger, type Resumed, type RunFiles } from '../../src/ledger/range-ledger.js';
import type { Progress, RunHeader } from '../../src/ledger/run.js';
import { tempPaths } from './temp-folder.js';

const newPath = tempPaths();
const header: RunHeader = {
  command: 'score',
  options: { measures: 'all' },
  inputs: [{ source: 'a.jsonl', kind: 'jsonl', bytes: 1000, mtimeMs: 5, digest: null }],
};

/** Progress after `n` chunks of 100 bytes: 10 bytes of output, 2 of rejected rows, 1 of dead letters and 3 of texts each. */
function after(n: number): Progress {
  return {
    input: 0,
    position: n * 100,
    lines: n * 5,
    ordinal: n * 4,
    outputBytes: n * 10,
    rejectedBytes: n * 2,
    failedBytes: n,
    documents: n * 4,
    rejected: n,
    rejections: [0, n],
    seenBytes: n * 3,
    unremembered: 0,
    failed: n,
    bytes: n * 100,
  };
}

/** The files of a run that has written `n` chunks and is not complete. */
function partial(n: number, changed: Partial<RunFiles> = {}): RunFiles {
  const { outputBytes, rejectedBytes, failedBytes, seenBytes } = after(n);
  return {
    output: { partial: outputBytes, finished: undefined },
    rejected: { partial: rejectedBytes, finished: undefined },
    failedBytes,
    seenBytes,
    ...changed,
  };
}

const NO_FILES: RunFiles = {
  output: { partial: undefined, finished: undefined },
  rejected: { partial: undefined, finished: undefined },
  failedBytes: undefined,
  seenBytes: undefined,
};

/** A run that recorded `chunks` chunks and then stopped; complete when `end` says so. */
async function interrupted(chunks: number, end: 'stopped' | 'complete' = 'stopped'): Promise<string> {
  const path = newPath();
  const ledger = await RangeLedger.create(path, header);
  for (let n = 1; n <= chunks; n++) await ledger.record(after(n));
  if (end === 'complete') await ledger.complete(after(chunks));
  await ledger.close();
  return path;
}

async function resume(path: string, files: RunFiles, now = header): Promise<Omit<Resumed, 'ledger'>> {
  const { ledger, ...found } = await RangeLedger.resume(path, now, files);
  await ledger.close();
  return found;
}

const NEW = { state: 'new', progress: undefined };
const begun = (n: number): Omit<Resumed, 'ledger'> => ({ state: 'begun', progress: after(n) });

describe('going on', () => {
  test('with no ledger, from the beginning; the ledger is there then', async () => {
    const path = newPath();
    expect(await resume(path, NO_FILES)).toEqual(NEW);
    expect(existsSync(path)).toBe(true);
  });

  test('before the first record, from the beginning', async () => {
    expect(await resume(await interrupted(0), partial(0))).toEqual(NEW);
  });

  test('from the newest record, whatever more was written', async () => {
    const path = await interrupted(3);
    expect(await resume(path, partial(3))).toEqual(begun(3));
    expect(await resume(path, partial(5))).toEqual(begun(3));
  });

  test.each([
    ['output', { output: { partial: 29, finished: undefined } }],
    ['rejected rows', { rejected: { partial: 5, finished: undefined } }],
    ['dead letters', { failedBytes: 2 }],
  ])('from an older record when there is less of the %s', async (_name, changed) => {
    const path = await interrupted(3);
    expect(await resume(path, partial(3, changed))).toEqual(begun(2));
    // The newer record is gone: it would speak of bytes that are written anew.
    expect(await resume(path, partial(3))).toEqual(begun(2));
  });

  test('from the beginning when there is nothing of the files', async () => {
    const path = await interrupted(3);
    expect(await resume(path, NO_FILES)).toEqual(NEW);
    expect(await resume(path, partial(3))).toEqual(NEW);
  });

  test('and being interrupted again', async () => {
    const path = await interrupted(2);
    const first = await RangeLedger.resume(path, header, partial(2));
    await first.ledger.record(after(3));
    await first.ledger.close();
    expect(await resume(path, partial(3))).toEqual(begun(3));
  });

  test('with a torn last record, from the one before', async () => {
    const path = await interrupted(2);
    truncateSync(path, statSync(path).size - 3);
    expect(await resume(path, partial(2))).toEqual(begun(1));
  });
});

describe('a run that was complete', () => {
  const complete = { state: 'complete', progress: after(3) };
  const both = { output: { partial: undefined, finished: 30 }, rejected: { partial: undefined, finished: 6 } };

  test('killed before, between and after the renaming', async () => {
    expect(await resume(await interrupted(3, 'complete'), partial(3))).toEqual(complete);
    expect(await resume(await interrupted(3, 'complete'), partial(3, { output: both.output }))).toEqual(complete);
    expect(await resume(await interrupted(3, 'complete'), partial(3, both))).toEqual(complete);
  });

  test('an output of another length under that name is not its own', async () => {
    const output = { partial: undefined, finished: 31 };
    expect(await resume(await interrupted(3, 'complete'), partial(3, { output }))).toEqual(NEW);
  });

  test('an older output under that name does not count before the end', async () => {
    const output = { partial: 10, finished: 30 };
    expect(await resume(await interrupted(3), partial(3, { output }))).toEqual(begun(1));
  });

  test('is removed without a trace', async () => {
    const path = await interrupted(3, 'complete');
    const { ledger } = await RangeLedger.resume(path, header, partial(3, both));
    await ledger.remove();
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });
});

describe('refusing', () => {
  test('other options and inputs, all of them named; the ledger stays as it is', async () => {
    const path = await interrupted(3);
    const now: RunHeader = { ...header, options: { measures: 'entropy', stats: true }, inputs: [] };
    const failed = resume(path, partial(3), now);
    await expect(failed).rejects.toMatchObject({ code: 'ERR_RESUME_MISMATCH' });
    for (const part of [
      'measures: was "all", now "entropy"',
      'stats: was not given, now true',
      'input 1: was "a.jsonl", now not given',
    ]) {
      await expect(failed).rejects.toThrow(part);
    }
    expect(await resume(path, partial(3))).toEqual(begun(3));
  });

  test('a ledger in use', async () => {
    const path = newPath();
    const ledger = await RangeLedger.create(path, header);
    await expect(resume(path, NO_FILES)).rejects.toMatchObject({ code: 'ERR_LEDGER' });
    await ledger.close();
  });
});
