/**
 * Proves that a stack of tiers is a `Map` with times of expiry, whatever its tiers evict and however late the slow one answers.
 *
 * One property awaits each operation and compares every answer. The other starts operations without awaiting them, holds the slow
 * tier back and lets it go at random, ends computations and aborts callers in between, and compares what is there when all is quiet.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wildcard } from '../../src/cache/wildcard.js';
import { settle } from '../support/manual-clock.js';
import { stackOf, type Stack } from './stack.js';

const NAMES = ['a:1', 'a:2', 'b:1', 'b:2', 'c'] as const;
const TAGS = ['t', 'u'] as const;
const PATTERNS = ['a:*', '*:1', '?', '*'] as const;

interface Stored {
  readonly value: unknown;
  readonly expiresAtMs: number;
  readonly tags: readonly string[];
}

const name = fc.constantFrom(...NAMES);
const tags = fc.subarray([...TAGS]);
const value = fc.oneof(fc.nat({ max: 1000 }), fc.constant(undefined));
const ttlMs = fc.integer({ min: 1, max: 300 });

/** The model: what is stored, at what time. */
class Model {
  readonly #stored = new Map<string, Stored>();

  get(key: string, nowMs: number): Stored | undefined {
    const stored = this.#stored.get(key);
    return stored !== undefined && stored.expiresAtMs > nowMs ? stored : undefined;
  }

  set(key: string, stored: Stored): void {
    this.#stored.set(key, stored);
  }

  delete(key: string, nowMs: number): boolean {
    const wasThere = this.get(key, nowMs) !== undefined;
    this.#stored.delete(key);
    return wasThere;
  }

