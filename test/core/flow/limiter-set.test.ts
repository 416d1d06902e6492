/**
 * Proves that several limits are taken together or not at all: each keeps its own promise in every window, and a call that waits
 * for one of them holds nothing of another.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LimiterSet } from '../../../src/core/flow/limiter-set.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { errorOf } from '../../support/outcomes.js';

const LIMITS = { requests: { ratePerMinute: 60, burst: 2 }, tokens: { ratePerMinute: 6000, burst: 1000 } };

function makeSet(clock: ManualClock): LimiterSet<keyof typeof LIMITS> {
  return new LimiterSet(LIMITS, {}, clock);
}

describe('a set of limits', () => {
  it('keeps the promise of each', async () => {
    const call = fc.record({ requests: fc.integer({ min: 0, max: 2 }), tokens: fc.integer({ min: 0, max: 1000 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(call, fc.nat(3000)), { maxLength: 40, size: 'max' }), async (calls) => {
        const clock = new ManualClock();
        const set = makeSet(clock);
        const granted: { readonly atMs: number; readonly requests: number; readonly tokens: number }[] = [];
        for (const [costs, pauseMs] of calls) {
          void set.acquire(costs).then(() => granted.push({ ...costs, atMs: clock.monotonicMs() }));
          await clock.advanceAsync(pauseMs);
          expect(clock.pending).toBeLessThanOrEqual(1);
        }
        await clock.advanceAsync(60 * 60_000);
        expect(granted.map(({ requests, tokens }) => ({ requests, tokens }))).toEqual(calls.map(([costs]) => costs));
        expect(clock.pending).toBe(0);
        for (const name of ['requests', 'tokens'] as const) {
          const { ratePerMinute, burst } = LIMITS[name];
          for (const [from, { atMs }] of granted.entries()) {
            let sum = 0;
            for (const each of granted.slice(from)) {
              sum += each[name];
              const most = (ratePerMinute * (each.atMs - atMs)) / 60_000 + burst;
              expect(sum).toBeLessThanOrEqual(most * (1 + 1e-6));
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('holds nothing while it waits, and settles each limit by itself', async () => {
    const clock = new ManualClock();
    const set = makeSet(clock);
    const grant = await set.acquire({ requests: 1, tokens: 1000 });
    const next = set.acquire({ requests: 1, tokens: 500 });
    await settle();
    expect(set.status()).toMatchObject({
      limits: { requests: { available: 1 }, tokens: { available: 0 } },
      waiting: 1,
      waitMs: 5000,
    });
    expect(set.tryAcquire({ requests: 1 }), 'nobody overtakes').toBeUndefined();
    grant.settle({ tokens: 400 });
    await next;
    expect(set.status()).toMatchObject({
      limits: { requests: { available: 0 }, tokens: { available: 100 } },
      waiting: 0,
    });
    set.adjust('tokens', 10, clock.epochMs() + 1000);
    expect(set.status().limits['tokens']!.available).toBe(10);
    set.pause(clock.epochMs() + 1000);
    expect(set.tryAcquire({})).toBeUndefined();
    clock.advance(1000);
    expect(set.tryAcquire({ tokens: 200 })).toBeDefined();
  });

  it('refuses a limit it does not have, a cost above its burst, and no limits at all', async () => {
    const set = makeSet(new ManualClock());
    const acquire = async (costs: object): Promise<unknown> => set.acquire(costs);
    expect(await errorOf(acquire({ words: 1 }))).toMatchObject({
      code: 'ERR_OPTION_UNKNOWN',
      message: 'limiterSet.costs.words is not an option; expected one of requests, tokens',
    });
    expect((await errorOf(acquire({ tokens: 1001 }))).message).toBe(
      'limiterSet.costs.tokens must be a number from 0 to 1000, got 1001',
    );
    expect(() => set.adjust('words' as 'tokens', 1, 0)).toThrow('limiterSet.limits has requests, tokens, got "words"');
    expect(() => new LimiterSet({})).toThrow(/must have a limit or more/);
    expect(() => new LimiterSet({ a: { ratePerMinute: -1 } })).toThrow(/^limiterSet\.limits\.a\.ratePerMinute must be/);
  });
});
