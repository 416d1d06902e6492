/** Proves that axes are right for any two numbers: ticks are round, rise, are few and inside, and places keep the order of values. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearScale, logScale, shareBetween, type Scale } from '../../../../src/monitor/page/charts/scale.js';
import { thin } from '../../../../src/monitor/page/charts/thin.js';

const PLACES = { from: 300, to: 20 };

function expectOrdered({ ticks, at }: Scale, values: readonly number[]): void {
  expect(ticks.length).toBeGreaterThan(0);
  expect(ticks.length).toBeLessThan(20);
  expect([...new Set(ticks)].sort((one, other) => one - other)).toEqual(ticks);
  const places = [...values].sort((one, other) => one - other).map(at);
  for (const place of [...places, ...ticks.map(at)]) {
    expect(place).toBeGreaterThanOrEqual(PLACES.to - 1e-6);
    expect(place).toBeLessThanOrEqual(PLACES.from + 1e-6);
  }
  expect([...places].sort((one, other) => other - one)).toEqual(places);
}

describe('a linear axis', () => {
  it('has a place for every value, in order', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, number, (one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expectOrdered(linearScale({ low, high, ...PLACES }), [low, high]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [{ low: 0, high: 12.4e6 }, [0, 5e6, 10e6, 15e6]],
    [{ low: 0, high: 1 }, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [{ low: 0, high: 0 }, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [{ low: 7, high: 7 }, [0, 2, 4, 6, 8]],
    [{ low: -3, high: 4 }, [-4, -2, 0, 2, 4]],
    [{ low: 1, high: 4, isWhole: true }, [1, 2, 3, 4]],
    [{ low: 0, high: 2, isWhole: true }, [0, 1, 2]],
    [{ low: 0, high: 600, isTime: true }, [0, 120, 240, 360, 480, 600]],
    [{ low: 0, high: 3, isTime: true }, [0, 1, 2, 3]],
  ])('for %j has the ticks %j', (ends, ticks) => {
    expect(linearScale({ ...ends, ...PLACES }).ticks).toEqual(ticks);
  });
});

describe('a logarithmic axis', () => {
  it('has a place for every value above 0, in order', () => {
    const number = fc.double({ min: 1e-250, max: 1e250, noNaN: true });
    fc.assert(
      fc.property(number, number, (one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expectOrdered(logScale({ low, high, ...PLACES }), [low, high]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [{ low: 256, high: 65_536 }, [1000, 10_000, 100_000]],
    [{ low: 0.8, high: 15 }, [0.5, 1, 2, 5, 10, 20]],
    [{ low: 1, high: 1 }, [1, 2]],
  ])('for %j has the ticks %j', (ends, ticks) => {
    expect(logScale({ ...ends, ...PLACES }).ticks).toEqual(ticks);
  });
});

it('a share is a number also between the two largest numbers, and the two smallest', () => {
  expect(shareBetween(0, -Number.MAX_VALUE, Number.MAX_VALUE)).toBe(0.5);
  expect(shareBetween(Number.MIN_VALUE, 0, Number.MIN_VALUE)).toBe(1);
  expect([shareBetween(5, 1, 1), shareBetween(-9, 0, 1), shareBetween(9, 0, 1)]).toEqual([0, 0, 1]);
});

describe('a line that is thinned', () => {
  it('keeps its order, its ends in height, and a bound', () => {
    const points = fc.array(fc.option(fc.integer()), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(points, fc.integer({ min: 2, max: 50 }), (values, pointsMax) => {
        const line = values.map((y, x) => ({ x, y }));
        const kept = thin(line, pointsMax);
        expect(kept.length).toBeLessThanOrEqual(Math.max(pointsMax, 2));
        expect([...kept].sort((one, other) => one.x - other.x)).toEqual(kept);
        const heights = (of: readonly { readonly y: number | null }[]): number[] =>
          of.flatMap(({ y }) => (y === null ? [] : [y]));
        if (heights(line).length === 0) return;
        expect(Math.max(...heights(kept))).toBe(Math.max(...heights(line)));
      }),
    );
  });
});
