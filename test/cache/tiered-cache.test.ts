/**
 * Proves what a stack of tiers does when nothing goes wrong: where a look-up finds what, what is copied upwards, what is
 * remembered of things that are not there, and when it ends. The tiers are maps; the third one answers by promises.
 */
import { describe, expect, it } from 'vitest';
import { settle } from '../support/manual-clock.js';
import { errorOf } from '../support/outcomes.js';
import { stackOf, valuesIn } from './stack.js';
import { keyOf } from './stand-in-tier.js';

const A = keyOf('a');

describe('a look-up', () => {
  it('answers at once from tiers in memory, and by a promise from a slow one', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 1);
    expect(stack.cache.get(A)).toMatchObject({ value: 1 });
    stack.l1.entries.clear();
    expect(stack.cache.get(A)).toMatchObject({ value: 1 });
    stack.l1.entries.clear();
    stack.l2.entries.clear();
    const found = stack.cache.get(A);
    expect(found).toBeInstanceOf(Promise);
    expect(await found).toMatchObject({ value: 1 });
  });

  it('asks no tier below the one that has it', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 1);
    void stack.cache.get(A);
    expect([stack.l2.log, stack.l3.log]).toEqual([['set'], ['set']]);
  });

  it('copies what a lower tier has into all above, with its time of expiry and its tags', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 'value', { ttlMs: 500, tags: ['t'] });
    const stored = stack.l3.entries.get('a');
    for (const cleared of [[stack.l1], [stack.l1, stack.l2]]) {
      for (const tier of cleared) tier.entries.clear();
      stack.clock.advance(100);
      await stack.cache.get(A);
      expect([stack.l1, stack.l2].map((tier) => tier.entries.get('a'))).toEqual([stored, stored]);
    }
    stack.clock.advance(300);
    expect(await stack.cache.get(A)).toBeUndefined();
  });

  it('gives nothing of other content with the same digest', async () => {
    const { cache } = stackOf();
    await cache.set(A, 'mine');
    expect(await cache.get(keyOf('a', 'other'))).toBeUndefined();
    expect(cache.get(A)).toMatchObject({ value: 'mine' });
  });

  it('shares one question to a slow tier', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 1);
    stack.l1.entries.clear();
    stack.l2.entries.clear();
    const found = await Promise.all([stack.cache.get(A), stack.cache.get(A), stack.cache.get(keyOf('a', 'other'))]);
    expect(found.map((hit) => hit?.value)).toEqual([1, 1, undefined]);
    expect(stack.l3.log).toEqual(['set', 'get', 'get']);
    expect(stack.cache.stats()).toMatchObject({ hits: 2, misses: 1 });
  });

  it('of several keys answers in their order, at once where all are in memory', async () => {
    const stack = stackOf();
    await stack.cache.setMany([
      [A, 1],
      [keyOf('b'), 2],
    ]);
    expect(stack.cache.getMany([keyOf('b'), A])).toMatchObject([{ value: 2 }, { value: 1 }]);
    const some = await stack.cache.getMany([keyOf('b'), keyOf('none'), A]);
    expect(some.map((hit) => hit?.value)).toEqual([2, undefined, 1]);
  });
});

describe('a write', () => {
  it('is in memory when the call returns, and in the slowest tier when its promise resolves', async () => {
    const stack = stackOf();
    stack.l3.isHeld = true;
    let isDone = false;
    const done = stack.cache.set(A, 1).then(() => (isDone = true));
    expect(valuesIn(stack, 'a')).toEqual([1, 1, undefined]);
    await settle();
    expect(isDone).toBe(false);
    stack.l3.release();
    await done;
    expect(valuesIn(stack, 'a')).toEqual([1, 1, 1]);
  });

  it('keeps name and tags, and weighs the value', async () => {
    const stack = stackOf({ sizeBytes: (value) => String(value).length });
    await stack.cache.set(stack.cache.named('user:1'), 'four', { tags: ['x', 'y'] });
    const entry = stack.l3.entries.get('user:1');
    expect(entry).toMatchObject({ name: 'user:1', tags: ['x', 'y'], check: 'user:1' });
    await stack.cache.set(A, 'fourteen chars');
    expect([entry?.bytes, stack.l1.entries.get('a')?.bytes]).toEqual([4, 14]);
    const unsized = stackOf({ sizeBytes: () => Number.NaN });
    const { code, message } = await errorOf(unsized.cache.set(A, 1));
    expect([code, message]).toEqual(['ERR_OPTION_RANGE', 'sizeBytes(value) must be an integer >= 0, got NaN']);
  });

  it('refuses what is out of bounds, with its path', async () => {
    const { cache } = stackOf();
    const messages = [
      [{ ttlMs: 0 }, 'set.ttlMs must be an integer >= 1, got 0'],
      [{ ttlMs: 1.5 }, 'set.ttlMs must be an integer >= 1, got 1.5'],
      [{ tags: 'x' }, 'set.tags must be an array of strings, got "x"'],
      [{ tags: [''] }, 'set.tags.0 must be a non-empty string, got ""'],
      [{ tags: Array.from({ length: 65 }, String) }, 'set.tags must hold at most 64 tags, got 65'],
      [{ signal: 1 }, 'set.signal must be an AbortSignal, got 1'],
      [{ ttl: 1 }, 'set.ttl is not an option; expected one of ttlMs, tags, signal'],
    ] as const;
    for (const [options, message] of messages) {
      expect((await errorOf(cache.set(A, 1, options as never))).message).toBe(message);
      expect((await errorOf(cache.getOrCompute(A, () => 1, options as never))).message).toBe(message);
    }
    expect(cache.get(A)).toBeInstanceOf(Promise);
  });

  it('of many stops at the first value that cannot be stored, and waits for those before it', async () => {
    const stack = stackOf();
    const entries = [
      [A, 1],
      [keyOf('bad'), () => undefined],
      [keyOf('late'), 2],
    ] as const;
    expect((await errorOf(stack.cache.setMany(entries))).code).toBe('ERR_CACHE_VALUE');
    expect(valuesIn(stack, 'a')).toEqual([1, 1, 1]);
    expect(valuesIn(stack, 'bad')).toEqual([undefined, undefined, undefined]);
  });

  it('waits no longer than its signal allows, and is written all the same', async () => {
    const stack = stackOf();
    const controller = new AbortController();
    stack.l3.isHeld = true;
    const writing = errorOf(stack.cache.set(A, 1, { signal: controller.signal }));
    controller.abort();
    expect((await writing).code).toBe('ERR_ABORTED');
    stack.l3.release();
    await stack.cache.flush();
    expect(valuesIn(stack, 'a')).toEqual([1, 1, 1]);
    expect((await errorOf(stack.cache.set(A, 2, { signal: controller.signal }))).code).toBe('ERR_ABORTED');
    expect(valuesIn(stack, 'a')).toEqual([1, 1, 1]);
  });
});

