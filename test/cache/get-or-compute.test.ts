/**
 * Proves that those who ask for a key at the same time share one computation, that each may leave on its own, and that errors
 * are nobody's to keep. Computations are deferred and ended by hand; the order is that of the calls.
 */
import { describe, expect, it } from 'vitest';
import { settle } from '../support/manual-clock.js';
import { errorOf } from '../support/outcomes.js';
import { stackOf, valuesIn } from './stack.js';
import { keyOf } from './stand-in-tier.js';

const A = keyOf('a');

/** A computation that is ended by hand, with the signal that it was given. */
class Computation {
  calls = 0;
  signal: AbortSignal | undefined;
  resolve: (value?: unknown) => void = () => undefined;
  reject: (error: Error) => void = () => undefined;

  readonly run = (signal: AbortSignal): Promise<unknown> => {
    this.calls++;
    this.signal = signal;
    return new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  };
}

describe('one flight', () => {
  it('computes once for all who ask at the same time, and stores the result in all tiers', async () => {
    const stack = stackOf();
    const computation = new Computation();
    const answers = [1, 2, 3].map(() => stack.cache.getOrCompute(A, computation.run));
    await settle();
    answers.push(stack.cache.getOrCompute(A, computation.run));
    computation.resolve('result');
    expect(await Promise.all(answers)).toEqual(['result', 'result', 'result', 'result']);
    expect(computation.calls).toBe(1);
    expect(valuesIn(stack, 'a')).toEqual(['result', 'result', 'result']);
    expect(stack.cache.stats()).toMatchObject({ computations: 1, joinedComputations: 3 });
  });

  it('does not compute what any tier has, however slow that is', async () => {
    const stack = stackOf();
    await stack.cache.set(A, 'stored');
    const computation = new Computation();
    for (const tiers of [[], [stack.l1], [stack.l1, stack.l2]]) {
      for (const tier of tiers) tier.entries.clear();
      const answers = [1, 2].map(() => stack.cache.getOrCompute(A, computation.run));
      expect(await Promise.all(answers)).toEqual(['stored', 'stored']);
    }
    expect(computation.calls).toBe(0);
  });

  it('stores with the time to live and the tags of the call', async () => {
    const stack = stackOf();
    await stack.cache.getOrCompute(A, () => 1, { ttlMs: 50, tags: ['t'] });
    expect(stack.l3.entries.get('a')).toMatchObject({ tags: ['t'], expiresAtMs: stack.clock.epochMs() + 50 });
  });

  it('does not mix contents of one digest, whoever comes first', async () => {
    const stack = stackOf();
    const [mine, other] = [new Computation(), new Computation()];
    const answers = [stack.cache.getOrCompute(A, mine.run), stack.cache.getOrCompute(keyOf('a', 'other'), other.run)];
    await settle();
    other.resolve('other');
    mine.resolve('mine');
    expect(await Promise.all(answers)).toEqual(['mine', 'other']);
    expect(valuesIn(stack, 'a')).toEqual(['mine', 'mine', 'mine']);
  });

  it('takes a value that is there at once', async () => {
    const { cache } = stackOf();
    expect(await cache.getOrCompute(A, () => 5)).toBe(5);
  });
});

describe('an error', () => {
  it('is that of all who wait, and is not remembered', async () => {
    const stack = stackOf();
    const computation = new Computation();
    const answers = [1, 2].map(() => stack.cache.getOrCompute(A, computation.run).catch((error: unknown) => error));
    await settle();
    const error = new Error('no');
    computation.reject(error);
    expect(await Promise.all(answers)).toEqual([error, error]);
    expect(await stack.cache.getOrCompute(A, () => 'now')).toBe('now');
  });

  it('thrown at once is a rejection as well', async () => {
    const { cache } = stackOf();
    const thrown = cache.getOrCompute(A, () => {
      throw new Error('at once');
    });
    await expect(thrown).rejects.toThrow('at once');
  });

  it('reaches the caller when the result cannot be stored, and nothing is', async () => {
    const stack = stackOf();
    expect((await errorOf(stack.cache.getOrCompute(A, () => () => 1))).code).toBe('ERR_CACHE_VALUE');
    expect(valuesIn(stack, 'a')).toEqual([undefined, undefined, undefined]);
  });
});

describe('nothing as a result', () => {
  it('is remembered for negativeTtlMs', async () => {
    const { cache, clock } = stackOf();
    const computation = new Computation();
    const first = cache.getOrCompute(A, computation.run);
    await settle();
    computation.resolve(undefined);
    expect(await first).toBeUndefined();
    expect(await cache.getOrCompute(A, computation.run)).toBeUndefined();
    expect(computation.calls).toBe(1);
    clock.advance(100);
    expect(await cache.getOrCompute(A, () => 'found')).toBe('found');
  });

  it('is computed anew each time without', async () => {
    const { cache } = stackOf({ negativeTtlMs: 0 });
    expect(await cache.getOrCompute<string>(A, () => undefined)).toBeUndefined();
    expect(await cache.getOrCompute(A, () => 'found')).toBe('found');
  });
});

