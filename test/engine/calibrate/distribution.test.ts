/** Proves quantiles and histograms on random columns, by a model that sorts and counts value by value. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  HISTOGRAM_BUCKETS,
  distributionOf,
  histogramOf,
  quantileOf,
} from '../../../src/engine/calibrate/distribution.js';
import { countBelow, countUpTo, sortNumbers } from '../../../src/engine/calibrate/sorted.js';

const value = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
);
const columns = fc.array(fc.oneof({ weight: 5, arbitrary: value }, fc.constant(NaN)), { maxLength: 300 });

function valuesOf(column: readonly number[]): number[] {
  return column.filter((number) => !Number.isNaN(number)).sort((left, right) => left - right);
}

describe('quantiles', () => {
  it('are the smallest value that the share does not exceed', () => {
    fc.assert(
      fc.property(columns, fc.double({ min: 0.001, max: 1, noNaN: true }), (column, p) => {
        const values = valuesOf(column);
        const expected = values.find((candidate) => values.filter((v) => v <= candidate).length >= p * values.length);
        expect(quantileOf(sortNumbers(Float64Array.from(column)), p) ?? undefined).toBe(expected);
      }),
    );
  });

  it('leave nulls out, whose number is told', () => {
    const column = Float64Array.from([3, NaN, 1, 2, NaN]);
    const moments = { count: 3, nulls: 2, min: 1, max: 3, mean: 2, sum: 6 };
    const distribution = distributionOf(moments, sortNumbers(column));
    expect(distribution).toMatchObject({ count: 3, nulls: 2, min: 1, p1: 1, p50: 2, p99: 3, max: 3, mean: 2 });
  });

  it('of nothing are null', () => {
    const moments = { count: 0, nulls: 2, min: Infinity, max: -Infinity, mean: NaN, sum: 0 };
    const { count, nulls, ...rest } = distributionOf(moments, new Float64Array(0));
    expect([count, nulls]).toEqual([0, 2]);
    expect(new Set(Object.values(rest))).toEqual(new Set([null]));
  });
});

describe('a histogram', () => {
  it('counts every value once, in the bucket between whose edges it is', () => {
    fc.assert(
      fc.property(columns, (column) => {
        const values = valuesOf(column);
        const histogram = histogramOf(sortNumbers(Float64Array.from(column)));
        if (histogram === null) {
          expect(values).toEqual([]);
          return;
        }
        const { edges, counts, below, above } = histogram;
        const [low, high] = [edges[0]!, edges.at(-1)!];
        expect(edges.length).toBe(counts.length + 1);
        expect(counts.length).toBe(low === high ? 1 : HISTOGRAM_BUCKETS);
        expect(below).toBe(values.filter((v) => v < low).length);
        expect(above).toBe(values.filter((v) => v > high).length);
        for (const [bucket, count] of counts.entries()) {
          const isLast = bucket === counts.length - 1;
          const [from, to] = [edges[bucket]!, edges[bucket + 1]!];
          expect(count).toBe(values.filter((v) => v >= from && (isLast ? v <= high : v < to)).length);
        }
      }),
    );
  });
});

describe('counts of a sorted column', () => {
  it('are those of its values', () => {
    fc.assert(
      fc.property(columns, value, (column, than) => {
        const sorted = sortNumbers(Float64Array.from(column));
        expect(countBelow(sorted, than)).toBe(column.filter((v) => v < than).length);
        expect(countUpTo(sorted, than)).toBe(column.filter((v) => v <= than).length);
      }),
    );
  });
});
