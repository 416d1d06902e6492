/**
 * Proves against the whole list of values that a series of any length stays within its bound, loses and repeats none, keeps their
 * order, and gives every point but the last equally many.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CoarseningSeries } from '../../src/monitor/coarsening-series.js';

it('holds any number of values in order, in so many points', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 17 }), fc.nat(500), (pointsMax, length) => {
      const series = new CoarseningSeries<number[]>(pointsMax, (earlier, later) => [...earlier, ...later]);
      for (let value = 0; value < length; value++) {
        series.push([value]);
        expect(series.points().length).toBeLessThanOrEqual(pointsMax);
      }
      const points = series.points();
      expect(points.flat()).toEqual(Array.from({ length }, (_, value) => value));
      for (const point of points.slice(0, -1)) expect(point).toHaveLength(series.stride);
      expect(points.at(-1)?.length ?? 0).toBeLessThanOrEqual(series.stride);
      if (length >= pointsMax) expect(points.length).toBeGreaterThanOrEqual(Math.floor(pointsMax / 2));
    }),
  );
});

it('refuses to be one point', () => {
  expect(() => new CoarseningSeries(1, (a: number) => a)).toThrow('pointsMax must be an integer >= 2, got 1');
});