describe('leaving', () => {
  it('rejects only the one who leaves', async () => {
    const { cache } = stackOf();
    const computation = new Computation();
    const controller = new AbortController();
    const leaver = errorOf(cache.getOrCompute(A, computation.run, { signal: controller.signal }));
    const stayer = cache.getOrCompute(A, computation.run);
    await settle();
    controller.abort();
    expect((await leaver).code).toBe('ERR_ABORTED');
    expect(computation.signal?.aborted).toBe(false);
    computation.resolve('kept');
    expect(await stayer).toBe('kept');
    expect(await cache.getOrCompute(A, computation.run)).toBe('kept');
  });

  it('of the last one aborts the computation, whose result is dropped; who comes then starts anew', async () => {
    const stack = stackOf();
    const computation = new Computation();
    const controllers = [new AbortController(), new AbortController()];
    const leavers = controllers.map(({ signal }) => errorOf(stack.cache.getOrCompute(A, computation.run, { signal })));
    await settle();
    controllers[0]!.abort('first');
    await settle();
    expect(computation.signal?.aborted).toBe(false);
    controllers[1]!.abort('second');
    expect((await Promise.all(leavers)).map(({ code, cause }) => [code, cause])).toEqual([
      ['ERR_ABORTED', 'first'],
      ['ERR_ABORTED', 'second'],
    ]);
    expect(computation.signal?.aborted).toBe(true);
    const [end] = [computation.resolve];
    const next = stack.cache.getOrCompute(A, computation.run);
    end('late');
    await settle();
    expect(valuesIn(stack, 'a')).toEqual([undefined, undefined, undefined]);
    expect(computation.calls).toBe(2);
    computation.resolve('anew');
    expect(await next).toBe('anew');
    expect(valuesIn(stack, 'a')).toEqual(['anew', 'anew', 'anew']);
  });

  it('before a slow tier has answered begins no computation', async () => {
    const stack = stackOf();
    const computation = new Computation();
    stack.l3.isHeld = true;
    const controller = new AbortController();
    const leaver = errorOf(stack.cache.getOrCompute(A, computation.run, { signal: controller.signal }));
    controller.abort();
    await leaver;
    stack.l3.release();
    await settle();
    expect(computation.calls).toBe(0);
  });

  it('is possible before it begins', async () => {
    const { cache } = stackOf();
    const computation = new Computation();
    expect((await errorOf(cache.getOrCompute(A, computation.run, { signal: AbortSignal.abort() }))).code).toBe(
      'ERR_ABORTED',
    );
    expect(computation.calls).toBe(0);
  });
});

describe('bounds', () => {
  it('refuses calls beyond waitersMax, and takes them again when others are answered', async () => {
    const { cache } = stackOf({ waitersMax: 2 });
    const computation = new Computation();
    const answers = [cache.getOrCompute(A, computation.run), cache.getOrCompute(A, computation.run)];
    await settle();
    const refused = await errorOf(cache.getOrCompute(keyOf('b'), computation.run));
    expect([refused.code, refused.message]).toEqual([
      'ERR_QUEUE_FULL',
      'no more than waitersMax, 2, calls may wait for computations',
    ]);
    computation.resolve(1);
    await Promise.all(answers);
    expect(await cache.getOrCompute(keyOf('b'), () => 2)).toBe(2);
  });

  it('leaves no listener on a signal', async () => {
    const { cache } = stackOf();
    const { signal } = new AbortController();
    const counts = { added: 0, removed: 0 };
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      counts.added++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      counts.removed++;
      remove(...args);
    };
    await cache.getOrCompute(A, () => 1, { signal });
    await cache.getOrCompute(keyOf('b'), () => Promise.reject(new Error('no')), { signal }).catch(() => undefined);
    expect(counts.added).toBe(2);
    expect(counts.removed).toBe(2);
  });
});

describe('closing', () => {
  it('rejects those who wait and aborts the computation', async () => {
    const stack = stackOf();
    const computation = new Computation();
    const waiter = errorOf(stack.cache.getOrCompute(A, computation.run));
    await settle();
    await stack.cache.close();
    expect((await waiter).code).toBe('ERR_CLOSED');
    expect(computation.signal?.aborted).toBe(true);
    computation.resolve('late');
    await settle();
    expect(valuesIn(stack, 'a')).toEqual([undefined, undefined, undefined]);
  });
});
