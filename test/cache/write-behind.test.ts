/** Proves that writing behind does not wait for a slow tier until too much is on its way, and that `flush` waits for all of it. */
import { describe, expect, it } from 'vitest';
import { settle } from '../support/manual-clock.js';
import { stackOf } from './stack.js';
import { keyOf } from './stand-in-tier.js';

describe('writing behind', () => {
  it('waits for nothing up to the bound, and for room beyond it', async () => {
    const stack = stackOf({ write: 'behind', writeBytesMax: 2000, sizeBytes: () => 1000 });
    stack.l3.isHeld = true;
    await stack.cache.set(keyOf('a'), 1);
    await stack.cache.set(keyOf('b'), 2);
    expect(stack.cache.stats().pendingBytes).toBe(2000);
    let isDone = false;
    const third = stack.cache.set(keyOf('c'), 3).then(() => (isDone = true));
    await settle();
    expect(isDone).toBe(false);
    expect(stack.l3.entries.size).toBe(0);
    stack.l3.release();
    await third;
    await stack.cache.flush();
    expect(stack.l3.entries.size).toBe(3);
    expect(stack.cache.stats().pendingBytes).toBe(0);
  });

  it('waits for what was stored before `flush`, and resolves though a write failed', async () => {
    const stack = stackOf({ write: 'behind' });
    stack.l3.isHeld = true;
    stack.l3.failing.add('set');
    await stack.cache.set(keyOf('a'), 1);
    let isDone = false;
    const flushing = stack.cache.flush().then(() => (isDone = true));
    await settle();
    expect(isDone).toBe(false);
    stack.l3.release();
    await flushing;
    expect(stack.cache.stats().errors).toBe(1);
    await stack.cache.flush();
  });
});
