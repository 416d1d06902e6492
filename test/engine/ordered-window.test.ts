/**
 * Proves that results come out in the order of their work, whatever the order in which that ends, and that the producer is
 * held back by what has not been taken. Each run resolves deferred results in a generated order.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrderedWindow } from '../../src/engine/ordered-window.js';
import { within } from '../support/outcomes.js';

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

function defer<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

/** Lets everything that is ready to run do so. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

async function takeAll<T>(window: OrderedWindow<T>): Promise<T[]> {
  const taken: T[] = [];
  for (let result = await window.next(); result !== undefined; result = await window.next()) taken.push(result);
  return taken;
}

describe('order and room', () => {
  it('keeps the order for any order of completion, with no more under way than fits', async () => {
    const work = fc.record({ cost: fc.nat({ max: 10 }), rank: fc.nat() });
    await fc.assert(
      fc.asyncProperty(fc.array(work, { maxLength: 30 }), fc.integer({ min: 1, max: 25 }), async (works, costMax) => {
        const window = new OrderedWindow<number>(costMax);
        const results = works.map(() => defer<number>());
        let [pushed, taken] = [0, 0];
        const open = (): number => works.slice(taken, pushed).reduce((sum, { cost }) => sum + cost, 0);
        const produce = async (): Promise<void> => {
          for (const [index, { cost }] of works.entries()) {
            expect(open()).toBeLessThan(costMax);
            const result = results[index];
            if (result !== undefined) window.push(result.promise, cost);
            pushed = index + 1;
            if (window.isFull) await window.room();
          }
          window.end();
        };
        const consume = async (): Promise<void> => {
          for (let result = await window.next(); result !== undefined; result = await window.next()) {
            expect(result).toBe(taken);
            taken++;
          }
        };
        const done = Promise.all([produce(), consume()]);
        const byRank = [...works.entries()].sort(([, left], [, right]) => left.rank - right.rank);
        for (const [index] of byRank) {
          results[index]?.resolve(index);
          if (index % 3 === 0) await settle();
        }
        await done;
        expect(taken).toBe(works.length);
      }),
      { numRuns: 200 },
    );
  });

  it('is full at its cost and has room again only when a result is taken, not when it is there', async () => {
    const window = new OrderedWindow<string>(2);
    window.push(Promise.resolve('a'), 1);
    expect(window.isFull).toBe(false);
    window.push(Promise.resolve('b'), 1);
    expect(window.isFull).toBe(true);
    let hasRoom = false;
    const room = window.room().then(() => (hasRoom = true));
    await settle();
    expect(hasRoom).toBe(false);
    expect(await window.next()).toBe('a');
    await room;
    expect(window.isFull).toBe(false);
  });

  it('lets one piece of work in that costs more than all the room there is', async () => {
    const window = new OrderedWindow<string>(2);
    window.push(Promise.resolve('large'), 100);
    expect(window.isFull).toBe(true);
    expect(await window.next()).toBe('large');
    expect(window.isFull).toBe(false);
  });

  it('wakes a consumer that came before the work', async () => {
    const window = new OrderedWindow<string>(1);
    const next = window.next();
    window.push(Promise.resolve('late'), 1);
    expect(await next).toBe('late');
  });
});

describe('the end', () => {
  it('delivers what was pushed, then undefined, again and again', async () => {
    const window = new OrderedWindow<number>(10);
    window.push(Promise.resolve(1), 1);
    window.push(Promise.resolve(2), 1);
    window.end();
    expect(await takeAll(window)).toEqual([1, 2]);
    expect(await window.next()).toBeUndefined();
  });

  it('delivers what was pushed, then throws the error that ended it', async () => {
    const window = new OrderedWindow<number>(10);
    window.push(Promise.resolve(1), 1);
    window.end(new Error('the end'));
    window.end(new Error('another end'));
    expect(await window.next()).toBe(1);
    await expect(window.next()).rejects.toThrow('the end');
  });

  it('throws the rejection of a piece of work in its place', async () => {
    const window = new OrderedWindow<number>(10);
    window.push(Promise.resolve(1), 1);
    window.push(Promise.reject(new Error('second')), 1);
    window.push(Promise.resolve(3), 1);
    expect(await window.next()).toBe(1);
    await expect(window.next()).rejects.toThrow('second');
  });

  it('wakes a producer and a consumer that wait', async () => {
    const full = new OrderedWindow<number>(1);
    full.push(new Promise(() => undefined), 1);
    const room = full.room();
    full.end();
    await room;
    const empty = new OrderedWindow<number>(1);
    const next = empty.next();
    empty.end();
    expect(await next).toBeUndefined();
  });

  it('drops what was not taken when it is abandoned, also after it has ended', async () => {
    for (const isEnded of [false, true]) {
      const window = new OrderedWindow<number>(10);
      window.push(Promise.resolve(1), 1);
      if (isEnded) window.end();
      window.abandon(new Error('given up'));
      expect(window.isEnded).toBe(true);
      await expect(window.next()).rejects.toThrow('given up');
    }
  });

  it('lets a consumer go that waits for work under way when it is abandoned', async () => {
    const window = new OrderedWindow<number>(10);
    const slow = defer<number>();
    window.push(slow.promise, 1);
    const next = window.next().catch((error: unknown) => error);
    await settle();
    window.abandon(new Error('given up'));
    expect(await within(500, next, 'still waiting')).toMatchObject({ message: 'given up' });
    slow.resolve(1);
  });
});

describe('what was taken', () => {
  it('is not held by the window', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const window = new OrderedWindow<object>(1000);
    const taken: WeakRef<object>[] = [];
    for (let index = 0; index < 50; index++) {
      window.push(Promise.resolve({ index }), 1);
      taken.push(new WeakRef((await window.next()) ?? {}));
    }
    await settle();
    await settle(); // a WeakRef keeps what it has shown until the turn is over
    collectGarbage();
    expect(taken.filter((each) => each.deref() !== undefined).length).toBeLessThan(5);
    window.end();
  });
});
