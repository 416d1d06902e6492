/** Proves what a warm-up brings into the first tier: what is given, or what was stored last, up to the bounds and no further. */
import { describe, expect, it } from 'vitest';
import { errorOf } from '../support/outcomes.js';
import { stackOf, type Stack } from './stack.js';
import { keyOf } from './stand-in-tier.js';

/** 1000 entries in the slow tier only; those with higher numbers were stored later. */
async function stocked(settings: Parameters<typeof stackOf>[0]): Promise<Stack> {
  const stack = stackOf({ sizeBytes: () => 100, ttlMs: 1e6, ...settings });
  // Not in the order of their digests, which is that of the pages.
  for (const index of Array.from({ length: 1000 }, (_, count) => count)) {
    await stack.cache.set(keyOf(`${index % 7}-${index}`), index);
    stack.clock.advance(1);
  }
  stack.l1.entries.clear();
  stack.l2.entries.clear();
  return stack;
}

function values(stack: Stack): unknown[] {
  return [...stack.l1.entries.values()].map(({ value }) => value);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

describe('from the slowest tier', () => {
  it('brings up what was stored last, the last one as the one used last', async () => {
    const stack = await stocked({ entriesMax: 50 });
    expect(await stack.cache.warm()).toBe(50);
    expect(values(stack)).toEqual(range(950, 1000));
  });

  it('brings up no more bytes than the first tier holds, and no more entries than asked', async () => {
    const stack = await stocked({ bytesMax: 1250 });
    expect(await stack.cache.warm()).toBe(12);
    expect(values(stack)).toEqual(range(988, 1000));
    stack.l1.entries.clear();
    expect(await stack.cache.warm(undefined, { entriesMax: 3 })).toBe(3);
  });

  it('counts only what was still there', async () => {
    const stack = await stocked({ entriesMax: 50 });
    const digest = '5-999';
    stack.l3.entries.set(digest, { ...stack.l3.entries.get(digest)!, expiresAtMs: stack.clock.epochMs() });
    stack.l3.entries.set('9', { ...stack.l3.entries.get('0-0')!, expiresAtMs: 0 });
    for (const [key, entry] of stack.l3.entries)
      if (entry.value !== 999) stack.l3.entries.set(key, { ...entry, expiresAtMs: 1 });
    expect(await stack.cache.warm()).toBe(0);
  });

  it('ends when its signal is given', async () => {
    const stack = await stocked({});
    const controller = new AbortController();
    const warming = errorOf(stack.cache.warm(undefined, { signal: controller.signal }));
    controller.abort();
    expect((await warming).code).toBe('ERR_ABORTED');
    expect(stack.l1.entries.size).toBe(0);
  });
});

describe('from what is given', () => {
  it('stores it as a write does, no more than the first tier holds', async () => {
    const stack = stackOf({ entriesMax: 5 });
    async function* entries(): AsyncGenerator<[ReturnType<typeof keyOf>, number]> {
      for (let index = 0; ; index++) yield [keyOf(String(index)), index];
    }
    expect(await stack.cache.warm(entries())).toBe(5);
    expect(values(stack)).toEqual([0, 1, 2, 3, 4]);
    expect(stack.l3.entries.size).toBe(5);
    expect(await stack.cache.warm([[keyOf('x'), 1]])).toBe(1);
  });

  it('refuses options that are none', async () => {
    const { cache } = stackOf();
    expect((await errorOf(cache.warm([], { entriesMax: 0 }))).message).toBe(
      'warm.entriesMax must be an integer >= 1, got 0',
    );
    expect((await errorOf(cache.warm([], { entries: 1 } as never))).code).toBe('ERR_OPTION_UNKNOWN');
  });
});
