/**
 * Proves the slope against figures of SciPy 1.17, and what it is for on made-up memory over many seeds: a planted leak is found
 * within its interval, memory that is flat and noisy (independent noise, noise that remembers, a sawtooth of collections, a step)
 * is hardly ever said to grow, and outliers do not move it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitSlope, growthOf, type Growth } from '../../../src/monitor/statistics/slope.js';
import { seededNormal } from '../../support/noise.js';

const MB = 1_000_000;
const HOUR_MS = 3_600_000;
const SEEDS = 150;

describe('fitSlope', () => {
  it('agrees with Theil’s median and Sen’s interval', () => {
    const y = [0, 8, 12, 12, 15, 21, 23, 21, 29, 33, 33, 36];
    const fit = fitSlope(y.map((value, x) => ({ x, y: value })))!;
    expect(fit.slope).toBe(3);
    expect(fit.intercept).toBe(4);
    // SciPy says 2.6 to 3.6, and rounds inwards where this rounds outwards.
    expect(fit.low).toBeGreaterThan(2.4);
    expect(fit.low).toBeLessThanOrEqual(2.6);
    expect(fit.high).toBeGreaterThanOrEqual(3.6);
    expect(fit.high).toBeLessThan(3.8);
  });

  it('is exact on a line, wherever a quarter of the points lie', () => {
    const line = fc.record({
      slope: fc.integer({ min: -50, max: 50 }),
      odd: fc.array(fc.record({ at: fc.nat(39), y: fc.integer({ min: -1e6, max: 1e6 }) }), { maxLength: 9 }),
    });
    fc.assert(
      fc.property(line, ({ slope, odd }) => {
        const points = Array.from({ length: 40 }, (_, x) => ({ x, y: 7 + slope * x }));
        for (const { at, y } of odd) points[at] = { x: at, y };
        expect(fitSlope(points)?.slope).toBeCloseTo(slope, 9);
      }),
    );
  });

  it('puts neighbours together where there are too many points', () => {
    const points = Array.from({ length: 5000 }, (_, x) => ({ x, y: 2 * x + (x % 3) }));
    expect(fitSlope(points)!.slope).toBeCloseTo(2, 3);
    expect(fitSlope(points)!.points).toBe(5000);
  });

  it('says nothing of too few points or of one moment', () => {
    expect(fitSlope(Array.from({ length: 7 }, (_, x) => ({ x, y: x })))).toBeUndefined();
    expect(fitSlope(Array.from({ length: 20 }, (_, y) => ({ x: 1, y })))).toBeUndefined();
    expect(fitSlope([])).toBeUndefined();
  });

  it('refuses what is no number', () => {
    expect(() => fitSlope([{ x: 0, y: Number.NaN }])).toThrow(expect.objectContaining({ code: 'ERR_OPTION_RANGE' }));
    expect(() => fitSlope([], 2)).toThrow('slope.confidence must be a number from 0.5 to 0.999, got 2');
  });
});

/** Memory of three minutes, a point a second. */
function memory(levelAt: (second: number) => number): Growth {
  return growthOf(
    Array.from({ length: 180 }, (_, second) => ({ atMs: second * 1000, bytes: 200 * MB + levelAt(second) })),
    20_000,
  )!;
}

/** Noise in which each value keeps most of the one before, as memory does. */
function remembering(normal: () => number, share: number): () => number {
  let value = 0;
  return () => (value = share * value + normal());
}

describe('growthOf', () => {
  const flat: readonly [string, (seed: number) => (second: number) => number][] = [
    [
      'independent noise',
      (seed) => {
        const normal = seededNormal(seed);
        return () => 5 * MB * normal();
      },
    ],
    [
      'noise that remembers',
      (seed) => {
        const next = remembering(seededNormal(seed), 0.9);
        return () => 3 * MB * next();
      },
    ],
    [
      'the sawtooth of collections',
      (seed) => {
        const normal = seededNormal(seed);
        return (second) => ((second + seed) % (23 + (seed % 17))) * MB + MB * normal();
      },
    ],
  ];

  it.each(flat)('takes %s for flat', (_, levels) => {
    let grew = 0;
    for (let seed = 0; seed < SEEDS; seed++) if (memory(levels(seed)).low > 0) grew++;
    expect(grew / SEEDS).toBeLessThan(0.08); // one in forty, by its 95 %, and the scatter of 150 seeds
  });

  it.each(flat)('finds a leak of 5 MB/s in %s', (_, levels) => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const level = levels(seed);
      const { low, bytesPerHour } = memory((second) => level(second) + 5 * MB * second);
      expect(low).toBeGreaterThan(50 * MB);
      expect(bytesPerHour / (5 * MB * 3600)).toBeCloseTo(1, 1);
    }
  });

  it('does not take the step of a cache that fills for growth', () => {
    const normal = seededNormal(1);
    const { low, high } = memory((second) => (second > 60 ? 40 * MB : 0) + 2 * MB * normal());
    expect(low).toBeLessThan(50 * MB);
    expect(high).toBeGreaterThan(0);
  });

  it('leaves the warm-up out and tells how much it saw', () => {
    const points = Array.from({ length: 100 }, (_, i) => ({ atMs: 5000 + i * 1000, bytes: i < 50 ? i * MB : 50 * MB }));
    const growth = growthOf(points, 50_000)!;
    expect(growth).toMatchObject({ bytesPerHour: 0, observedMs: 49_000 });
    expect(growthOf(points, HOUR_MS)).toBeUndefined();
    expect(growthOf([])).toBeUndefined();
  });
});
