/**
 * Proves that a paced run is an open loop: arrivals have their times whatever the target does, latencies count from them, and the
 * books hold. Targets with known behaviour run on a clock that is moved by hand, so that every figure can be computed beforehand.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Accounts } from '../../../src/harness/stress/accounts.js';
import { drive, type DriveOptions } from '../../../src/harness/stress/drive.js';
import { Pacer, TICK_MS } from '../../../src/harness/stress/pacer.js';
import type { OpenTarget } from '../../../src/harness/stress/target.js';
import { ManualClock } from '../../support/manual-clock.js';
import { drive as runTime } from '../../support/drive.js';

const NEVER = new AbortController().signal;

function optionsOf(clock: ManualClock, given: Partial<DriveOptions> = {}): DriveOptions {
  return {
    perSecond: 1000,
    arrivals: 1000,
    warmUpMs: 0,
    queueMax: 10_000,
    drainMs: 5000,
    clock,
    signal: NEVER,
    ...given,
  };
}

/** Each document takes `delayMs`, any number at once. */
function delayTarget(clock: ManualClock, delayMs: (arrival: number) => number): OpenTarget {
  return async (onOutcome) => ({
    offer: (arrival) => void clock.schedule(() => onOutcome(arrival, { code: undefined }), delayMs(arrival)),
    close: async () => undefined,
  });
}

/** One document after the other, each of which takes `serviceMs`; it stands still from `stallFromMs` for `stallMs`. */
function serialTarget(clock: ManualClock, serviceMs: number, stall = { fromMs: Infinity, ms: 0 }): OpenTarget {
  return async (onOutcome) => {
    const startMs = clock.monotonicMs();
    let freeMs = startMs;
    return {
      offer: (arrival) => {
        const nowMs = clock.monotonicMs();
        const stalledUntilMs = startMs + stall.fromMs + stall.ms;
        const begin = Math.max(freeMs, nowMs);
        const isStalled = begin >= startMs + stall.fromMs && begin < stalledUntilMs;
        freeMs = (isStalled ? stalledUntilMs : begin) + serviceMs;
        clock.schedule(() => onOutcome(arrival, { code: undefined }), freeMs - nowMs);
      },
      close: async () => undefined,
    };
  };
}

describe('a pacer', () => {
  it('brings every arrival once, in order, never early, and late by a tick at most while time is not held up', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 1, max: 9000, noNaN: true }),
        fc.integer({ min: 1, max: 500 }),
        async (perSecond, arrivals) => {
          const clock = new ManualClock(0);
          const pacer = new Pacer({ perSecond, arrivals, clock });
          let next = 0;
          const run = pacer.run((from, to) => {
            expect(from).toBe(next);
            next = to;
            for (let arrival = from; arrival < to; arrival++) {
              const lateMs = clock.monotonicMs() - pacer.dueMs(arrival);
              expect(lateMs).toBeGreaterThan(-1e-6);
              expect(lateMs).toBeLessThanOrEqual(TICK_MS + 1e-6);
            }
          }, NEVER);
          while (next < arrivals) clock.advance(TICK_MS);
          await run;
          expect(next).toBe(arrivals);
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('brings what was due during a stall afterwards, with the times that it was due at', async () => {
    const clock = new ManualClock(0);
    const pacer = new Pacer({ perSecond: 1000, arrivals: 1000, clock });
    const batches: [number, number][] = [];
    const run = pacer.run((from, to) => {
      batches.push([from, to]);
      // The process is busy for 300 ms from arrival 100 on: no timer of it rings meanwhile.
      if (from <= 100 && to > 100) clock.block(300);
    }, NEVER);
    await runTime(clock, run);
    const late = batches.find(([from]) => from > 100)!;
    expect(late[1] - late[0]).toBeGreaterThanOrEqual(300);
    expect(pacer.dueMs(late[0])).toBe(late[0]);
    expect(batches.at(-1)![1]).toBe(1000);
  });

  it('ends when it is aborted, before and while it runs, and leaves no timer', async () => {
    const clock = new ManualClock(0);
    const controller = new AbortController();
    const pacer = new Pacer({ perSecond: 10, arrivals: 1000, clock });
    const run = pacer.run(() => undefined, controller.signal);
    clock.advance(100);
    controller.abort();
    await expect(run).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(clock.pending).toBe(0);
    await expect(pacer.run(() => undefined, controller.signal)).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });

  it('passes on what the taker throws', async () => {
    const pacer = new Pacer({ perSecond: 10, arrivals: 10, clock: new ManualClock(0) });
    const run = pacer.run(() => {
      throw new RangeError('no');
    }, NEVER);
    await expect(run).rejects.toThrow('no');
  });
});