  removeWhere(isMet: (key: string, stored: Stored) => boolean): void {
    for (const [key, stored] of this.#stored) if (isMet(key, stored)) this.#stored.delete(key);
  }
}

describe('one operation after the other', () => {
  const operation = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), name, value, ttlMs, tags }),
    fc.record({ kind: fc.constant('get' as const), name }),
    fc.record({ kind: fc.constant('compute' as const), name, value, ttlMs, tags, fails: fc.boolean() }),
    fc.record({ kind: fc.constant('delete' as const), name }),
    fc.record({ kind: fc.constant('tag' as const), tag: fc.constantFrom(...TAGS) }),
    fc.record({ kind: fc.constant('names' as const), pattern: fc.constantFrom(...PATTERNS) }),
    fc.record({ kind: fc.constant('advance' as const), byMs: fc.integer({ min: 1, max: 120 }) }),
    fc.record({ kind: fc.constantFrom('clear' as const, 'sweep' as const, 'drop' as const) }),
  );

  it('answers as a map does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { maxLength: 60 }),
        fc.constantFrom('through' as const, 'behind' as const),
        async (operations, write) => {
          const stack = stackOf({ write }, { entriesMax: 2 });
          const { cache, clock } = stack;
          const model = new Model();
          const store = (key: string, given: { value: unknown; ttlMs: number; tags: readonly string[] }): void => {
            const livesMs = given.value === undefined ? Math.min(given.ttlMs, 100) : given.ttlMs;
            model.set(key, { value: given.value, expiresAtMs: clock.epochMs() + livesMs, tags: given.tags });
          };
          for (const step of operations) {
            const nowMs = clock.epochMs();
            switch (step.kind) {
              case 'set':
                await cache.set(cache.named(step.name), step.value, { ttlMs: step.ttlMs, tags: step.tags });
                store(step.name, step);
                break;
              case 'get':
                expect(await cache.get(cache.named(step.name))).toEqual(expectedHit(model.get(step.name, nowMs)));
                break;
              case 'compute': {
                const there = model.get(step.name, nowMs);
                const compute = async (): Promise<unknown> => {
                  if (step.fails) throw new Error('failed');
                  return step.value;
                };
                const options = { ttlMs: step.ttlMs, tags: step.tags };
                const result = cache.getOrCompute(cache.named(step.name), compute, options).catch(() => 'failed');
                expect(await result).toBe(there === undefined && step.fails ? 'failed' : (there ?? step).value);
                if (there === undefined && !step.fails) store(step.name, step);
                break;
              }
              case 'delete':
                // An entry whose time is over may still be there for `delete` to find.
                if (model.delete(step.name, nowMs)) expect(await cache.delete(cache.named(step.name))).toBe(true);
                else await cache.delete(cache.named(step.name));
                break;
              case 'tag':
                await cache.invalidateTag(step.tag);
                model.removeWhere((_, stored) => stored.tags.includes(step.tag));
                break;
              case 'names':
                await cache.invalidateNames(step.pattern);
                model.removeWhere(wildcard(step.pattern));
                break;
              case 'advance':
                clock.advance(step.byMs);
                break;
              case 'clear':
                await cache.clear();
                model.removeWhere(() => true);
                break;
              case 'sweep':
                await cache.sweep(1);
                break;
              case 'drop':
                stack.l1.entries.clear();
                stack.l2.entries.clear();
            }
          }
          for (const key of NAMES) {
            expect(await cache.get(cache.named(key))).toEqual(expectedHit(model.get(key, clock.epochMs())));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('many at once', () => {
  const nth = fc.nat({ max: 20 });
  const operation = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), name, value: fc.nat({ max: 1000 }), tags }),
    fc.record({ kind: fc.constant('get' as const), name }),
    fc.record({ kind: fc.constant('compute' as const), name, tags }),
    fc.record({ kind: fc.constant('land' as const), nth, value: fc.nat({ max: 1000 }), fails: fc.boolean() }),
    fc.record({ kind: fc.constant('leave' as const), nth }),
    fc.record({ kind: fc.constant('delete' as const), name }),
    fc.record({ kind: fc.constant('tag' as const), tag: fc.constantFrom(...TAGS) }),
    fc.record({ kind: fc.constantFrom('clear' as const, 'hold' as const, 'release' as const, 'drop' as const) }),
    fc.record({ kind: fc.constant('settle' as const) }),
  );

  it('end as if the changes had been made in the order of the calls', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { maxLength: 60 }),
        fc.constantFrom('through' as const, 'behind' as const),
        async (operations, write) => {
          const run = new ConcurrentRun(stackOf({ write, ttlMs: Infinity }, { entriesMax: 2 }));
          for (const step of operations) await run.step(step);
          await run.finish();
        },
      ),
      {
        numRuns: 500,
        // A slow tier's page may show what a later change, under way when the page was asked for, has replaced.
        examples: [
          [
            [
              { kind: 'set', name: 'b:1', value: 0, tags: ['u'] },
              { kind: 'set', name: 'b:1', value: 0, tags: [] },
              { kind: 'tag', tag: 'u' },
            ],
            'through',
          ],
        ],
      },
    );
  });

  type Step = typeof operation extends fc.Arbitrary<infer T> ? T : never;

  /** A computation as the model sees it. */
  interface ModelFlight {
    readonly name: string;
    readonly tags: readonly string[];
    isCurrent: boolean;
    waiters: number;
    /** What it gave those who waited. */
    landed: { readonly value: unknown } | undefined;
    end: ((value: unknown, fails: boolean) => void) | undefined;
  }

  class ConcurrentRun {
    readonly #stack: Stack;
    readonly #model = new Model();
    readonly #flights: ModelFlight[] = [];
    readonly #leavers: { readonly flight: ModelFlight; readonly controller: AbortController }[] = [];
    readonly #open: Promise<void>[] = [];

    constructor(stack: Stack) {
      this.#stack = stack;
    }

    async step(step: Step): Promise<void> {
      const { cache, l1, l2, l3 } = this.#stack;
      switch (step.kind) {
        case 'set':
          this.#change((flight) => flight.name === step.name);
          this.#model.set(step.name, { value: step.value, expiresAtMs: Infinity, tags: step.tags });
          this.#follow(cache.set(cache.named(step.name), step.value, { tags: step.tags }));
          return;
        case 'get': {
          // Whoever reads sees what was there when the call was made.
          const there = this.#model.get(step.name, 0);
          this.#follow(
            (async () => {
              expect(await cache.get(cache.named(step.name))).toEqual(expectedHit(there));
            })(),
          );
          return;
        }
        case 'compute':
          this.#compute(step.name, step.tags);
          return;
        case 'land':
          await this.#land(step.nth, step.value, step.fails);
          return;
        case 'leave':
          await this.#leave(step.nth);
          return;
        case 'delete':
          this.#change((flight) => flight.name === step.name);
          this.#model.delete(step.name, 0);
          this.#follow(cache.delete(cache.named(step.name)));
          return;
        case 'tag':
          // Awaited: what is stored while it runs may be taken for what was there before.
          l3.release();
          this.#change((flight) => flight.tags.includes(step.tag));
          this.#model.removeWhere((_, stored) => stored.tags.includes(step.tag));
          await cache.invalidateTag(step.tag);
          return;
        case 'clear':
          this.#change(() => true);
          this.#model.removeWhere(() => true);
          this.#follow(cache.clear());
          return;
        case 'hold':
          l3.isHeld = true;
          return;
        case 'release':
          l3.release();
          await settle();
          return;
        case 'drop':
          l1.entries.clear();
          l2.entries.clear();
          return;
        case 'settle':
          await settle();
      }
    }

    async finish(): Promise<void> {
      const { cache, l3 } = this.#stack;
      l3.release();
      await settle();
      for (const flight of this.#flights) await this.#end(flight, 'end', false);
      await Promise.all(this.#open);
      await cache.flush();
      for (const dropped of [false, true]) {
        if (dropped) await this.step({ kind: 'drop' });
        for (const key of NAMES) {
          expect(await cache.get(cache.named(key))).toEqual(expectedHit(this.#model.get(key, 0)));
        }
      }
    }

    #follow(work: Promise<unknown>): void {
      this.#open.push(work.then(() => undefined));
    }

    #change(isMet: (flight: ModelFlight) => boolean): void {
      for (const flight of this.#flights) if (isMet(flight)) flight.isCurrent = false;
    }

    #compute(key: string, wanted: readonly string[]): void {
      const { cache } = this.#stack;
      const there = this.#model.get(key, 0);
      let flight = this.#flights.find(({ name: flown, isCurrent }) => flown === key && isCurrent);
      if (flight === undefined || there !== undefined) {
        flight = {
          name: key,
          tags: wanted,
          isCurrent: there === undefined,
          waiters: 0,
          landed: undefined,
          end: undefined,
        };
        this.#flights.push(flight);
      }
      const own = flight;
      own.waiters++;
      const controller = new AbortController();
      this.#leavers.push({ flight: own, controller });
      const compute = (): Promise<unknown> =>
        new Promise((resolve, reject) => {
          own.end = (result, fails) => {
            if (fails) reject(new Error('failed'));
            else resolve(result);
          };
        });
      const answer = cache.getOrCompute(cache.named(key), compute, { tags: wanted, signal: controller.signal });
      this.#follow(
        answer.then(
          (result) => {
            if (there !== undefined) expect(result).toBe(there.value);
            else expect(own.landed).toEqual({ value: result });
          },
          () => {
            expect(controller.signal.aborted || own.landed?.value === 'failed').toBe(true);
          },
        ),
      );
    }

    async #land(index: number, result: unknown, fails: boolean): Promise<void> {
      const running = this.#flights.filter(({ end }) => end !== undefined);
      const flight = running[index % Math.max(1, running.length)];
      if (flight !== undefined) await this.#end(flight, result, fails);
    }

    async #end(flight: ModelFlight, result: unknown, fails: boolean): Promise<void> {
      const { end } = flight;
      if (end === undefined) return;
      flight.end = undefined;
      flight.landed = { value: fails ? 'failed' : result };
      if (flight.isCurrent && !fails) {
        this.#model.set(flight.name, { value: result, expiresAtMs: Infinity, tags: flight.tags });
      }
      flight.isCurrent = false;
      end(result, fails);
      await settle();
    }

    async #leave(index: number): Promise<void> {
      const leaver = this.#leavers[index % Math.max(1, this.#leavers.length)];
      if (leaver === undefined || leaver.controller.signal.aborted) return;
      leaver.controller.abort();
      leaver.flight.waiters--;
      if (leaver.flight.waiters === 0) leaver.flight.isCurrent = false;
      await settle();
    }
  }
});

function expectedHit(stored: Stored | undefined): unknown {
  return stored === undefined
    ? undefined
    : (expect.objectContaining({ value: stored.value, tags: stored.tags }) as unknown);
}
