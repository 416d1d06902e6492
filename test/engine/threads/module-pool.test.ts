/**
 * Proves what the threads for modules promise beyond what graphs and jobs show: whatever is handed to a thread that is being
 * ended is lost without having begun, and however many threads are ended on purpose, there are others. Threads are real; that a
 * call runs is known by a flag in shared memory.
 */
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { ModulePool } from '../../../src/engine/threads/module-pool.js';
import type { ModuleRequest } from '../../../src/workers/module-protocol.js';

const ACT = fileURLToPath(new URL('../graph/modules/act.mjs', import.meta.url));

type Event = readonly [what: string, ticket: number | undefined, detail?: unknown];

/** A pool of one thread, whose events are taken one by one. */
class Recorded {
  readonly #events: Event[] = [];
  #wake: () => void = () => undefined;
  readonly pool = new ModulePool(
    { workers: 1 },
    {
      completed: (_, ticket, value) => this.#tell(['completed', ticket, value]),
      failed: (_, ticket, error) => this.#tell(['failed', ticket, error.cause]),
      lost: (_, begun, { code }) => this.#tell(['lost', begun, code]),
      broken: ({ code }) => this.#tell(['broken', undefined, code]),
    },
  );

  async next(): Promise<Event | undefined> {
    while (this.#events.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#events.shift();
  }

  #tell(event: Event): void {
    this.#events.push(event);
    this.#wake();
  }
}

const pools: ModulePool[] = [];

afterEach(async () => {
  await Promise.all(pools.splice(0).map(async (pool) => pool.close()));
});

function recorded(): Recorded {
  const made = new Recorded();
  pools.push(made.pool);
  return made;
}

function act(input: object): ModuleRequest {
  return { module: ACT, input, context: { id: 'a', results: new Map() }, failures: new Map() };
}

describe('a thread that is ended', () => {
  it('takes with it only what it has begun, and another one follows, however often', async () => {
    const threads = recorded();
    for (let round = 0; round < 5; round++) {
      const flag = new Int32Array(new SharedArrayBuffer(4));
      const begun = threads.pool.offer(0, act({ spins: flag }));
      await Atomics.waitAsync(flag, 0, 0).value;
      threads.pool.kill(0);
      threads.pool.offer(0, act({ returns: 'never begun' }));
      expect(await threads.next()).toEqual(['lost', begun, 'ERR_WORKER_CRASHED']);
    }
    const ticket = threads.pool.offer(0, act({ returns: 1 }));
    expect(await threads.next()).toEqual(['completed', ticket, 1]);
  });

  it('before it has begun anything is no sign that none can be started', async () => {
    const threads = recorded();
    for (let round = 0; round < 5; round++) {
      threads.pool.offer(0, act({ returns: 1 }));
      threads.pool.kill(0);
      expect((await threads.next())?.[0]).toBe('lost');
    }
  });
});

describe('a module', () => {
  it('throws errors that keep their names', async () => {
    const threads = recorded();
    const ticket = threads.pool.offer(0, act({ throwsNamed: 'Odd' }));
    expect(await threads.next()).toMatchObject(['failed', ticket, { name: 'Odd', message: 'named' }]);
  });

  it('is loaded and not called without a context', async () => {
    const threads = recorded();
    const ticket = threads.pool.offer(0, { module: ACT, input: undefined, context: undefined });
    expect(await threads.next()).toEqual(['completed', ticket, undefined]);
  });
});
