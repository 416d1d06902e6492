/**
 * Proves the two rules on random histories of calls, with a model of whole rounds, and that a semaphore steered by it serves a
 * server of any capacity without leaving much of it unused.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../bench/random.js';
import { AdaptiveConcurrency, resolveAdaptiveConcurrencyOptions } from '../../../src/core/flow/aimd.js';

describe('adaptive concurrency', () => {
  it('stays within its bounds, decreases at most once a round trip, and tells each change', () => {
    const event = fc.record({ kind: fc.constantFrom('begin', 'succeed', 'press'), pick: fc.nat() });
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 200, size: 'max' }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 50 }),
        (events, min, more) => {
          const told: number[] = [];
          const max = min + more;
          const concurrency = new AdaptiveConcurrency({ max, min, onChange: (limit) => void told.push(limit) });
          let limit = max;
          /** Calls under way, and whether there was a decrease since they began. */
          let calls: { round: number; isStale: boolean }[] = [];
          for (const { kind, pick } of events) {
            if (kind === 'begin') {
              calls.push({ round: concurrency.round, isStale: false });
              continue;
            }
            const call = calls[pick % Math.max(1, calls.length)];
            if (call === undefined) continue;
            calls = calls.filter((other) => other !== call);
            if (kind === 'succeed') concurrency.succeeded(call.round);
            else concurrency.pressed(call.round);
            if (call.isStale) {
              expect(concurrency.limit).toBe(limit);
            } else if (kind === 'press') {
              expect(concurrency.limit).toBeGreaterThanOrEqual(Math.max(min, Math.floor(limit / 2)));
              expect(concurrency.limit).toBeLessThanOrEqual(Math.max(min, Math.ceil(limit / 2)));
              for (const other of calls) other.isStale = true;
            } else {
              expect(concurrency.limit - limit).toBeGreaterThanOrEqual(0);
              expect(concurrency.limit - limit).toBeLessThanOrEqual(1);
            }
            if (concurrency.limit !== limit) expect(told.pop()).toBe(concurrency.limit);
            expect(told).toEqual([]);
            limit = concurrency.limit;
            expect(limit).toBeGreaterThanOrEqual(min);
            expect(limit).toBeLessThanOrEqual(max);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gains one in a round trip of successes, and no more than its cap', () => {
    const concurrency = new AdaptiveConcurrency({ max: 100 });
    concurrency.pressed(concurrency.round);
    expect(concurrency.limit).toBe(50);
    for (let trip = 1; trip <= 60; trip++) {
      const { limit, round } = concurrency;
      for (let call = 0; call < limit + 1; call++) concurrency.succeeded(round);
      expect(concurrency.limit).toBe(Math.min(100, limit + 1));
    }
  });

  it('uses most of a server’s capacity, and is seldom turned away', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 200 }), (capacity) => {
        const concurrency = new AdaptiveConcurrency({ max: 256 });
        let served = 0;
        let refused = 0;
        const trips = 500;
        const warmUp = 10; // From the cap down to a server of 8 it halves five times.
        for (let trip = -warmUp; trip < trips; trip++) {
          const { limit, round } = concurrency;
          for (let call = 0; call < limit; call++) {
            if (call < capacity) concurrency.succeeded(round);
            else concurrency.pressed(round);
          }
          if (trip < 0) continue;
          served += Math.min(limit, capacity);
          refused += Math.max(0, limit - capacity);
        }
        expect(served / (trips * capacity)).toBeGreaterThan(0.7);
        expect(refused / served).toBeLessThan(0.1);
      }),
      { numRuns: 100 },
    );
  });

  it('bears faults that come one by one, and still gives way to a server that is full', () => {
    const options = { max: 1000, tolerance: 1 / 8 };
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed);
        const bearing = new AdaptiveConcurrency(options);
        for (let call = 0; call < 100; call++) bearing.succeeded(bearing.round);
        for (let call = 0; call < 3000; call++) {
          const isFault = random() < 0.05;
          if (isFault) expect(bearing.pressed(bearing.round)).toBe(false);
          else bearing.succeeded(bearing.round);
        }
        expect(bearing.limit).toBe(1000);
        // From now on every second call is turned away.
        for (let call = 0; call < 300; call++) {
          bearing.succeeded(bearing.round);
          bearing.pressed(bearing.round);
        }
        expect(bearing.limit).toBeLessThan(600);
      }),
      { numRuns: 100 },
    );
  });

  it('takes the very first call at its word, and every one where there are few', () => {
    const first = new AdaptiveConcurrency({ max: 1000, tolerance: 1 / 8 });
    expect([first.pressed(0), first.limit]).toEqual([true, 500]);
    expect(first.pressed(0)).toBe(true); // it was under way at the decrease
    expect(first.limit).toBe(500);
    const few = new AdaptiveConcurrency({ max: 8, tolerance: 1 / 8 });
    for (let call = 0; call < 100; call++) few.succeeded(0);
    expect([few.pressed(0), few.limit]).toEqual([true, 4]);
  });

  it('resolves its options with their path', () => {
    expect(resolveAdaptiveConcurrencyOptions({ max: 8 })).toMatchObject({
      max: 8,
      min: 1,
      increase: 1,
      decreaseFactor: 0.5,
    });
    expect(() => resolveAdaptiveConcurrencyOptions({ max: 8, min: 9 })).toThrow(
      /^adaptiveConcurrency\.min .* 1 to 8, got 9/,
    );
    expect(() => resolveAdaptiveConcurrencyOptions({ max: 8, decreaseFactor: 1 }, 'x')).toThrow(/^x\.decreaseFactor/);
  });
});
