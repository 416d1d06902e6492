/**
 * Proves that a durable job outlives its process: killed at random moments (in a process of its own) and resumed, it loses no item
 * and finishes none twice, where finished is what is on record; and that other items, options or ledgers are refused. What the disk
 * may do is done by hand: a ledger that cannot be made, a value that has no JSON.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../src/engine/jobs/job.js';
import { Jobs, type ResumeOptions } from '../../../src/engine/jobs/jobs.js';
import { resolveJobsOptions } from '../../../src/engine/jobs/options.js';
import type { ItemResult } from '../../../src/engine/jobs/results.js';
import { decodeLine } from '../../../src/ledger/journal-line.js';
import { errorOf } from '../../support/outcomes.js';
import { Scratch } from '../../support/scratch.js';

const scratch = new Scratch();
const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));
const TSX = fileURLToPath(import.meta.resolve('tsx'));
const ITEMS = Array.from({ length: 300 }, (_, n) => ({ n }));

/** Runs the child and kills it when it has told of so many results; undefined: never. */
function runChild(store: string, count: number, killAfter: number | undefined): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', TSX, CHILD, store, String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (killAfter !== undefined && text.split('\n').length > killAfter) child.kill('SIGKILL');
    });
    child.once('error', reject);
    child.once('close', () => {
      resolve(text.split('\n').slice(0, -1));
    });
  });
}

/** Ordinals in the ledger, in order of recording. */
function recorded(store: string, id = 'j'): number[] {
  const lines = readFileSync(join(store, `${id}.job`))
    .toString('latin1')
    .split('\n')
    .slice(1, -1);
  return lines.flatMap((line) => {
    const record = decodeLine(Buffer.from(line, 'latin1'))?.value as { items: [number][] } | undefined;
    return record?.items.map(([ordinal]) => ordinal) ?? [];
  });
}

async function collect<R>(job: Job<R>): Promise<ItemResult<R>[]> {
  const results: ItemResult<R>[] = [];
  for await (const result of job.results) results.push(result);
  return results;
}

function newJobs(): Jobs {
  return new Jobs(resolveJobsOptions());
}

const double = ({ n }: { n: number }): number => n * 2;

/** A job of which the first `finished` items are on record. */
async function interrupted(finished: number, options: object = {}): Promise<string> {
  const store = scratch.fresh('.store');
  const job = newJobs().submit(
    ITEMS,
    (item, { ordinal }) => {
      if (ordinal === finished) void job.cancel();
      return ordinal >= finished ? Promise.reject(new Error('too late')) : double(item);
    },
    { store, id: 'j', concurrency: 1, ...options },
  );
  expect(await job.done).toMatchObject({ status: 'cancelled', processed: finished, givenUp: 1 });
  return store;
}

describe('a process that is killed', () => {
  it('loses no item and finishes none twice', async () => {
    const store = scratch.fresh('.store');
    const told = new Set<number>();
    for (const killAfter of [1, 40, 3, 90, 150]) {
      for (const line of await runChild(store, 400, killAfter)) {
        const ordinal = Number(line);
        if (Number.isInteger(ordinal)) told.add(ordinal);
      }
      if (!existsSync(join(store, 'j.job'))) continue;
      const onRecord = recorded(store);
      expect(new Set(onRecord).size).toBe(onRecord.length);
      // What was handed over as a result had been recorded before.
      expect([...told].filter((ordinal) => !onRecord.includes(ordinal))).toEqual([]);
    }
    const before = recorded(store).length;
    expect(before).toBeGreaterThan(0);
    const lines = await runChild(store, 400, undefined);
    const all = recorded(store);
    expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, n) => n));
    expect(JSON.parse(lines.at(-1)!.slice('done '.length))).toMatchObject({
      status: 'completed',
      processed: 400,
      succeeded: 360,
      failed: 40,
      resumed: before,
    });
    expect(new Set(lines.slice(0, -1)).size).toBe(400);
  }, 30_000);
});

