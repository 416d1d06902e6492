/**
 * Proves that contestants are measured in turns and ratios taken round by round: with contestants that write down when
 * they ran and give their own times.
 */
import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../bench/budgets.js';
import { interleave, median, type Contestant } from '../../bench/measure.js';
import { compare, ratioIn } from '../../bench/throughput.js';

describe('interleave', () => {
  it('warms up, then runs all in every round, each round beginning with another', async () => {
    const order: string[] = [];
    const contestant = (name: string): Contestant => ({
      name,
      prepare: () => void order.push(name.toLowerCase()),
      run: () => {
        order.push(name);
        return { ms: order.length };
      },
    });
    const timings = await interleave(['A', 'B', 'C'].map(contestant), 3);
    expect(order.join('')).toBe('aAbBcC' + 'aAbBcC' + 'bBcCaA' + 'cCaAbB');
    expect(timings).toEqual([
      { name: 'A', ms: [8, 18, 22], mainThreadMs: [] },
      { name: 'B', ms: [10, 14, 24], mainThreadMs: [] },
      { name: 'C', ms: [12, 16, 20], mainThreadMs: [] },
    ]);
  });

  it('times from outside what gives no time of its own', async () => {
    const [timing] = await interleave([{ name: 'A', run: async () => ({ mainThreadMs: 1 }) }], 2);
    expect(timing?.ms.every((ms) => ms >= 0)).toBe(true);
    expect(timing?.mainThreadMs).toEqual([1, 1]);
  });
});

describe('median', () => {
  it('is the middle, or between the two in the middle', () => {
    expect(median([3, 100, 1])).toBe(3);
    expect(median([10, 2, 4, 1])).toBe(3);
    expect(median([])).toBeNaN();
  });
});

describe('ratioIn', () => {
  it('compares MB/s of the same round, whatever the loads', async () => {
    // The machine is three times slower in the second round, which ends up in neither ratio.
    const times = (ms: readonly number[]): Contestant['run'] => {
      const left = [0, ...ms];
      return () => ({ ms: left.shift() ?? 0 });
    };
    const comparison = await compare(
      'documents',
      [
        { name: 'fast', load: { documents: 10, bytes: 1000 }, run: times([10, 30, 10]) },
        { name: 'slow', load: { documents: 1, bytes: 100 }, run: times([4, 12, 4]) },
      ],
      3,
    );
    expect(ratioIn(comparison, 'fast', 'slow')).toBeCloseTo(4, 12);
    expect(ratioIn(comparison, 'fast', 'absent')).toBeUndefined();
    expect(comparison.rows[0]).toMatchObject({ megabytesPerSecond: 0.1, documentsPerMinute: 60_000 });
  });
});

describe('verdictOf', () => {
  it('passes at the budget itself, in either direction, and judges nothing that was not measured', () => {
    const atLeast = { name: '', unit: '×', atLeast: 2 } as const;
    const atMost = { name: '', unit: 'ms', atMost: 2 } as const;
    expect([1.99, 2, 3].map((measured) => verdictOf({ ...atLeast, measured }))).toEqual(['MISS', 'pass', 'pass']);
    expect([-1, 2, 2.01].map((measured) => verdictOf({ ...atMost, measured }))).toEqual(['pass', 'pass', 'MISS']);
    expect(verdictOf({ ...atLeast, measured: undefined })).toBe('not measured');
  });
});
