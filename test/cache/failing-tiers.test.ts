/**
 * Proves that a failing tier costs hits and nothing else: readers see a miss, writers an entry in the other tiers, and no older
 * value comes back. Operations of the stand-in tiers are made to fail one by one.
 */
import { describe, expect, it } from 'vitest';
import { HIDDEN_MAX, TierSlot } from '../../src/cache/tier-slot.js';
import { ManualClock } from '../support/manual-clock.js';
import { errorOf } from '../support/outcomes.js';
import { stackOf, valuesIn, type Stack } from './stack.js';
import { StandInTier, keyOf } from './stand-in-tier.js';

const A = keyOf('a', 'a', 'a');

function errorsOf({ cache }: Stack): number[] {
  return cache.stats().tiers.map(({ errors }) => errors);
}

describe('a tier that cannot read', () => {
  it('is a miss and a number, and those below are asked', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 1);
    stack.l1.failing.add('get');
    stack.l2.failing.add('get');
    expect(await stack.cache.get(A)).toMatchObject({ value: 1 });
    stack.l3.failing.add('get');
    expect(await stack.cache.get(A)).toBeUndefined();
    expect(await stack.cache.getOrCompute(A, () => 2)).toBe(2);
    expect(errorsOf(stack)).toEqual([3, 3, 2]);
  });
});

describe('a tier that cannot write', () => {
  it('does not fail the writer; the others have the entry', async () => {
    const stack = stackOf();
    stack.l3.failing.add('set');
    await stack.cache.set(A, 1);
    expect(valuesIn(stack, 'a')).toEqual([1, 1, undefined]);
    expect(errorsOf(stack)).toEqual([0, 0, 1]);
    stack.l3.failing.clear();
    await stack.cache.set(A, 2);
    expect(valuesIn(stack, 'a')).toEqual([2, 2, 2]);
  });

  it.each(['through', 'behind'] as const)(
    'loses the older entry rather than show it again (write %s)',
    async (write) => {
      const stack = stackOf({ write });
      await stack.cache.set(A, 'old');
      await stack.cache.flush();
      stack.l3.failing.add('set');
      await stack.cache.set(A, 'new');
      await stack.cache.flush();
      expect(valuesIn(stack, 'a')).toEqual(['new', 'new', undefined]);
    },
  );

  it('hides the older entry where it cannot delete it either, until it can', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 'old');
    stack.l3.failing.add('set').add('delete');
    await stack.cache.set(A, 'new');
    stack.l1.entries.clear();
    stack.l2.entries.clear();
    expect(await stack.cache.get(A)).toBeUndefined();
    expect(stack.l3.entries.get('a')?.value).toBe('old');
    await stack.cache.sweep(1);
    expect(await stack.cache.get(A)).toBeUndefined();
    stack.l3.failing.clear();
    await stack.cache.sweep(1);
    expect(stack.l3.entries.size).toBe(0);
    await stack.cache.set(A, 'newer');
    stack.l1.entries.clear();
    stack.l2.entries.clear();
    expect(await stack.cache.get(A)).toMatchObject({ value: 'newer' });
  });

  it('in memory is treated alike', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 'old');
    stack.l1.failing.add('set');
    await stack.cache.set(A, 'new');
    expect(valuesIn(stack, 'a')).toEqual([undefined, 'new', 'new']);
    expect(await stack.cache.get(A)).toMatchObject({ value: 'new' });
  });

  it('is not read any more when more is hidden than can be kept in mind, until it is cleared', async () => {
    const clock = new ManualClock();
    const tier = new StandInTier('l', clock);
    const slot = new TierSlot(tier, clock);
    const [kept, first] = [keyOf('kept'), keyOf('0')];
    const entry = { check: kept.check(), value: 1, expiresAtMs: Infinity, bytes: 1, name: undefined, tags: [] };
    await slot.set(kept, entry);
    tier.failing.add('delete').add('clear');
    for (let count = 0; count < HIDDEN_MAX; count++) {
      try {
        void slot.delete(String(count));
      } catch {
        // It fails, and the key is hidden.
      }
    }
    expect(slot.errors).toBe(HIDDEN_MAX);
    expect(slot.get(kept)).toBe(entry);
    expect(() => slot.delete('one more')).toThrow();
    expect(slot.get(kept)).toBeUndefined();
    expect(() => slot.clear()).toThrow();
    expect(slot.get(kept)).toBeUndefined();
    tier.failing.clear();
    await slot.clear();
    await slot.set(first, { ...entry, check: first.check() });
    expect(slot.get(first)).toBeDefined();
  });
});

describe('a tier that cannot remove', () => {
  it.each([
    ['delete', (stack: Stack) => stack.cache.delete(A)],
    ['clear', (stack: Stack) => stack.cache.clear()],
    ['invalidateTag', (stack: Stack) => stack.cache.invalidateTag('t')],
    ['invalidateNames', (stack: Stack) => stack.cache.invalidateNames('*')],
  ])('fails %s, and the entry is not seen all the same', async (_, remove) => {
    const stack = stackOf();
    await stack.cache.set(A, 'old', { tags: ['t'] });
    stack.l3.failing.add('delete').add('clear');
    await expect(remove(stack)).rejects.toThrow(/^l3 cannot (delete|clear)$/);
    expect(await stack.cache.get(A)).toBeUndefined();
    stack.l3.failing.clear();
    await remove(stack);
    expect(stack.l3.entries.size).toBe(0);
    await stack.cache.set(A, 'new');
    stack.l1.entries.clear();
    stack.l2.entries.clear();
    expect(await stack.cache.get(A)).toMatchObject({ value: 'new' });
  });

  it('that cannot be looked through fails an invalidation', async () => {
    const stack = stackOf();
    stack.l3.failing.add('page');
    await expect(stack.cache.invalidateTag('t')).rejects.toThrow('l3 cannot page');
  });
});

describe('a value that cannot be serialised', () => {
  it('is stored in no tier, and the key has no entry', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 'old');
    expect((await errorOf(stack.cache.set(A, () => 1))).code).toBe('ERR_CACHE_VALUE');
    expect(valuesIn(stack, 'a')).toEqual([undefined, undefined, undefined]);
    expect(await stack.cache.get(A)).toBeUndefined();
  });
});

describe('a sweep that fails', () => {
  it('is counted, and the other tiers are swept', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 1);
    stack.clock.advance(1000);
    stack.l2.failing.add('sweep');
    expect(await stack.cache.sweep(1)).toBe(false);
    expect(valuesIn(stack, 'a')).toEqual([undefined, 1, undefined]);
    expect(errorsOf(stack)).toEqual([0, 1, 0]);
  });
});