describe('accounts', () => {
  it('agree with a list of all that happened, whatever happens', () => {
    const step = fc.record({ what: fc.constantFrom('arrive', 'well', 'fail'), of: fc.nat(40) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 8 }), (steps, queueMax) => {
        const accounts = new Accounts(queueMax);
        const state: ('out' | 'shed' | 'well' | 'failed')[] = [];
        let repeated = 0;
        for (const { what, of } of steps) {
          if (what === 'arrive') {
            const isTaken = state.filter((each) => each === 'out').length < queueMax;
            expect(accounts.arrive(state.length)).toBe(isTaken);
            state.push(isTaken ? 'out' : 'shed');
            continue;
          }
          accounts.end(of, { code: what === 'well' ? undefined : 'ERR_X' }, 1);
          if (state[of] === 'out') state[of] = what === 'well' ? 'well' : 'failed';
          else repeated++;
        }
        const countOf = (wanted: string): number => state.filter((each) => each === wanted).length;
        expect(accounts.counts()).toEqual({
          arrived: state.length,
          endedWell: countOf('well'),
          failed: countOf('failed'),
          shed: countOf('shed'),
          outstanding: countOf('out'),
          repeated,
        });
        expect(accounts.failures()['ERR_X'] ?? 0).toBe(countOf('failed'));
        expect(accounts.latency()?.count ?? 0).toBe(countOf('well'));
      }),
      { numRuns: 300 },
    );
  });

  it('tell no more codes apart than a bound', () => {
    const accounts = new Accounts(1000);
    for (let arrival = 0; arrival < 100; arrival++) {
      accounts.arrive(arrival);
      accounts.end(arrival, { code: `ERR_${arrival}` }, 1);
    }
    const failures = accounts.failures();
    expect(Object.keys(failures)).toHaveLength(65);
    expect(failures['others']).toBe(36);
  });
});

