/**
 * Proves the test of Mann and Whitney against three others that share no code with it: the counting of pairs and of all
 * orders, one by one; the published table of critical values; and figures of SciPy 1.17 for the approximation with ties.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mannWhitney } from '../../../src/monitor/statistics/mann-whitney.js';
import { normalQuantile, normalTail } from '../../../src/monitor/statistics/normal.js';

/** U by its definition. */
function countPairs(a: readonly number[], b: readonly number[]): number {
  return a.flatMap((x) => b.map((y) => (x > y ? 1 : x === y ? 0.5 : 0))).reduce<number>((sum, each) => sum + each, 0);
}

/** The share of all ways to choose the first sample's ranks that give a U as far from the middle as this one, or farther. */
function shareAsExtreme(u: number, m: number, n: number): number {
  const us: number[] = [];
  const choose = (from: number, ranks: readonly number[]): void => {
    if (ranks.length === m) {
      us.push(ranks.reduce((sum, rank) => sum + rank, 0) - (m * (m - 1)) / 2);
      return;
    }
    for (let rank = from; rank < m + n; rank++) choose(rank + 1, [...ranks, rank]);
  };
  choose(0, []);
  const distance = Math.abs(u - (m * n) / 2);
  return us.filter((each) => Math.abs(each - (m * n) / 2) >= distance).length / us.length;
}

/** Two samples without ties that have this U. */
function samplesOf(u: number, m: number, n: number): [number[], number[]] {
  let left = u;
  const first = Array.from({ length: m }, (_, index) => {
    const below = Math.min(left, n);
    left -= below;
    return below - 0.5 + index / 1000;
  });
  return [first, Array.from({ length: n }, (_, index) => index)];
}

describe('mannWhitney', () => {
  it('counts pairs', () => {
    const values = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(mannWhitney(a, b).u).toBe(countPairs(a, b));
      }),
    );
  });

  it('is exact for small samples without ties', () => {
    const values = fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 11 });
    fc.assert(
      fc.property(values, fc.nat(), (all, cut) => {
        const m = 1 + (cut % (all.length - 1));
        const [a, b] = [all.slice(0, m), all.slice(m)];
        const { u, p, method } = mannWhitney(a, b);
        expect(method).toBe('exact');
        expect(p).toBeCloseTo(shareAsExtreme(u, a.length, b.length), 12);
      }),
    );
  });

  // Two-sided, 5 %: the largest U that is significant, as printed in tables of the test.
  it.each([
    [4, 4, 0],
    [5, 5, 2],
    [5, 6, 3],
    [6, 6, 5],
    [7, 7, 8],
    [8, 8, 13],
    [8, 10, 17],
    [10, 10, 23],
    [12, 15, 49],
    [15, 15, 64],
    [20, 20, 127],
  ])('agrees with the table for %i and %i values', (m, n, critical) => {
    expect(mannWhitney(...samplesOf(critical, m, n)).p).toBeLessThanOrEqual(0.05);
    expect(mannWhitney(...samplesOf(critical + 1, m, n)).p).toBeGreaterThan(0.05);
  });

  it('corrects the approximation for ties and continuity', () => {
    const few = mannWhitney([1, 2, 2, 3, 3, 3, 4], [2, 3, 4, 4, 5, 5, 6, 6]);
    expect(few).toMatchObject({ u: 8.5, method: 'normal' });
    expect(few.p).toBeCloseTo(0.025144761173357368, 7);
    const many = mannWhitney(
      Array.from({ length: 30 }, (_, i) => (i * 7919) % 101),
      Array.from({ length: 25 }, (_, i) => ((i * 7919) % 101) + 9),
    );
    expect(many).toMatchObject({ u: 320.5, method: 'normal' });
    expect(many.p).toBeCloseTo(0.3612353593837322, 7);
  });

  it('finds no difference between equal samples, nor ever with three values on a side', () => {
    expect(mannWhitney([7, 7, 7, 7], [7, 7, 7, 7]).p).toBe(1);
    expect(mannWhitney([1, 2, 3], [4, 5, 6]).p).toBeCloseTo(0.1, 12);
  });

  it('refuses an empty sample', () => {
    expect(() => mannWhitney([], [1])).toThrow(expect.objectContaining({ code: 'ERR_OPTION_RANGE' }));
  });
});

describe('the normal distribution', () => {
  it.each([
    [0.5, 0.3085375387259869],
    [1.96, 0.024997895148220435],
    [3, 0.0013498980316300933],
    [5, 2.866515718791933e-7],
  ])('has its tail above %d', (z, tail) => {
    expect(normalTail(z) / tail).toBeCloseTo(1, 6);
    expect(normalTail(-z)).toBeCloseTo(1 - tail, 6);
  });

  it.each([
    [0.5, 0.6744897501960817],
    [0.95, 1.959963984540054],
    [0.99, 2.5758293035489004],
  ])('holds %d within its quantile', (confidence, z) => {
    expect(normalQuantile(confidence)).toBeCloseTo(z, 5);
  });
});
