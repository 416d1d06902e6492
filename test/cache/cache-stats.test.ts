/** Proves the numbers of a stack against look-ups counted by hand, and their sums over several stacks. */
import { describe, expect, it } from 'vitest';
import { stackStats } from '../../src/cache/cache-stats.js';
import { stackOf } from './stack.js';
import { keyOf } from './stand-in-tier.js';

const A = keyOf('a');

describe('statistics', () => {
  it('count a look-up once, whichever tier answers', async () => {
    const stack = stackOf();
    expect(stack.cache.stats()).toMatchObject({ hits: 0, misses: 0, hitRatio: null });
    await stack.cache.set(A, 1);
    await stack.cache.get(A);
    stack.l1.entries.clear();
    await stack.cache.get(A);
    stack.l1.entries.clear();
    stack.l2.entries.clear();
    await stack.cache.get(A);
    await stack.cache.get(keyOf('none'));
    const stats = stack.cache.stats();
    expect(stats).toMatchObject({ hits: 3, misses: 1, hitRatio: 0.75, errors: 0 });
    expect(stats.tiers.map(({ name, hits, entries }) => [name, hits, entries])).toEqual([
      ['l1', 1, 1],
      ['l2', 1, 1],
      ['l3', 1, 1],
    ]);
    expect(stats.tiers[0]?.compressionRatio).toBe(2);
  });

  it('count what is found on its way to a tier', async () => {
    const stack = stackOf({ write: 'behind' });
    stack.l3.isHeld = true;
    await stack.cache.set(A, 1);
    stack.l1.entries.clear();
    stack.l2.entries.clear();
    await stack.cache.get(A);
    expect(stack.cache.stats()).toMatchObject({ hits: 1, misses: 0, hitRatio: 1 });
    stack.l3.release();
  });

  it('time one look-up in 64', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 1);
    for (let count = 0; count < 63; count++) void stack.cache.get(A);
    expect(stack.cache.stats().tiers[0]).toMatchObject({ p50Us: null, p99Us: null });
    void stack.cache.get(A);
    // On a clock that stands still a look-up takes the least that there is, a nanosecond.
    expect(stack.cache.stats().tiers[0]).toMatchObject({ p50Us: 0.001, p99Us: 0.001 });
    expect(stack.cache.stats().tiers[1]).toMatchObject({ p50Us: null });
  });

  it('sum over stacks, tiers of one name with each other', async () => {
    const [left, right] = [stackOf(), stackOf()];
    await left.cache.set(A, 1);
    await right.cache.set(A, 1);
    await right.cache.get(A);
    await left.cache.get(keyOf('none'));
    const stats = stackStats([left.cache.sample(), right.cache.sample()]);
    expect(stats).toMatchObject({ hits: 1, misses: 1, hitRatio: 0.5 });
    expect(stats.tiers.map(({ name, entries, misses }) => [name, entries, misses])).toEqual([
      ['l1', 2, 1],
      ['l2', 2, 1],
      ['l3', 2, 1],
    ]);
    expect(stackStats([])).toMatchObject({ hits: 0, hitRatio: null, tiers: [] });
  });
});
