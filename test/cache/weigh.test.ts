/** Proves the weights of values by hand, and that cycles end. */
import { describe, expect, it } from 'vitest';
import { weigh } from '../../src/cache/weigh.js';

describe('the weight of a value', () => {
  it.each([
    [undefined, 8],
    [1, 8],
    ['abc', 30],
    [null, 8],
    [{}, 24],
    [[1, 2], 40],
    [{ a: 'b', c: { d: 1 } }, 24 + 26 + 24 + 8],
    [new Float32Array(10), 64],
    [Buffer.alloc(100), 124],
    [new ArrayBuffer(5), 29],
    [new Map([['a', [1]]]), 24 + 26 + 32],
    [new Set([1, 2, 3]), 48],
  ])('%j', (value, bytes) => {
    expect(weigh(value)).toBe(bytes);
  });

  it('counts what is shared or cyclic once', () => {
    const shared = { text: 'x'.repeat(100) };
    const cyclic: { self?: unknown; parts: unknown[] } = { parts: [shared, shared] };
    cyclic.self = cyclic;
    expect(weigh(cyclic)).toBe(24 + 24 + 24 + 224);
  });
});
