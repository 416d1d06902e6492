/**
 * Proves that there are never more permits out than there may be, that waiters are served in the order of their priority and
 * arrival with nobody overtaking, and that nothing is lost or left behind: random calls, releases, aborts and sizes against a
 * list. Aborts come before, while and in the same turn in which a permit is handed over.
 */
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMillraceError } from '../../../src/core/errors.js';
import { PRIORITIES, PRIORITY_LANES, type Priority } from '../../../src/core/flow/priority.js';
import { Semaphore, type Permit } from '../../../src/core/flow/semaphore.js';
import { settle } from '../../support/manual-clock.js';
import { errorOf } from '../../support/outcomes.js';

type Operation =
  | { readonly kind: 'acquire'; readonly priority: Priority }
  | { readonly kind: 'tryAcquire' | 'drain' }
  | { readonly kind: 'abort' | 'release' | 'releaseThenAbort'; readonly pick: number }
  | { readonly kind: 'resize'; readonly permits: number };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('acquire'), priority: fc.constantFrom(...PRIORITIES) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('tryAcquire', 'drain') }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('abort', 'release', 'releaseThenAbort'), pick: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('resize'), permits: fc.integer({ min: 1, max: 5 }) }) },
);

interface Call {
  readonly name: number;
  readonly priority: Priority;
  readonly controller: AbortController;
}

describe('a semaphore', () => {
  it('does what a list of waiters does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { maxLength: 40, size: 'max' }),
        fc.integer({ min: 1, max: 4 }),
        async (operations, size) => {
          const semaphore = new Semaphore(size);
          const events: string[] = [];
          const held = new Map<number, Permit>();
          const calls: Call[] = [];

          const expected: string[] = [];
          let permits = size;
          let waiting: Call[] = [];
          let holding: number[] = [];
          let drains = 0;
          const grantByModel = (): void => {
            while (holding.length < permits && waiting.length > 0) {
              const [next] = waiting.toSorted((a, b) => PRIORITY_LANES[b.priority] - PRIORITY_LANES[a.priority]);
              waiting = waiting.filter((call) => call !== next);
              holding.push(next!.name);
              expected.push(`granted ${next!.name}`);
            }
          };
          const abort = (call: Call | undefined): void => {
            if (call === undefined) return;
            call.controller.abort();
            if (waiting.includes(call)) expected.push(`ERR_ABORTED ${call.name}`);
            waiting = waiting.filter((other) => other !== call);
          };
          const release = (pick: number): void => {
            const name = holding[pick % Math.max(1, holding.length)];
            if (name === undefined) return;
            held.get(name)!.release();
            held.get(name)!.release(); // Counts once.
            held.delete(name);
            holding = holding.filter((other) => other !== name);
            grantByModel();
            if (holding.length === 0) for (; drains > 0; drains--) expected.push('drained');
          };

          const apply = (step: Operation): void => {
            switch (step.kind) {
              case 'acquire': {
                const call: Call = { name: calls.length, priority: step.priority, controller: new AbortController() };
                calls.push(call);
                waiting.push(call);
                grantByModel();
                semaphore.acquire({ priority: step.priority, signal: call.controller.signal }).then(
                  (permit) => {
                    held.set(call.name, permit);
                    events.push(`granted ${call.name}`);
                  },
                  (error: unknown) => events.push(`${isMillraceError(error) ? error.code : 'other'} ${call.name}`),
                );
                break;
              }
              case 'tryAcquire': {
                const permit = semaphore.tryAcquire();
                expect(permit !== undefined).toBe(holding.length < permits);
                permit?.release();
                if (permit !== undefined && holding.length === 0) for (; drains > 0; drains--) expected.push('drained');
                break;
              }
              case 'drain':
                if (holding.length === 0) expected.push('drained');
                else drains++;
                void semaphore.drain().then(() => events.push('drained'));
                break;
              case 'abort':
                abort(calls[step.pick % Math.max(1, calls.length)]);
                break;
              case 'release':
                release(step.pick);
                break;
              case 'releaseThenAbort': {
                const [next] = waiting;
                release(step.pick);
                abort(next);
                break;
              }
              case 'resize':
                permits = step.permits;
                semaphore.resize(permits);
                grantByModel();
                break;
            }
          };

          for (const step of operations) {
            apply(step);
            await settle();
            expect(events.toSorted()).toEqual(expected.toSorted());
            const granted = (event: string): boolean => event.startsWith('granted');
            expect(events.filter(granted)).toEqual(expected.filter(granted));
            expect(semaphore.status()).toEqual({ permits, held: holding.length, waiting: waiting.length });
          }
          while (holding.length > 0) {
            release(0);
            await settle();
          }
          expect(semaphore.status()).toEqual({ permits, held: 0, waiting: 0 });
          await semaphore.drain();
          for (const { controller } of calls) expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives a returned permit to the waiter, not to a call that comes between its return and the waiter’s turn', async () => {
    const semaphore = new Semaphore(1);
    const first = await semaphore.acquire();
    const order: string[] = [];
    const second = semaphore.acquire({ priority: 'low' }).then((permit) => {
      order.push('waiter');
      return permit;
    });
    first.release();
    expect(semaphore.tryAcquire()).toBeUndefined();
    const third = semaphore.acquire({ priority: 'critical' }).then(() => order.push('latecomer'));
    (await second).release();
    await third;
    expect(order).toEqual(['waiter', 'latecomer']);
  });

  it('grants nothing to a signal that was given before, though a permit is free', async () => {
    const semaphore = new Semaphore(1);
    const error = await errorOf(semaphore.acquire({ signal: AbortSignal.abort('why') }));
    expect(error).toMatchObject({ code: 'ERR_ABORTED', cause: 'why' });
    expect(semaphore.status().held).toBe(0);
  });

  it('refuses the call after the last that may wait, and leaves its signal alone', async () => {
    const semaphore = new Semaphore(1, { queueMax: 1 });
    const permit = await semaphore.acquire();
    const second = semaphore.acquire();
    const { signal } = new AbortController();
    const error = await errorOf(semaphore.acquire({ signal }));
    expect(error).toMatchObject({ code: 'ERR_QUEUE_FULL', message: 'more than semaphore.queueMax, 1, would wait' });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    permit.release();
    await second;
  });

  it('drains when the last permit is back, and not for an aborted wait', async () => {
    const semaphore = new Semaphore(2);
    const permit = await semaphore.acquire();
    const controller = new AbortController();
    const aborted = errorOf(semaphore.drain(controller.signal));
    let isDrained = false;
    const drained = semaphore.drain().then(() => (isDrained = true));
    controller.abort();
    expect((await aborted).code).toBe('ERR_ABORTED');
    await settle();
    expect(isDrained).toBe(false);
    permit.release();
    await drained;
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it.each([0, 1.5, Infinity])('refuses %d permits', (permits) => {
    expect(() => new Semaphore(permits)).toThrow(/^semaphore\.permits must be an integer >= 1/);
    expect(() => new Semaphore(1).resize(permits)).toThrow(/^semaphore\.permits must be an integer >= 1/);
  });
});