describe('a paced run', () => {
  it('has the percentiles that are computed by hand of delays that are known', async () => {
    const clock = new ManualClock();
    // Arrival n takes 1 + n mod 100 ms: the p-th percentile is p ms, and arrivals that come together at a tick wait up to a tick.
    const run = drive(
      delayTarget(clock, (arrival) => 1 + (arrival % 100)),
      optionsOf(clock, { perSecond: 200 }),
    );
    const { accounts } = await runTime(clock, run);
    const latency = accounts.latency()!;
    expect(latency.count).toBe(1000);
    // At 200 a second every arrival is due at a tick: no wait is added.
    expect(latency.p50Ms).toBeCloseTo(50, 0);
    expect(latency.p95Ms).toBeCloseTo(95, 0);
    expect(latency.p99Ms).toBeCloseTo(99, 0);
    expect(latency.maxMs).toBeCloseTo(100, 0);
  });

  it('holds its rate however long each document takes', async () => {
    const clock = new ManualClock();
    const options = optionsOf(clock, { arrivals: 10_000, warmUpMs: 2000, queueMax: 100_000 });
    const result = await runTime(
      clock,
      drive(
        delayTarget(clock, () => 1500),
        options,
      ),
    );
    expect(result.judgedWell / result.judgedMs).toBeCloseTo(1, 2);
    expect(result.accounts.counts()).toMatchObject({ endedWell: 10_000, outstanding: 0, shed: 0, repeated: 0 });
  });

  it('shows a stall in the latencies of all that came during it', async () => {
    const clock = new ManualClock();
    const stall = { fromMs: 4000, ms: 1000 };
    const run = drive(serialTarget(clock, 0.1, stall), optionsOf(clock, { arrivals: 10_000 }));
    const { accounts } = await runTime(clock, run);
    const latency = accounts.latency()!;
    // 1,000 of 10,000 arrivals came during the second, and waited for 0 to 1,000 ms; some more waited for those before them.
    expect(latency.p50Ms).toBeLessThan(10);
    expect(latency.p95Ms).toBeGreaterThan(400);
    expect(latency.p99Ms).toBeGreaterThan(850);
    expect(latency.maxMs).toBeGreaterThan(990);
  });

  it('shows the same when it is the process itself that stalls', async () => {
    const clock = new ManualClock();
    let stalled = false;
    const target: OpenTarget = async (onOutcome) => ({
      offer: (arrival) => {
        if (arrival === 4000 && !stalled) {
          stalled = true;
          clock.block(1000);
        }
        onOutcome(arrival, { code: undefined });
      },
      close: async () => undefined,
    });
    const { accounts } = await runTime(clock, drive(target, optionsOf(clock, { arrivals: 10_000 })));
    expect(accounts.latency()!.p95Ms).toBeGreaterThan(400);
    expect(accounts.counts().endedWell).toBe(10_000);
  });

  it('says which rate a target held that cannot reach the one asked for, and sheds beyond the bound', async () => {
    const clock = new ManualClock();
    // 2 ms each: 500 of the 1,000 a second that arrive.
    const options = optionsOf(clock, { arrivals: 10_000, warmUpMs: 1000, queueMax: 100 });
    const { accounts, judgedWell, judgedMs } = await runTime(clock, drive(serialTarget(clock, 2), options));
    expect((1000 * judgedWell) / judgedMs).toBeCloseTo(500, -1);
    const { endedWell, shed, outstanding } = accounts.counts();
    expect(endedWell + shed).toBe(10_000);
    expect(outstanding).toBe(0);
    expect(shed / 10_000).toBeCloseTo(0.5, 1);
  });

  it('counts what has no outcome in time as lost, and what has two as repeated', async () => {
    const clock = new ManualClock();
    const target: OpenTarget = async (onOutcome) => ({
      offer: (arrival) => {
        if (arrival === 7) return;
        onOutcome(arrival, { code: arrival === 8 ? 'ERR_X' : undefined });
        if (arrival === 9) onOutcome(arrival, { code: undefined });
      },
      close: async () => undefined,
    });
    const { accounts, totalMs, arrivalMs } = await runTime(clock, drive(target, optionsOf(clock, { arrivals: 100 })));
    expect(accounts.counts()).toEqual({
      arrived: 100,
      endedWell: 98,
      failed: 1,
      shed: 0,
      outstanding: 1,
      repeated: 1,
    });
    expect(totalMs - arrivalMs).toBe(5000);
    expect(clock.pending).toBe(0);
  });

  it('closes its target when it is aborted, while arrivals come and while it waits for the last outcomes', async () => {
    for (const afterMs of [10, 500]) {
      const clock = new ManualClock();
      const controller = new AbortController();
      let closed = 0;
      const target: OpenTarget = async () => ({ offer: () => undefined, close: async () => void (closed += 1) });
      const run = drive(target, optionsOf(clock, { arrivals: 100, signal: controller.signal }));
      const ended = expect(run).rejects.toMatchObject({ code: 'ERR_ABORTED' });
      await clock.advanceAsync(afterMs);
      controller.abort();
      await ended;
      expect(closed).toBe(1);
      expect(clock.pending).toBe(0);
    }
  });
});
