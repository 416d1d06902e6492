/**
 * Proves by simulation that the size of batches finds the one that takes `targetMs` and stays there. Time is `a + b * size`, with
 * noise, outliers and steps drawn by fast-check; the ideal size is `(targetMs - a) / b`.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdaptiveBatch, resolveAdaptiveBatchOptions } from '../../../src/core/flow/adaptive-batch.js';
import { seededRandom } from '../../../src/core/random.js';

const MIN = 1000;
const MAX = 1_000_000;
const TARGET_MS = 50;

interface Costs {
  /** What a batch takes whatever its size, as a share of the target. */
  readonly fixedShare: number;
  readonly idealSize: number;
}

const costs: fc.Arbitrary<Costs> = fc.record({
  fixedShare: fc.double({ min: 0, max: 0.5, noNaN: true }),
  idealSize: fc.double({ min: MIN, max: MAX, noNaN: true }),
});
/** Latencies are off by a factor of up to this either way, each by itself. */
const NOISE = 1.2;
const OBSERVATIONS = 300;

function latencyMs({ fixedShare, idealSize }: Costs, size: number): number {
  return TARGET_MS * (fixedShare + (1 - fixedShare) * (size / idealSize));
}

const batchFrom = (initial: number): AdaptiveBatch =>
  new AdaptiveBatch({ min: MIN, max: MAX, targetMs: TARGET_MS, initial });
const initial = fc.integer({ min: MIN, max: MAX });
/** Observations from a thousandth of the ideal size to within 10 % of it; 81 are the most that were ever seen. */
const SETTLED_AFTER = 100;

describe('the size of batches', () => {
  it('approaches the ideal from one side, without noise', () => {
    fc.assert(
      fc.property(costs, initial, (model, from) => {
        const batch = batchFrom(from);
        for (let count = 0; count < 2 * SETTLED_AFTER; count++) {
          const before = batch.size;
          batch.observe(before, latencyMs(model, before));
          const [least, most] = [Math.min(before, model.idealSize), Math.max(before, model.idealSize)];
          expect(batch.size).toBeGreaterThanOrEqual(Math.floor(least * 0.999));
          expect(batch.size).toBeLessThanOrEqual(Math.ceil(most * 1.001));
          if (count >= SETTLED_AFTER) expect(Math.abs(batch.size / model.idealSize - 1)).toBeLessThan(0.1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('stays within 30 % of the ideal under noise and outliers, and goes on to another one after a step', () => {
    // Noise is drawn from a seed: what fast-check draws itself leans to the ends, and noise that is always 1.2 is another cost.
    const seed = fc.integer();
    const outlierEvery = fc.integer({ min: 10, max: 40 });
    fc.assert(
      fc.property(costs, costs, initial, seed, outlierEvery, (first, second, from, noiseSeed, every) => {
        const batch = batchFrom(from);
        const random = seededRandom(noiseSeed);
        for (const model of [first, second]) {
          for (let count = 0; count < OBSERVATIONS; count++) {
            const noise = 1 / NOISE + random() * (NOISE - 1 / NOISE);
            const outlier = count % every === 0 ? 10 : 1;
            const size = batch.size;
            batch.observe(size, latencyMs(model, size) * noise * outlier);
            if (count < SETTLED_AFTER + 20) continue;
            expect(batch.size / model.idealSize).toBeGreaterThan(0.7);
            expect(batch.size / model.idealSize).toBeLessThan(1.3);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('learns from batches that were under way while it changed', () => {
    fc.assert(
      fc.property(costs, initial, fc.integer({ min: 1, max: 4 }), (model, from, inFlight) => {
        const batch = batchFrom(from);
        const sizes = Array.from({ length: inFlight }, () => batch.size);
        for (let count = 0; count < 3 * SETTLED_AFTER; count++) {
          const size = sizes.shift()!;
          batch.observe(size, latencyMs(model, size));
          sizes.push(batch.size);
        }
        expect(Math.abs(batch.size / model.idealSize - 1)).toBeLessThan(0.1);
      }),
      { numRuns: 200 },
    );
  });

  it('is not moved by one outlier, nor by a fast batch of a source that runs dry', () => {
    const batch = batchFrom(10_000);
    for (const latencyMs of [50, 50, 50, 5000, 50, 0, 50]) batch.observe(10_000, latencyMs);
    expect(batch.size).toBe(10_000);
    for (let count = 0; count < 10; count++) batch.observe(10, 40);
    expect(batch.size).toBe(10_000);
    for (let count = 0; count < 10; count++) batch.observe(4000, 60);
    expect(batch.size).toBeLessThan(5000);
  });

  it('stays within its bounds, and is that bound where the target is out of reach', () => {
    const batch = batchFrom(10_000);
    for (let count = 0; count < 100; count++) batch.observe(batch.size, 0);
    expect(batch.size).toBe(MAX);
    for (let count = 0; count < 100; count++) batch.observe(batch.size, 1e6);
    expect(batch.size).toBe(MIN);
    for (const size of [0, -1, Number.NaN, Infinity]) expect(() => batch.observe(size, 1)).toThrow(/was observed/);
    expect(() => batch.observe(1, Number.NaN)).toThrow(/was observed/);
  });

  it('resolves its options with their path', () => {
    const least = { min: 1, max: 10, targetMs: 5 };
    expect(resolveAdaptiveBatchOptions(least)).toEqual({ ...least, initial: 1 });
    expect(() => resolveAdaptiveBatchOptions({ ...least, max: 0 })).toThrow(
      'adaptiveBatch.max must be an integer >= 1',
    );
    expect(() => resolveAdaptiveBatchOptions({ ...least, initial: 11 }, 'b')).toThrow(/^b\.initial .* from 1 to 10/);
    expect(() => resolveAdaptiveBatchOptions({ ...least, targetMs: 0 })).toThrow(/^adaptiveBatch\.targetMs/);
  });
});
