/** Proves that the sample is all rows while they fit, and of more a uniform one: with a fixed seed, so that it holds or never does. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/core/random.js';
import { Reservoir } from '../../../src/engine/calibrate/reservoir.js';

function sampleOf(rows: number, rowsMax: number, seed: number): Reservoir {
  const reservoir = new Reservoir(rowsMax, 2, seededRandom(seed));
  for (let row = 0; row < rows; row++) reservoir.add(Float64Array.from([-1, row, row + 0.5]), 1);
  return reservoir;
}

describe('a reservoir', () => {
  it('holds all rows in their order up to its size', () => {
    for (const rows of [0, 1, 9, 10]) {
      const reservoir = sampleOf(rows, 10, 1);
      expect([reservoir.length, reservoir.isComplete]).toEqual([rows, true]);
      expect([...reservoir.column(0)]).toEqual(Array.from({ length: rows }, (_, row) => row));
      expect([...reservoir.column(1)]).toEqual(Array.from({ length: rows }, (_, row) => row + 0.5));
    }
  });

  it('holds whole rows, each once, beyond', () => {
    const reservoir = sampleOf(1000, 10, 1);
    const first = [...reservoir.column(0)];
    expect([reservoir.length, reservoir.isComplete, new Set(first).size]).toEqual([10, false, 10]);
    expect([...reservoir.column(1)]).toEqual(first.map((row) => row + 0.5));
  });

  it('is the same for the same seed', () => {
    expect(sampleOf(500, 20, 7).rows).toEqual(sampleOf(500, 20, 7).rows);
    expect(sampleOf(500, 20, 7).rows).not.toEqual(sampleOf(500, 20, 8).rows);
  });

  it('takes every row with the same probability', () => {
    const [rows, rowsMax, rounds] = [100, 20, 5000];
    const taken = new Float64Array(rows);
    for (let seed = 0; seed < rounds; seed++) for (const row of sampleOf(rows, rowsMax, seed).column(0)) taken[row]!++;
    const expected = (rounds * rowsMax) / rows;
    const variance = expected * (1 - rowsMax / rows);
    const chiSquare = taken.reduce((sum, count) => sum + (count - expected) ** 2 / variance, 0);
    // About chi-square with 99 degrees of freedom: mean 99, standard deviation 14.
    expect(chiSquare).toBeGreaterThan(99 - 5 * 14);
    expect(chiSquare).toBeLessThan(99 + 5 * 14);
  });
});

describe('random numbers', () => {
  it('are spread over [0, 1)', () => {
    const random = seededRandom(3);
    const tenths = new Float64Array(10);
    for (let i = 0; i < 100_000; i++) tenths[Math.floor(random() * 10)]!++;
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});
