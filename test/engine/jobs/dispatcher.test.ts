/**
 * Proves whose item begins next while all slots are taken: one of the highest priority, jobs of one priority in turns, and a job
 * that is passed over for longer than its bound never. One slot is freed after the other; what begins is written down.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PRIORITIES, type Priority } from '../../../src/core/flow/priority.js';
import { Dispatcher, Place, STARTS_PER_LEVEL, type Dispatched } from '../../../src/engine/jobs/dispatcher.js';

class FakeJob implements Dispatched {
  readonly priority: Priority;
  readonly place: Place = new Place(this);
  left: number;
  readonly #log: FakeJob[];

  constructor(priority: Priority, left: number, log: FakeJob[]) {
    this.priority = priority;
    this.left = left;
    this.#log = log;
  }

  startOne(): boolean {
    if (this.left === 0) return false;
    this.left--;
    this.#log.push(this);
    return true;
  }
}

/** What begins when so many jobs want to and one item at a time may. */
function orderOf(wanted: readonly (readonly [Priority, number])[]): { log: FakeJob[]; jobs: FakeJob[] } {
  const log: FakeJob[] = [];
  const jobs = wanted.map(([priority, items]) => new FakeJob(priority, items, log));
  const dispatcher = new Dispatcher(1);
  const first = new FakeJob('critical', 1, []);
  dispatcher.ready(first);
  for (const job of jobs) dispatcher.ready(job);
  dispatcher.release(first);
  for (const job of log) dispatcher.release(job); // which adds to the log
  expect(dispatcher.running).toBe(0);
  expect(dispatcher.isContended).toBe(false);
  return { log, jobs };
}

describe('the next item', () => {
  it('is one of the highest priority, and of equal jobs one after the other', () => {
    const { log, jobs } = orderOf([
      ['low', 2],
      ['high', 3],
      ['critical', 1],
      ['high', 2],
    ]);
    expect(log.map((job) => jobs.indexOf(job))).toEqual([2, 1, 3, 1, 3, 1, 0, 0]);
  });

  it('is never, for longer than the bound, one of others', () => {
    const wanted = fc.array(fc.tuple(fc.constantFrom(...PRIORITIES), fc.integer({ min: 1, max: 300 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(wanted, (plan) => {
        const { log, jobs } = orderOf(plan);
        for (const [index, [priority, items]] of plan.entries()) {
          const starts = log.flatMap((job, at) => (job === jobs[index] ? [at] : []));
          expect(starts).toHaveLength(items);
          const passedOver = starts.map((at, nth) => at - (starts[nth - 1] ?? -1) - 1);
          const bound = STARTS_PER_LEVEL * (3 - PRIORITIES.indexOf(priority)) + plan.length - 1;
          expect(Math.max(...passedOver)).toBeLessThanOrEqual(bound);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('of a low job comes while a critical one has no end, not before its time', () => {
    const { log, jobs } = orderOf([
      ['low', 3],
      ['critical', 1000],
    ]);
    const starts = log.flatMap((job, at) => (job === jobs[0] ? [at] : []));
    expect(starts[0]).toBe(3 * STARTS_PER_LEVEL);
    expect(starts.map((at, nth) => at - (starts[nth - 1] ?? -1) - 1)).toEqual(Array(3).fill(3 * STARTS_PER_LEVEL));
  });
});

describe('slots', () => {
  it('are never more than the concurrency, also when a job submits while it begins', () => {
    const dispatcher = new Dispatcher(3);
    const log: FakeJob[] = [];
    const inner = new FakeJob('critical', 5, log);
    const outer = new (class extends FakeJob {
      override startOne(): boolean {
        const begins = super.startOne();
        dispatcher.ready(inner);
        expect(dispatcher.running).toBeLessThanOrEqual(3);
        return begins;
      }
    })('low', 5, log);
    dispatcher.ready(outer);
    expect(log).toEqual([outer, inner, inner]);
    expect(dispatcher.running).toBe(3);
  });

  it('of a job that leaves its line go to others', () => {
    const log: FakeJob[] = [];
    const [gone, other] = [new FakeJob('high', 2, log), new FakeJob('low', 1, log)];
    const dispatcher = new Dispatcher(1);
    const first = new FakeJob('low', 1, []);
    for (const job of [first, gone, other]) dispatcher.ready(job);
    dispatcher.remove(gone);
    dispatcher.remove(gone);
    dispatcher.release(first);
    expect(log).toEqual([other]);
  });
});
