/**
 * Proves the promise of the rate limiter by looking at every window between two grants: never more than rate * window + burst,
 * whatever calls, aborts, settlements, pauses and reports come; and, while calls wait, within 2 % of the rate. Time is moved by
 * hand, so these are equations and no measurements. After any end no timer and no listener is left.
 */
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimiter, resolveRateLimiterOptions } from '../../../src/core/flow/rate-limiter.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { errorOf } from '../../support/outcomes.js';

const MINUTE_MS = 60_000;

/** The clocks begin at a small time, which has fractions, so that rounding stays below this share of a burst. */
const START_MS = 1e6;
const ROUNDING = 1e-6;

interface Acquire {
  readonly kind: 'acquire' | 'tryAcquire';
  readonly share: number;
  readonly settles: number | undefined;
}

type Step =
  | Acquire
  | { readonly kind: 'abort'; readonly pick: number }
  | { readonly kind: 'pause' | 'advance'; readonly units: number }
  | { readonly kind: 'adjust'; readonly share: number; readonly units: number };

const share = fc.oneof(fc.constantFrom(0.001, 1), fc.double({ min: 0.001, max: 1, noNaN: true }));
/** Time in which so many bursts flow in. */
const units = fc.double({ min: 0, max: 3, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('acquire', 'tryAcquire'),
      share,
      settles: fc.option(fc.double({ min: 0, max: 2, noNaN: true }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort'), pick: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance'), units }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause'), units }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('adjust'), share, units }) },
);
const ratePerMinute = fc.constantFrom(1, 60, 90.5, 5000, 1e6);
const burst = fc.constantFrom(1, 2.5, 100, 20_000);

describe('the promise', () => {
  it('never more than rate * window + burst', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 60, size: 'max' }),
        ratePerMinute,
        burst,
        async (steps, rate, size) => {
          const clock = new ManualClock(START_MS);
          const limiter = new RateLimiter({ ratePerMinute: rate, burst: size }, clock);
          const controllers: AbortController[] = [];
          /** Grants, and below 0 what was given back. */
          const taken: { readonly atMs: number; readonly units: number }[] = [];
          const note = (amount: number): void => void taken.push({ atMs: clock.monotonicMs(), units: amount });
          const spanMs = (bursts: number): number => (bursts * size * MINUTE_MS) / rate;

          const acquire = async ({ kind, share, settles = 1 }: Acquire): Promise<void> => {
            const cost = share * size;
            const controller = new AbortController();
            controllers.push(controller);
            const { signal } = controller;
            const grant =
              kind === 'tryAcquire'
                ? limiter.tryAcquire(cost)
                : await limiter.acquire(cost, { signal }).catch(() => undefined);
            if (grant === undefined) return;
            note(cost);
            if (settles < 1) note((settles - 1) * cost);
            grant.settle(settles * cost);
            grant.settle(settles * cost); // Charges nothing more.
          };

          for (const each of steps) {
            switch (each.kind) {
              case 'advance':
                await clock.advanceAsync(spanMs(each.units));
                break;
              case 'pause':
                limiter.pause(clock.epochMs() + spanMs(each.units));
                break;
              case 'adjust':
                limiter.adjust(each.share * size, clock.epochMs() + spanMs(each.units));
                break;
              case 'abort':
                controllers[each.pick % Math.max(1, controllers.length)]?.abort();
                break;
              default:
                void acquire(each);
            }
            await settle();
            expect(clock.pending).toBe(limiter.status().waiting > 0 ? 1 : 0);
            expect(limiter.status().available).toBeLessThanOrEqual(size);
          }
          for (const controller of controllers) controller.abort();
          await settle();
          expect(clock.pending).toBe(0);
          for (const { signal } of controllers) expect(getEventListeners(signal, 'abort')).toEqual([]);

          for (const [from, { atMs }] of taken.entries()) {
            let sum = 0;
            for (const { atMs: untilMs, units: amount } of taken.slice(from)) {
              sum += amount;
              expect(sum).toBeLessThanOrEqual((rate * (untilMs - atMs)) / MINUTE_MS + size + size * ROUNDING);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('within 2 % of the rate while calls wait, in order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 1, maxLength: 10 }),
        ratePerMinute,
        burst,
        async (shares, rate, size) => {
          const clock = new ManualClock(START_MS);
          const limiter = new RateLimiter({ ratePerMinute: rate, burst: size }, clock);
          const bursts = 60;
          const order: number[] = [];
          let granted = 0;
          let asked = 0;
          for (let name = 0; asked < (bursts + 3) * size; name++) {
            const cost = shares[name % shares.length]! * size;
            asked += cost;
            void limiter.acquire(cost).then(() => {
              granted += cost;
              order.push(name);
            });
          }
          await clock.advanceAsync((bursts * size * MINUTE_MS) / rate);
          expect(granted).toBeGreaterThanOrEqual(0.98 * bursts * size);
          expect(granted).toBeLessThanOrEqual((bursts + 1 + ROUNDING) * size);
          expect(order).toEqual(order.map((_, name) => name));
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('waiting', () => {
  it('is in order of arrival: small calls behind a large one do not overtake it', async () => {
    const clock = new ManualClock();
    const limiter = new RateLimiter({ ratePerMinute: 60, burst: 10 }, clock);
    const granted: string[] = [];
    await limiter.acquire(5);
    void limiter.acquire(10).then(() => granted.push('large'));
    void limiter.acquire(1).then(() => granted.push('small'));
    await settle();
    expect(limiter.tryAcquire(1)).toBeUndefined();
    expect(limiter.status()).toMatchObject({ available: 5, waiting: 2, waitMs: 5000 });
    await clock.advanceAsync(4999);
    expect(granted).toEqual([]);
    await clock.advanceAsync(1);
    expect(granted).toEqual(['large']);
    await clock.advanceAsync(1000);
    expect(granted).toEqual(['large', 'small']);
  });

  it('moves on when the oldest call is aborted', async () => {
    const clock = new ManualClock();
    const limiter = new RateLimiter({ ratePerMinute: 60, burst: 10 }, clock);
    await limiter.acquire(8);
    const controller = new AbortController();
    const large = errorOf(limiter.acquire(10, { signal: controller.signal }));
    const small = limiter.acquire(2);
    controller.abort();
    expect((await large).code).toBe('ERR_ABORTED');
    await small;
    expect(clock.pending).toBe(0);
  });

  it('lasts from a report of nothing left to its reset, if that is sooner than the rate would have it', async () => {
    const clock = new ManualClock();
    const limiter = new RateLimiter({ ratePerMinute: 60, burst: 60 }, clock);
    let grants = 0;
    limiter.adjust(0, clock.epochMs() + 5000);
    for (const cost of [2, 50]) void limiter.acquire(cost).then(() => grants++);
    await clock.advanceAsync(1999);
    expect([grants, limiter.status().available]).toEqual([0, expect.closeTo(1.999)]);
    await clock.advanceAsync(1);
    expect(grants).toBe(1);
    await clock.advanceAsync(2999);
    expect(grants).toBe(1);
    await clock.advanceAsync(1);
    expect(grants).toBe(2);
  });

  it('ends sooner when a later report has more left, and lasts through the longest pause', async () => {
    const clock = new ManualClock();
    const limiter = new RateLimiter({ ratePerMinute: 60, burst: 10 }, clock);
    let grants = 0;
    limiter.adjust(0, clock.epochMs() + 60_000);
    void limiter.acquire(10).then(() => grants++);
    await settle();
    limiter.adjust(10, clock.epochMs() + 60_000);
    await settle();
    expect(grants).toBe(1);
    limiter.pause(clock.epochMs() + 30_000);
    limiter.pause(clock.epochMs() + 10_000);
    void limiter.acquire(1).then(() => grants++);
    expect(limiter.status().pausedMs).toBe(30_000);
    await clock.advanceAsync(29_999);
    expect(grants).toBe(1);
    await clock.advanceAsync(1);
    expect(grants).toBe(2);
  });

  it('keeps the fractions of a high rate, whatever the origin of the clock', async () => {
    const clock = new ManualClock(2 ** 52); // Times are whole milliseconds there.
    const limiter = new RateLimiter({ ratePerMinute: 1e9, burst: 20_000 }, clock);
    for (let count = 0; count < 20_000; count++) await limiter.acquire();
    expect(limiter.tryAcquire()).toBeUndefined();
    clock.advance(1);
    expect(limiter.status().available).toBeCloseTo(16_666.67, 1);
  });
});

describe('settling', () => {
  it('gives back what was not used, so that a waiting call is served at once', async () => {
    const clock = new ManualClock();
    const limiter = new RateLimiter({ ratePerMinute: 60, burst: 10 }, clock);
    const grant = await limiter.acquire(10);
    const next = limiter.acquire(7);
    grant.settle(3);
    await next;
    expect(limiter.status().available).toBe(0);
  });

  it('charges what was used beyond, into debt, and takes the last word', async () => {
    const clock = new ManualClock();
    const limiter = new RateLimiter({ ratePerMinute: 60, burst: 10 }, clock);
    const grant = await limiter.acquire(10);
    grant.settle(25);
    expect(limiter.status().available).toBe(-15);
    grant.settle(25);
    grant.settle(20);
    expect(limiter.status().available).toBe(-10);
    void limiter.acquire(1);
    await settle();
    expect(limiter.status().waitMs).toBe(11_000);
  });
});

describe('refusals', () => {
  it('name the bound that a cost or a queue is over', async () => {
    const limiter = new RateLimiter({ ratePerMinute: 120, queueMax: 1 }, new ManualClock());
    expect(await errorOf(limiter.acquire(2.5))).toMatchObject({
      code: 'ERR_OPTION_RANGE',
      message: 'rateLimiter.cost must be a number from 0 to 2, got 2.5',
    });
    await limiter.acquire(2);
    void limiter.acquire();
    expect(await errorOf(limiter.acquire())).toMatchObject({
      code: 'ERR_QUEUE_FULL',
      message: 'more than rateLimiter.queueMax, 1, would wait',
    });
    expect((await errorOf(limiter.acquire(1, { signal: AbortSignal.abort() }))).code).toBe('ERR_ABORTED');
  });

  it('resolve options: one second’s worth of burst, at least 1', () => {
    expect(resolveRateLimiterOptions({ ratePerMinute: 6 })).toEqual({ ratePerMinute: 6, burst: 1, queueMax: 65_536 });
    expect(resolveRateLimiterOptions({ ratePerMinute: 600 }).burst).toBe(10);
    expect(() => resolveRateLimiterOptions({ ratePerMinute: 0 }, 'openai')).toThrow(/^openai\.ratePerMinute must be/);
    expect(() => resolveRateLimiterOptions({ ratePerMinute: Infinity })).toThrow(/got Infinity/);
    expect(() => resolveRateLimiterOptions({ ratePerMinute: 1, burst: 0 })).toThrow(/^rateLimiter\.burst must be/);
  });
});