describe('what is known not to be there', () => {
  it('is a hit without a value, for negativeTtlMs whatever the time to live', async () => {
    const { cache, clock } = stackOf();
    await cache.set(A, undefined, { ttlMs: 500 });
    expect(cache.get(A)).toMatchObject({ value: undefined });
    clock.advance(99);
    expect(cache.get(A)).toBeDefined();
    clock.advance(1);
    expect(await cache.get(A)).toBeUndefined();
  });

  it('is not remembered without negativeTtlMs, nor is what was there before', async () => {
    const stack = stackOf({ negativeTtlMs: 0 });
    await stack.cache.set(A, 1);
    await stack.cache.set(A, undefined);
    expect(await stack.cache.get(A)).toBeUndefined();
    expect(valuesIn(stack, 'a')).toEqual([undefined, undefined, undefined]);
  });
});

describe('deleting and clearing', () => {
  it('leaves nothing in any tier, and says whether there was something', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 1);
    stack.l1.entries.clear();
    expect(await stack.cache.delete(A)).toBe(true);
    expect(await stack.cache.delete(A)).toBe(false);
    expect(valuesIn(stack, 'a')).toEqual([undefined, undefined, undefined]);
    await stack.cache.set(A, 1);
    await stack.cache.clear();
    expect([stack.l1, stack.l2, stack.l3].map((tier) => tier.entries.size)).toEqual([0, 0, 0]);
  });

  it('shows nothing while a slow tier is still at it, and what is stored behind it', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 1);
    stack.l3.isHeld = true;
    const deleting = stack.cache.delete(A);
    expect(stack.cache.get(A)).toBeUndefined();
    const clearing = stack.cache.clear();
    expect(stack.cache.get(keyOf('b'))).toBeUndefined();
    const setting = stack.cache.set(A, 2);
    stack.l1.entries.clear();
    stack.l2.entries.clear();
    expect(stack.cache.get(A)).toMatchObject({ value: 2 });
    stack.l3.release();
    await Promise.all([deleting, clearing, setting]);
    expect(valuesIn(stack, 'a')[2]).toBe(2);
  });
});

describe('closing', () => {
  it('writes what is on its way, closes the tiers and refuses every later call', async () => {
    const stack = stackOf({ write: 'behind' });
    stack.l3.isHeld = true;
    await stack.cache.set(A, 1);
    const closing = stack.cache.close();
    expect(stack.cache.close()).toBe(closing);
    await settle();
    expect(stack.l3.isClosed).toBe(false);
    stack.l3.release();
    await closing;
    expect([stack.l1.isClosed, stack.l2.isClosed, stack.l3.isClosed]).toEqual([true, true, true]);
    expect(stack.l3.entries.get('a')?.value).toBe(1);

    const { cache } = stack;
    const calls: (() => unknown)[] = [
      () => cache.get(A),
      () => cache.getMany([A]),
      () => cache.set(A, 1),
      () => cache.setMany([[A, 1]]),
      () => cache.getOrCompute(A, () => 1),
      () => cache.delete(A),
      () => cache.invalidateTag('t'),
      () => cache.invalidateNames('*'),
      () => cache.clear(),
      () => cache.warm(),
    ];
    for (const call of calls) expect((await errorOf((async () => call())())).code).toBe('ERR_CLOSED');
    expect(await cache.sweep(1)).toBe(false);
  });

  it('is what `await using` does', async () => {
    const stack = stackOf();
    await stack.cache[Symbol.asyncDispose]();
    expect(stack.l3.isClosed).toBe(true);
  });
});
