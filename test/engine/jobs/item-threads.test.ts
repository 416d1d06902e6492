/**
 * Proves that a module as a processor fails an item and never the job: errors, crashes, values that cannot be cloned and items that
 * take too long; that a module which cannot be loaded fails the job; and that no thread is left. The threads are real.
 */
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../src/engine/jobs/job.js';
import { Jobs } from '../../../src/engine/jobs/jobs.js';
import { resolveJobsOptions } from '../../../src/engine/jobs/options.js';
import type { ItemResult } from '../../../src/engine/jobs/results.js';
import { threadsOf } from '../../support/faults.js';
import { Scratch } from '../../support/scratch.js';

const scratch = new Scratch();
const MODULE = scratch.write(
  'processor.mjs',
  `const FINAL = Symbol.for('millrace.final');
   export default async function (item, { attempt }) {
     if (item === 'throw') throw new RangeError('out of range');
     if (item === 'final') throw Object.assign(new Error('for good'), { [FINAL]: true });
     if (item === 'crash') process.exit(7);
     if (item === 'crash once' && attempt === 1) process.exit(7);
     if (item === 'function') return () => 1;
     if (item === 'loop') for (;;);
     return [item, attempt];
   }`,
);

function newJobs(): Jobs {
  return new Jobs(resolveJobsOptions());
}

async function collect(job: Job<unknown>): Promise<ItemResult<unknown>[]> {
  const results: ItemResult<unknown>[] = [];
  for await (const result of job.results) results.push(result);
  return results;
}

describe('a module as a processor', () => {
  it('fails items one by one, and leaves no thread', async () => {
    await threadsOf(async (threads) => {
      const items = ['a', 'throw', 'crash', 'b', 'final', 'crash once', () => 1, 'function', 'loop', 'c'];
      const job = newJobs().submit<unknown, unknown>(items, MODULE, {
        retries: 1,
        baseMs: 1,
        capMs: 1,
        timeoutMs: 1000,
      });
      const results = await collect(job);
      expect(results).toMatchObject([
        { value: ['a', 1] },
        { error: { code: 'ERR_ITEM_FAILED', message: 'item 1 failed: out of range', cause: { name: 'RangeError' } } },
        { error: { code: 'ERR_WORKER_CRASHED' } },
        { value: ['b', 1] },
        { error: { code: 'ERR_ITEM_FAILED' } },
        { value: ['crash once', 2] },
        { error: { code: 'ERR_ITEM_FAILED' } },
        { error: { code: 'ERR_ITEM_FAILED' } },
        { error: { code: 'ERR_ITEM_TIMEOUT' } },
        { value: ['c', 1] },
      ]);
      expect(await job.done).toMatchObject({ status: 'completed', succeeded: 4, failed: 6 });
      expect(threads.length).toBeGreaterThan(0);
      expect(threads.map(({ threadId }) => threadId)).toEqual(threads.map(() => -1));
    });
  });

  it('is ended at once when the job is cancelled', async () => {
    const job = newJobs().submit(['loop', 'loop'], MODULE);
    await new Promise<void>((resolve) => job.once('status', () => resolve()));
    await job.cancel();
    expect(await job.done).toMatchObject({ status: 'cancelled', processed: 0 });
  });

  it.each([
    ['is not there', undefined],
    ['throws', 'throw new Error("no such luck");'],
    ['exports no function', 'export default 1;'],
    ['ends its thread', 'process.exit(3);'],
  ])('that %s fails the job', async (what, code) => {
    const path = scratch.path(`${what.replaceAll(' ', '-')}.mjs`);
    if (code !== undefined) scratch.write(`${what.replaceAll(' ', '-')}.mjs`, code);
    const job = newJobs().submit([1, 2], path);
    expect(await job.done).toMatchObject({ status: 'failed', processed: 0, error: { code: 'ERR_PROCESSOR' } });
  });

  it('may take for ever to load: the job can be cancelled', async () => {
    const path = scratch.write('slow.mjs', 'await new Promise((go) => setTimeout(go, 60_000)); export default 1;');
    const job = newJobs().submit([1, 2], path);
    await new Promise((resolve) => setImmediate(resolve));
    await job.cancel();
    expect(await job.done).toMatchObject({ status: 'cancelled', processed: 0 });
  });
});