describe('a job that is resumed', () => {
  const resume = (store: string, options: Partial<ResumeOptions<{ n: number }>> = {}): Promise<Job<number>> =>
    newJobs().resume('j', double, { store, items: ITEMS, ...options });

  it('processes exactly what was not finished, and yields everything in order', async () => {
    const store = await interrupted(120);
    const seen: number[] = [];
    const job = await newJobs().resume(
      'j',
      (item: { n: number }) => {
        seen.push(item.n);
        return double(item);
      },
      { store, items: new Set(ITEMS).size === 300 ? ITEMS : [] },
    );
    const results = await collect(job);
    expect(seen).toEqual(Array.from({ length: 180 }, (_, n) => n + 120));
    expect(results).toEqual(ITEMS.map(({ n }) => ({ ordinal: n, value: n * 2 })));
    expect(await job.done).toMatchObject({ status: 'completed', processed: 300, resumed: 120 });
  });

  it('when all was finished, processes nothing', async () => {
    const store = await interrupted(120);
    await (
      await resume(store)
    ).done;
    const again = await resume(store);
    expect(await again.done).toMatchObject({ status: 'completed', processed: 300, resumed: 300 });
  });

  it('without recorded values yields undefined for them', async () => {
    const store = await interrupted(2, { recordValues: false });
    const job = await resume(store, { recordValues: false });
    expect((await collect(job)).slice(0, 3).map((result) => 'value' in result && result.value)).toEqual([
      undefined,
      undefined,
      4,
    ]);
  });

  it('goes on behind a torn record', async () => {
    const store = await interrupted(120);
    const path = join(store, 'j.job');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 3));
    expect(recorded(store).length).toBeLessThan(120);
    expect(await (await resume(store)).done).toMatchObject({ status: 'completed', processed: 300 });
    expect(recorded(store).length).toBe(300);
  });

  it('is refused with other items, options or ledgers', async () => {
    const store = await interrupted(120);
    expect(await errorOf(resume(store, { items: ITEMS.slice(1) }))).toMatchObject({ code: 'ERR_RESUME_MISMATCH' });
    expect(await errorOf(resume(store, { fingerprint: 'v2' }))).toMatchObject({ code: 'ERR_RESUME_MISMATCH' });
    expect(await errorOf(resume(scratch.fresh('.none')))).toMatchObject({ code: 'ERR_JOB_NOT_FOUND' });
    const changed = await resume(store, { items: ITEMS.map(({ n }) => ({ n: n === 100 ? -1 : n })) });
    expect(await changed.done).toMatchObject({ status: 'failed', error: { code: 'ERR_RESUME_MISMATCH' } });
    expect(await (await resume(store)).done).toMatchObject({ status: 'completed', processed: 300 });
  });

  it('is refused when a source ends before items that were finished', async () => {
    const store = scratch.fresh('.store');
    const source = (count: number): Iterable<{ n: number }> => new Set(ITEMS.slice(0, count));
    await newJobs().submit(source(10), double, { store, id: 'j' }).done;
    const shorter = await resume(store, { items: source(5) });
    expect(await shorter.done).toMatchObject({ status: 'failed', error: { code: 'ERR_RESUME_MISMATCH' } });
  });
});

describe('a durable job', () => {
  it('is not begun over one of its id', async () => {
    const store = await interrupted(120);
    const job = newJobs().submit(ITEMS, double, { store, id: 'j' });
    expect(await job.done).toMatchObject({ status: 'failed', processed: 0, error: { code: 'ERR_LEDGER' } });
    expect(recorded(store)).toHaveLength(120);
  });

  it('fails where its ledger cannot be made', async () => {
    const store = scratch.write('file', 'no folder');
    const job = newJobs().submit(ITEMS, double, { store });
    expect(await job.done).toMatchObject({ status: 'failed', error: { code: 'ERR_OUTPUT_UNWRITABLE' } });
  });

  it('fails an item whose value has no JSON, and no other', async () => {
    const store = scratch.fresh('.store');
    mkdirSync(store);
    const job = newJobs().submit([1, 2, 3], (n) => (n === 2 ? 2n : n), { store });
    const results = await collect(job);
    expect(results).toMatchObject([{ value: 1 }, { error: { code: 'ERR_ITEM_FAILED' } }, { value: 3 }]);
  });
});
