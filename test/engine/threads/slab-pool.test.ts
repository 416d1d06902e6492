/** Proves that slabs are used again, that no more are kept than allowed, and that neither moved nor outsized ones are. */
import { describe, expect, it } from 'vitest';
import { SlabPool } from '../../../src/engine/threads/slab-pool.js';

const SLAB_BYTES = 1024;

describe('a pool of slabs', () => {
  it('gives out slabs of its size, and one that came back again', () => {
    const pool = new SlabPool(SLAB_BYTES, 2);
    const slab = pool.take();
    expect(slab.byteLength).toBe(SLAB_BYTES);
    expect(pool.take()).not.toBe(slab);
    pool.give(slab);
    expect(pool.take(SLAB_BYTES)).toBe(slab);
  });

  it('gives out a larger one where that is asked for, and never one too small', () => {
    const pool = new SlabPool(SLAB_BYTES, 2);
    pool.give(new ArrayBuffer(SLAB_BYTES));
    expect(pool.take(2 * SLAB_BYTES).byteLength).toBe(2 * SLAB_BYTES);
    pool.give(new ArrayBuffer(8 * SLAB_BYTES));
    expect(pool.take(3 * SLAB_BYTES).byteLength).toBe(8 * SLAB_BYTES);
  });

  it('keeps no more than it may', () => {
    const pool = new SlabPool(SLAB_BYTES, 2);
    const slabs = [1, 2, 3].map(() => new ArrayBuffer(SLAB_BYTES));
    for (const slab of slabs) pool.give(slab);
    const taken = [pool.take(), pool.take(), pool.take()];
    expect(taken.filter((slab) => slabs.includes(slab))).toHaveLength(2);
  });

  it('keeps neither a slab that was moved away nor one that has grown out of measure', () => {
    const pool = new SlabPool(SLAB_BYTES, 4);
    const moved = new ArrayBuffer(SLAB_BYTES);
    structuredClone(moved, { transfer: [moved] });
    const outsized = new ArrayBuffer(8 * SLAB_BYTES + 1);
    pool.give(moved);
    pool.give(outsized);
    const slab = pool.take();
    expect(slab).not.toBe(moved);
    expect(slab.byteLength).toBe(SLAB_BYTES);
  });
});
