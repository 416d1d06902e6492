/**
 * Proves the bootstrap against a model that really draws and sorts each resample, with the same random numbers; that its
 * intervals hold a known ratio about as often as they say, over many seeds; and that a seed gives the same interval.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import { ratioOfMedians } from '../../../src/monitor/statistics/bootstrap.js';
import { median, quantile } from '../../../src/monitor/statistics/median.js';
import { noisyTimes, seededNormal } from '../../support/noise.js';

const positive = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 12 });

function drawAndSort(above: readonly number[], below: readonly number[], random: () => number): number[] {
  const resample = (values: readonly number[]): number[] => {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted.map(() => sorted[Math.floor(random() * sorted.length)]!);
  };
  return Array.from({ length: 100 }, () => median(resample(above)) / median(resample(below)));
}

describe('ratioOfMedians', () => {
  it('agrees with drawing and sorting', () => {
    fc.assert(
      fc.property(positive, positive, fc.nat(), (above, below, seed) => {
        const interval = ratioOfMedians(above, below, { random: seededRandom(seed), resamples: 100 });
        const ratios = drawAndSort(above, below, seededRandom(seed));
        expect(interval.ratio).toBeCloseTo(median(above) / median(below), 9);
        expect(interval.low).toBeCloseTo(quantile(ratios, 0.025), 9);
        expect(interval.high).toBeCloseTo(quantile(ratios, 0.975), 9);
      }),
    );
  });

  it('holds the true ratio in about 95 of 100 experiments', () => {
    let held = 0;
    for (let seed = 0; seed < 300; seed++) {
      const normal = seededNormal(seed);
      const [above, below] = [noisyTimes(normal, 13, 0.1, 15), noisyTimes(normal, 10, 0.1, 15)];
      const { low, high } = ratioOfMedians(above, below, { random: seededRandom(seed), resamples: 500 });
      if (low <= 1.3 && 1.3 <= high) held++;
    }
    expect(held).toBeGreaterThan(300 * 0.9);
    expect(held).toBeLessThan(300);
  });

  it.each([
    ['values that are not positive', () => ratioOfMedians([0, 1], [1], { random: Math.random }), 'ERR_OPTION_RANGE'],
    ['a confidence of 1', () => ratioOfMedians([1], [1], { random: Math.random, confidence: 1 }), 'ERR_OPTION_RANGE'],
    [
      'resamples by half',
      () => ratioOfMedians([1], [1], { random: Math.random, resamples: 100.5 }),
      'ERR_OPTION_RANGE',
    ],
  ])('refuses %s', (_, attempt, code) => {
    expect(attempt).toThrow(expect.objectContaining({ code }));
  });
});
