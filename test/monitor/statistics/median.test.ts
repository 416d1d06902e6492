/**
 * Proves that medians, quantiles and deviations are those of sorted values by their definitions, for any sample in any order,
 * and that a sample with nothing to say is refused.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, medianAbsoluteDeviation, quantile, spreadOf } from '../../../src/monitor/statistics/median.js';

const samples = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 40 });

describe('median', () => {
  it('has as many values below as above', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const middle = median(values);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(below).toBeLessThanOrEqual(values.length / 2);
        expect(above).toBeLessThanOrEqual(values.length / 2);
        expect(median([...values].reverse())).toBe(middle);
      }),
    );
  });

  it('is the mean of the two middle ones', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it.each([
    ['no value', [], 'at least one value, got none'],
    ['no number', [1, Number.NaN], 'finite numbers, got NaN'],
    ['no end', [1, Infinity], 'finite numbers, got Infinity'],
  ])('refuses a sample of %s', (_, values, message) => {
    expect(() => median(values)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_RANGE' }));
    expect(() => median(values)).toThrow(message);
  });
});

describe('quantile', () => {
  it('goes through the sorted values at even steps', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const sorted = [...values].sort((a, b) => a - b);
        const steps = Math.max(sorted.length - 1, 1);
        for (const [index, value] of sorted.entries()) expect(quantile(values, index / steps)).toBeCloseTo(value, 9);
      }),
    );
  });

  it('lies on the line between two of them', () => {
    expect(quantile([10, 20, 40], 0.75)).toBe(30);
  });
});

describe('spreadOf', () => {
  it('says where the values lie', () => {
    const values = [9, 1, 2, 3, 100];
    expect(spreadOf(values)).toEqual({ count: 5, median: 3, low: 2, high: 9, min: 1, max: 100, mad: 2 });
    expect(medianAbsoluteDeviation(values)).toBe(2);
  });
});
