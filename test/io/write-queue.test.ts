// Proves order, the bound that holds a writer back, and that the first error is final and reaches everybody.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { WriteQueue } from '../../src/io/write-queue.js';

/** A `put` whose calls end when the test says so. */
class Gate {
  readonly taken: number[] = [];
  readonly #waiting: { done: () => void; fail: (error: Error) => void }[] = [];

  readonly put = (bytes: Uint8Array): Promise<void> => {
    this.taken.push(bytes.length);
    return new Promise((done, fail) => this.#waiting.push({ done, fail }));
  };

  async next(error?: Error): Promise<void> {
    const oldest = this.#waiting.shift();
    if (error === undefined) oldest?.done();
    else oldest?.fail(error);
    await settle();
  }
}

const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  await settle();
  return (await Promise.race([promise, Promise.resolve(pending)])) === pending;
}

describe('bound', () => {
  test('push waits exactly while bytesMax or more are buffered', async () => {
    const gate = new Gate();
    const queue = new WriteQueue(gate.put, 10);
    await queue.push(new Uint8Array(9));
    const full = queue.push(new Uint8Array(1));
    expect(await isPending(full)).toBe(true);
    const over = queue.push(new Uint8Array(12));
    await gate.next();
    expect(await isPending(over)).toBe(true);
    expect(gate.taken).toEqual([9, 1]);
    await gate.next();
    expect(await isPending(over)).toBe(true);
    await gate.next();
    await Promise.all([full, over]);
    expect(gate.taken).toEqual([9, 1, 12]);
  });

  test('idle waits for the last byte', async () => {
    const gate = new Gate();
    const queue = new WriteQueue(gate.put, 10);
    await queue.idle();
    await queue.push(new Uint8Array(1));
    const idle = queue.idle();
    expect(await isPending(idle)).toBe(true);
    await gate.next();
    await idle;
  });
});

test('any writes come out in order, whoever waits for what', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ bytes: fc.nat(20), waits: fc.boolean() })), async (writes) => {
      const taken: number[] = [];
      const queue = new WriteQueue(async (bytes) => {
        if (bytes.length % 3 === 0) await settle();
        taken.push(bytes.length);
      }, 16);
      for (const { bytes, waits } of writes) {
        const pushed = queue.push(new Uint8Array(bytes));
        if (waits) await pushed;
      }
      await queue.idle();
      expect(taken).toEqual(writes.map(({ bytes }) => bytes));
    }),
    { numRuns: 50 },
  );
});

describe('errors', () => {
  test('reject who waits and who comes later; what waits is dropped', async () => {
    const gate = new Gate();
    const queue = new WriteQueue(gate.put, 2);
    const pushes = [1, 1, 1].map((bytes) => queue.push(new Uint8Array(bytes)));
    const outcomes = Promise.allSettled([...pushes, queue.idle()]);
    await gate.next(new Error('full'));
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected']);
    await expect(queue.push(new Uint8Array(1))).rejects.toThrow('full');
    await expect(queue.idle()).rejects.toThrow('full');
    expect(gate.taken).toEqual([1]);
  });

  test('from outside count as well, and the first one stays', async () => {
    const gate = new Gate();
    const queue = new WriteQueue(gate.put, 100);
    await queue.push(new Uint8Array(1));
    await queue.push(new Uint8Array(1));
    queue.fail(new Error('gone'));
    queue.fail(new Error('later'));
    await expect(queue.push(new Uint8Array(1))).rejects.toThrow('gone');
    await gate.next();
    await expect(queue.idle()).rejects.toThrow('gone');
    expect(gate.taken).toEqual([1]);
  });
});
