/**
 * Proves that a stage's timing is that of its runs, whether they return, throw, resolve or reject, by a clock that is moved by
 * hand, and that percentiles agree with sorted durations to the two figures that they promise.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StageTimings } from '../../src/monitor/stage-timings.js';
import { ManualClock } from '../support/manual-clock.js';

function timed(): { clock: ManualClock; timings: StageTimings } {
  const clock = new ManualClock();
  return { clock, timings: new StageTimings(() => clock.monotonicMs()) };
}

describe('StageTimings', () => {
  it('hands on what the work returns and notes how long it took', () => {
    const { clock, timings } = timed();
    const result = timings.measure('parse', () => {
      clock.advance(3);
      return 'parsed';
    });
    expect(result).toBe('parsed');
    expect(timings.snapshot()).toEqual({
      parse: { count: 1, failed: 0, totalMs: 3, meanMs: 3, minMs: 3, maxMs: 3, p50Ms: 3, p95Ms: 3, p99Ms: 3 },
    });
  });

  it('waits for a promise', async () => {
    const { clock, timings } = timed();
    const work = timings.measure('call', () => new Promise<void>((resolve) => clock.schedule(resolve, 50)));
    await clock.advanceAsync(50);
    await work;
    expect(timings.snapshot()['call']).toMatchObject({ count: 1, failed: 0, totalMs: 50 });
  });

  it('counts what throws and what rejects, and hands it on', async () => {
    const { timings } = timed();
    const thrown = (): never => {
      throw new RangeError('thrown');
    };
    expect(() => timings.measure('stage', thrown)).toThrow('thrown');
    await expect(timings.measure('stage', () => Promise.reject(new RangeError('rejected')))).rejects.toThrow(
      'rejected',
    );
    expect(timings.snapshot()['stage']).toMatchObject({ count: 2, failed: 2 });
  });

  it('agrees with sorted durations', () => {
    const durations = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(durations, (durationsMs) => {
        const { timings } = timed();
        for (const durationMs of durationsMs) timings.record('stage', durationMs);
        const sorted = [...durationsMs].sort((a, b) => a - b);
        const timing = timings.snapshot()['stage']!;
        expect(timing).toMatchObject({ count: sorted.length, minMs: sorted[0], maxMs: sorted.at(-1) });
        for (const [percent, gotMs] of [
          [50, timing.p50Ms],
          [95, timing.p95Ms],
          [99, timing.p99Ms],
        ] as const) {
          const rank = (percent / 100) * sorted.length; // which of its two neighbours is the percentile is a convention
          const [lowMs, highMs] = [sorted[Math.max(Math.floor(rank) - 1, 0)]!, sorted[Math.ceil(rank) - 1]!];
          expect(gotMs).toBeGreaterThanOrEqual(lowMs * 0.99);
          expect(gotMs).toBeLessThanOrEqual(highMs * 1.01);
        }
      }),
    );
  });

  it('refuses names without end', () => {
    const { timings } = timed();
    for (let i = 0; i < 256; i++) timings.record(`stage ${i}`, 1);
    expect(() => timings.measure('one more', () => 0)).toThrow('at most 256 different names, got "one more"');
  });
});
