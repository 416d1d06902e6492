/**
 * Proves that count, sum, least and greatest are exact, that percentiles agree with sorted durations to the two figures that they
 * promise, and that histograms add up to that of all their durations.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../src/monitor/latency-histogram.js';

function histogramOf(durationsMs: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const ms of durationsMs) histogram.record(ms);
  return histogram;
}

const durations = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 300 });

describe('LatencyHistogram', () => {
  it('agrees with sorted durations', () => {
    fc.assert(
      fc.property(durations, (durationsMs) => {
        const sorted = [...durationsMs].sort((a, b) => a - b);
        const histogram = histogramOf(durationsMs);
        const totalMs = sorted.reduce((sum, ms) => sum + ms, 0);
        expect(histogram.summary()).toMatchObject({
          count: sorted.length,
          totalMs,
          meanMs: totalMs / sorted.length,
          minMs: sorted[0],
          maxMs: sorted.at(-1),
        });
        for (const { percentile, ms } of histogram.points()) {
          const rank = (percentile / 100) * sorted.length; // which of its two neighbours is the percentile is a convention
          const low = sorted[Math.min(Math.max(Math.floor(rank) - 1, 0), sorted.length - 1)]!;
          const high = sorted[Math.max(Math.ceil(rank) - 1, 0)]!;
          expect(ms).toBeGreaterThanOrEqual(low * 0.99);
          expect(ms).toBeLessThanOrEqual(high * 1.01);
        }
      }),
    );
  });

  it('adds up', () => {
    fc.assert(
      fc.property(durations, durations, (first, second) => {
        const sum = histogramOf(first);
        sum.add(histogramOf(second));
        const { totalMs, ...expected } = histogramOf([...first, ...second]).summary();
        expect(sum.summary()).toMatchObject(expected);
        expect(sum.summary().totalMs).toBeCloseTo(totalMs, 6);
      }),
    );
  });

  it('is empty at first and again', () => {
    const histogram = histogramOf([5]);
    histogram.add(new LatencyHistogram());
    expect(histogram.count).toBe(1);
    histogram.reset();
    expect(histogram.points()).toEqual([]);
    expect(histogram.summary()).toEqual({
      count: 0,
      totalMs: 0,
      meanMs: 0,
      minMs: 0,
      maxMs: 0,
      p50Ms: 0,
      p95Ms: 0,
      p99Ms: 0,
    });
  });

  it('takes no time for the least and a day for an hour', () => {
    const histogram = histogramOf([0, 24 * 3_600_000]);
    expect(histogram.percentileMs(50)).toBeCloseTo(0.001, 6);
    expect(histogram.percentileMs(100) / 3_600_000).toBeCloseTo(1, 1);
    expect(histogram.summary().maxMs).toBe(24 * 3_600_000);
  });
});
