/**
 * Proves that a change is never undone by what began before it: the late result of a computation, the copying upwards of what a
 * slow tier had, or a slow tier's older answer. The slow tier is held back, the change is made, and the tier is let go.
 */
import { describe, expect, it } from 'vitest';
import { settle } from '../support/manual-clock.js';
import { stackOf, valuesIn, type Stack } from './stack.js';
import { keyOf } from './stand-in-tier.js';

const A = keyOf('a', 'a', 'a');
const GONE = [undefined, undefined, undefined];

/** Every way to say that what was there is not to be there any more. */
const REMOVALS: Readonly<Record<string, (stack: Stack) => Promise<unknown>>> = {
  delete: ({ cache }) => cache.delete(A),
  clear: ({ cache }) => cache.clear(),
  invalidateTag: ({ cache }) => cache.invalidateTag('tag'),
  invalidateNames: ({ cache }) => cache.invalidateNames('a*'),
};

/** A computation that ends when told to. */
function deferred(): { promise: Promise<unknown>; resolve: (value: unknown) => void } {
  let resolve: (value: unknown) => void = () => undefined;
  const promise = new Promise<unknown>((onResolve) => (resolve = onResolve));
  return { promise, resolve };
}

describe.each(Object.entries(REMOVALS))('%s', (_, remove) => {
  it('comes before the late result of a computation, which those who waited still get', async () => {
    const stack = stackOf();
    const computation = deferred();
    const waiting = stack.cache.getOrCompute(A, () => computation.promise, { tags: ['tag'] });
    await settle();
    await remove(stack);
    const anew = stack.cache.getOrCompute(A, () => 'anew', { tags: ['tag'] });
    computation.resolve('late');
    expect(await Promise.all([waiting, anew])).toEqual(['late', 'anew']);
    expect(valuesIn(stack, 'a')).toEqual(['anew', 'anew', 'anew']);
  });

  it('comes before a result that arrives when nobody has asked anew', async () => {
    const stack = stackOf();
    const computation = deferred();
    const waiting = stack.cache.getOrCompute(A, () => computation.promise, { tags: ['tag'] });
    await settle();
    const removing = remove(stack);
    computation.resolve('late');
    expect(await waiting).toBe('late');
    await removing;
    expect(valuesIn(stack, 'a')).toEqual(GONE);
  });

  it('is not undone by an entry that is being copied upwards', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 'old', { tags: ['tag'] });
    stack.l1.entries.clear();
    stack.l2.entries.clear();
    stack.l3.isHeld = true;
    const reading = stack.cache.get(A);
    const removing = remove(stack);
    stack.l3.release();
    await Promise.all([reading, removing]);
    expect(valuesIn(stack, 'a')).toEqual(GONE);
    expect(await stack.cache.get(A)).toBeUndefined();
  });

  it('meets what is still on its way to the slow tier', async () => {
    const stack = stackOf({ write: 'behind' });
    stack.l3.isHeld = true;
    await stack.cache.set(A, 'old', { tags: ['tag'] });
    const removing = remove(stack);
    stack.l3.release();
    await removing;
    expect(valuesIn(stack, 'a')).toEqual(GONE);
    expect(await stack.cache.get(A)).toBeUndefined();
  });
});

describe('a set', () => {
  it('wins over an entry that is being copied upwards', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 'old');
    stack.l1.entries.clear();
    stack.l2.entries.clear();
    stack.l3.isHeld = true;
    const reading = stack.cache.get(A);
    const setting = stack.cache.set(A, 'new');
    stack.l3.release();
    await Promise.all([reading, setting]);
    expect(valuesIn(stack, 'a')).toEqual(['new', 'new', 'new']);
  });

  it('wins over the late result of a computation', async () => {
    const stack = stackOf();
    const computation = deferred();
    const waiting = stack.cache.getOrCompute(A, () => computation.promise);
    await settle();
    await stack.cache.set(A, 'set');
    computation.resolve('late');
    expect(await waiting).toBe('late');
    expect(valuesIn(stack, 'a')).toEqual(['set', 'set', 'set']);
  });

  it('is read back while the slow tier has an older entry and those above have none', async () => {
    const stack = stackOf({ write: 'behind' });
    await stack.cache.set(A, 'old');
    await stack.cache.flush();
    stack.l3.isHeld = true;
    await stack.cache.set(A, 'new');
    stack.l1.entries.clear();
    stack.l2.entries.clear();
    expect(await stack.cache.get(A)).toMatchObject({ value: 'new' });
    expect(await stack.cache.get(keyOf('a', 'other'))).toBeUndefined();
    stack.clock.advance(1000);
    stack.l1.entries.clear();
    stack.l2.entries.clear();
    expect(await stack.cache.get(A)).toBeUndefined();
    stack.l3.release();
  });

  it('behind another of the same key is the one that stays', async () => {
    const stack = stackOf({ write: 'behind' });
    stack.l3.isHeld = true;
    const writes = [1, 2, 3].map((value) => stack.cache.set(A, value));
    stack.l3.release();
    await Promise.all(writes);
    await stack.cache.flush();
    expect(valuesIn(stack, 'a')).toEqual([3, 3, 3]);
  });
});

describe('an invalidation', () => {
  it('leaves computations alone that it does not meet', async () => {
    const stack = stackOf();
    const computation = deferred();
    const waiting = stack.cache.getOrCompute(A, () => computation.promise, { tags: ['other'] });
    await settle();
    await stack.cache.invalidateTag('tag');
    await stack.cache.invalidateNames('b*');
    computation.resolve('kept');
    await waiting;
    expect(valuesIn(stack, 'a')).toEqual(['kept', 'kept', 'kept']);
  });

  it('meets entries that are brought up while it looks through the tiers', async () => {
    const stack = stackOf();
    const keys = Array.from({ length: 600 }, (_, index) => keyOf(String(index).padStart(3, '0')));
    await stack.cache.setMany(
      keys.map((key) => [key, key.digest] as const),
      { tags: ['tag'] },
    );
    stack.l1.entries.clear();
    stack.l2.entries.clear();
    const removing = stack.cache.invalidateTag('tag');
    for (const key of keys) {
      await stack.cache.get(key);
      if (key.digest.endsWith('9')) await settle();
    }
    expect(await removing).toBe(600);
    expect([stack.l1, stack.l2, stack.l3].map((tier) => tier.entries.size)).toEqual([0, 0, 0]);
  });
});
