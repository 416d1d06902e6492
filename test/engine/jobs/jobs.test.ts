/**
 * Proves the edges of jobs: sources that fail or are not read ahead, results that nobody takes, what a listener throws, time limits,
 * registers and bounds. Time is moved by hand.
 */
import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { finalError } from '../../../src/core/flow/final-error.js';
import { createEngine } from '../../../src/engine/engine.js';
import type { Job } from '../../../src/engine/jobs/job.js';
import { Jobs } from '../../../src/engine/jobs/jobs.js';
import { resolveJobsOptions, resolveJobOptions, type JobsOptions } from '../../../src/engine/jobs/options.js';
import type { ItemResult } from '../../../src/engine/jobs/results.js';
import { drive } from '../../support/drive.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { errorOf } from '../../support/outcomes.js';
import { threadsOf } from '../../support/faults.js';

function newJobs(options: JobsOptions = {}, clock = new ManualClock()): Jobs {
  return new Jobs(resolveJobsOptions(options), { clock, random: () => 0.5 });
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

const same = (n: number): number => n;
const never = (): Promise<never> => new Promise(() => undefined);

async function collect<R>(job: Job<R>): Promise<{ results: ItemResult<R>[]; error: unknown }> {
  const results: ItemResult<R>[] = [];
  try {
    for await (const result of job.results) results.push(result);
    return { results, error: undefined };
  } catch (error) {
    return { results, error };
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await settle();
}

describe('a source', () => {
  it('that fails ends the job as failed, after what was pulled is done', async () => {
    const source = function* (): Generator<number> {
      yield* [0, 1, 2];
      throw new Error('the disk is gone');
    };
    const job = newJobs().submit(source(), same);
    const { results, error } = await collect(job);
    expect(results.map(({ ordinal }) => ordinal)).toEqual([0, 1, 2]);
    expect(error).toMatchObject({ code: 'ERR_SOURCE' });
    expect(await job.done).toMatchObject({ status: 'failed', total: 3, processed: 3, error });
  });

  it('is pulled only as needed, and closed when the job is cancelled', async () => {
    let pulled = 0;
    let isClosed = false;
    const source = async function* (): AsyncGenerator<number> {
      try {
        while (true) yield pulled++;
      } finally {
        isClosed = true;
      }
    };
    const job = newJobs().submit(source(), never, { concurrency: 3, timeoutMs: 1000 });
    await turns(20);
    expect(pulled).toBe(3);
    expect(job.progress).toMatchObject({ total: undefined, percent: undefined, etaSeconds: undefined });
    const clock = new ManualClock();
    expect(clock.pending).toBe(0);
    const obedient = newJobs().submit(
      source(),
      (_, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', reject)),
      { concurrency: 2 },
    );
    await turns(20);
    await obedient.cancel();
    expect(isClosed).toBe(true);
    expect(await obedient.done).toMatchObject({ status: 'cancelled', processed: 0, givenUp: 2 });
  });

  it.each([['abc'], [7], [null], [{}]])('must be an array or an iterable, and %j is not', (items) => {
    expect(() => newJobs().submit(items as unknown as number[], same)).toThrow('items must be an array or an iterable');
  });

  it('without items is a job that is completed', async () => {
    expect(await newJobs().submit([], same).done).toMatchObject({ status: 'completed', total: 0, processed: 0 });
  });
});

describe('results', () => {
  it('hold the job back while whoever iterates does not take them', async () => {
    const job = newJobs().submit(numbers(100), same, { windowItems: 5, concurrency: 2 });
    const iterator = job.results[Symbol.asyncIterator]();
    await turns(20);
    expect(job.progress.processed).toBe(5);
    expect(await iterator.next()).toEqual({ done: false, value: { ordinal: 0, value: 0 } });
    await turns(20);
    expect(job.progress.processed).toBe(6);
    await iterator.return?.();
    expect(await job.done).toMatchObject({ status: 'completed', processed: 100 });
  });

  it('are let go when nobody asks for them in time, and say so', async () => {
    const job = newJobs().submit(numbers(100), same, { windowItems: 5 });
    expect(await job.done).toMatchObject({ status: 'completed', processed: 100 });
    expect(await collect(job)).toMatchObject({ results: [], error: { code: 'ERR_RESULTS_GONE' } });
  });

  it('within the window are there for later', async () => {
    const job = newJobs().submit(numbers(5), same, { windowItems: 5 });
    await job.done;
    expect((await collect(job)).results).toHaveLength(5);
  });

  it('keep what waits for a retry within the window', async () => {
    const clock = new ManualClock();
    let begun = 0;
    const fail = (): never => {
      begun++;
      throw new Error('again');
    };
    const job = newJobs({}, clock).submit(numbers(100), fail, { windowItems: 7, retries: 1 });
    const done = job.done;
    await turns(20);
    expect(begun).toBe(7);
    await drive(clock, done);
    expect(await done).toMatchObject({ processed: 100, failed: 100, retried: 100 });
  });
});

describe('a time limit', () => {
  it('aborts the signal, and does not wait for a processor that does not obey', async () => {
    const clock = new ManualClock();
    const signals: AbortSignal[] = [];
    const job = newJobs({}, clock).submit(
      [0, 1],
      (n, context) => {
        signals.push(context.signal);
        return n === 0 ? never() : n;
      },
      { timeoutMs: 50, retries: 0, concurrency: 1 },
    );
    const { results } = await drive(clock, collect(job));
    expect(results).toMatchObject([{ error: { code: 'ERR_ITEM_TIMEOUT' } }, { value: 1 }]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(clock.pending).toBe(0);
  });

  it('is of a try, and given to a context whose signal is asked for late', async () => {
    const clock = new ManualClock();
    const contexts: { readonly signal: AbortSignal }[] = [];
    const job = newJobs({}, clock).submit(
      [0],
      (_, context) => {
        contexts.push(context);
        return never();
      },
      { timeoutMs: 50, retries: 1 },
    );
    await drive(clock, job.done);
    expect(contexts.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(await job.done).toMatchObject({ failed: 1, retried: 1 });
  });
});

describe('retries', () => {
  it('leave their slot to other items', async () => {
    const clock = new ManualClock();
    const order: string[] = [];
    const job = newJobs({}, clock).submit(
      ['a', 'b'],
      (item, { attempt }) => {
        order.push(`${item}${attempt}`);
        if (item === 'a' && attempt === 1) throw new Error('again');
      },
      { concurrency: 1 },
    );
    await drive(clock, job.done);
    expect(order).toEqual(['a1', 'b1', 'a2']);
    expect(clock.monotonicMs() - new ManualClock().monotonicMs()).toBe(500);
  });

  it('are not made of an error that is marked as final; its cause is kept', async () => {
    const cause = new Error('no such page');
    const job = newJobs().submit([0], () => Promise.reject(finalError(cause)));
    const { results } = await collect(job);
    expect(results).toMatchObject([{ ordinal: 0, error: { code: 'ERR_ITEM_FAILED', cause } }]);
    expect(await job.done).toMatchObject({ status: 'completed', failed: 1, retried: 0 });
  });
});

describe('events', () => {
  it('tell of the status, each item, and the progress at the end', async () => {
    const told: unknown[] = [];
    const job = newJobs().submit(numbers(2), same);
    job.on('status', (status) => told.push(status));
    job.on('item', ({ ordinal }) => told.push(ordinal));
    let last: unknown;
    job.on('progress', (progress) => (last = progress));
    await job.done;
    expect(told).toEqual(['running', 0, 1, 'completed']);
    expect(last).toMatchObject({ total: 2, processed: 2, failed: 0, percent: 100, etaSeconds: 0 });
  });

  it('may be heard by who throws: the job goes on', async () => {
    const thrown = vi.spyOn(globalThis, 'queueMicrotask');
    const job = newJobs().submit(numbers(3), same);
    thrown.mockImplementation((callback) => {
      expect(callback).toThrow('a fault of the listener');
    });
    await turns(0);
    job.on('item', () => {
      throw new Error('a fault of the listener');
    });
    expect(await job.done).toMatchObject({ status: 'completed', succeeded: 3 });
    expect(thrown.mock.calls.length).toBeGreaterThanOrEqual(3);
  });

  it('may be heard by who cancels, at any of them', async () => {
    for (const event of ['status', 'item'] as const) {
      const job = newJobs().submit(numbers(10), same, { concurrency: 1 });
      job.on(event, () => void job.cancel());
      expect(await job.done).toMatchObject({ status: 'cancelled', processed: event === 'item' ? 1 : 0 });
    }
  });
});

describe('the register', () => {
  it('finds jobs by their id, and forgets the oldest that have ended', async () => {
    const jobs = newJobs({ finishedMax: 2 });
    const ended = ['a', 'b', 'c'].map((id) => jobs.submit(numbers(2), same, { id }));
    expect(jobs.get('a')).toBe(ended[0]);
    await Promise.all(ended.map(({ done }) => done));
    expect(['a', 'b', 'c'].map((id) => jobs.get(id) !== undefined)).toEqual([false, true, true]);
    expect(jobs.statistics()).toMatchObject({ jobs: { completed: 3, running: 0 }, processed: 6, runningItems: 0 });
  });

  it('takes an id once while it is in use, and so many jobs at most', async () => {
    const jobs = newJobs({ activeMax: 2 });
    jobs.submit([1], never, { id: 'a' });
    expect(() => jobs.submit([1], never, { id: 'a' })).toThrow('job.id must be new');
    jobs.submit([1], never);
    expect(() => jobs.submit([1], never)).toThrow('activeMax');
    await Promise.resolve();
  });

  it('has a job cancelled whose signal was given before', async () => {
    const controller = new AbortController();
    controller.abort();
    const job = newJobs().submit([1], never, { signal: controller.signal });
    expect(await job.done).toMatchObject({ status: 'cancelled', processed: 0, error: { code: 'ERR_ABORTED' } });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});

describe('options', () => {
  it.each([
    [{ concurrency: 10_001 }, 'job.concurrency must be an integer from 1 to 10000, got 10001'],
    [{ batchSize: 1001 }, 'job.batchSize must be an integer from 1 to 1000, got 1001'],
    [{ retries: -1 }, 'job.retries must be an integer from 0 to 1000, got -1'],
    [{ priority: 'urgent' }, 'job.priority must be one of low, normal, high, critical, got "urgent"'],
    [{ baseMs: 10, capMs: 9 }, 'job.capMs must be an integer from 10 to 2147483647, got 9'],
    [{ id: '../x' }, 'job.id must be at most 128 letters'],
    [{ signal: true }, 'job.signal must be an AbortSignal, got true'],
    [{ ordered: 1 }, 'job.ordered must be true or false, got 1'],
    [{ retry: 1 }, 'job.retry is not an option'],
  ])('%j are refused', (options, message) => {
    expect(() => resolveJobOptions(options as object)).toThrow(message);
  });

  it('have defaults for all, and are frozen', () => {
    const resolved = resolveJobOptions();
    expect(Object.isFrozen(resolved)).toBe(true);
    expect(resolved).toMatchObject({ concurrency: 10, batchSize: 100, retries: 3, baseMs: 1000, capMs: 60_000 });
  });

  it.each([['x.mjs'], ['./x.mjs']])('a processor of the relative path %s is refused', (path) => {
    expect(() => newJobs().submit([1], path)).toThrow('processor must be an absolute path or a file: URL');
  });
});

describe('an engine', () => {
  it('starts no thread for jobs, and finishes them before it closes', async () => {
    await threadsOf(async (threads) => {
      const engine = await createEngine({ workers: 1 });
      const job = engine.submit(numbers(1000), async (n) => {
        await settle();
        return (await engine.score({ text: `word ${n}` })).words;
      });
      await turns(3);
      await engine.close();
      expect(await job.done).toMatchObject({ status: 'completed', succeeded: 1000 });
      expect(threads).toHaveLength(0);
      expect(() => engine.submit([1], same)).toThrow('closed');
    });
  });

  it('cancels them when it is closed without draining, or told to', async () => {
    const engine = await createEngine({ workers: 1 });
    const obey = (_: number, { signal }: { readonly signal: AbortSignal }): Promise<never> =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
    const [first, second] = [engine.submit([1], obey, { id: 'first' }), engine.submit([1], obey)];
    await turns(2);
    await engine.cancelJob('first');
    expect(engine.getJob('first')?.status).toBe('cancelled');
    expect(await errorOf(engine.cancelJob('third'))).toMatchObject({ code: 'ERR_JOB_NOT_FOUND' });
    await engine.close({ drain: false });
    expect([first.status, second.status]).toEqual(['cancelled', 'cancelled']);
  });
});
