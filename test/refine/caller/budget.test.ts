/**
 * Proves the promise of the budget after every step of random reservations, settlements and aborts: spent + reserved stays at or
 * below the cap, nobody waits while nothing is reserved or while the oldest fits, and a refusal is given exactly when the call
 * would not fit even if all in flight cost nothing. The model is sums over plain arrays.
 */
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget, type Reservation } from '../../../src/refine/caller/budget.js';
import { settle } from '../../support/manual-clock.js';
import { errorOf } from '../../support/outcomes.js';

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('reserve' as const), nanoUsd: fc.nat(40) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      pick: fc.nat(),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), pick: fc.nat() }) },
);

interface Call {
  readonly nanoUsd: number;
  readonly controller: AbortController;
  state: 'waits' | 'holds' | 'settled' | 'refused' | 'aborted';
  reservation: Reservation | undefined;
}

describe('Budget', () => {
  it('is never crossed, refuses only what never fits, and serves in order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(100), fc.array(step, { maxLength: 60, size: 'max' }), async (cap, steps) => {
        const budget = new Budget(cap, 0, 1000);
        const calls: Call[] = [];
        let spent = 0;
        const held = (): Call[] => calls.filter(({ state }) => state === 'holds');

        const reserve = async (nanoUsd: number): Promise<void> => {
          const call: Call = { nanoUsd, controller: new AbortController(), state: 'waits', reservation: undefined };
          calls.push(call);
          try {
            call.reservation = await budget.reserve(nanoUsd, call.controller.signal);
            call.state = 'holds';
          } catch (error) {
            call.state = call.controller.signal.aborted ? 'aborted' : 'refused';
            if (call.state === 'refused') {
              expect(error).toMatchObject({ code: 'ERR_BUDGET' });
              expect(spent + nanoUsd).toBeGreaterThan(cap);
            }
          }
        };

        for (const each of steps) {
          if (each.kind === 'reserve') void reserve(each.nanoUsd);
          else if (each.kind === 'abort') calls[each.pick % Math.max(1, calls.length)]?.controller.abort();
          else {
            const call = held()[each.pick % Math.max(1, held().length)];
            if (call === undefined) continue;
            const actual = Math.floor(call.nanoUsd * each.share);
            spent += actual;
            call.state = 'settled';
            call.reservation!.settle(actual);
            call.reservation!.settle(actual); // Charges nothing more.
          }
          await settle();
          const reserved = held().reduce((sum, { nanoUsd }) => sum + nanoUsd, 0);
          const waiting = calls.filter(({ state }) => state === 'waits');
          expect(budget.status()).toEqual({
            capNanoUsd: cap,
            spentNanoUsd: spent,
            reservedNanoUsd: reserved,
            overrunNanoUsd: 0,
            waiting: waiting.length,
          });
          expect(spent + reserved).toBeLessThanOrEqual(cap);
          const [oldest] = waiting;
          if (oldest === undefined) continue;
          expect(spent + oldest.nanoUsd).toBeLessThanOrEqual(cap);
          expect(spent + reserved + oldest.nanoUsd).toBeGreaterThan(cap);
        }
        for (const { controller } of calls) controller.abort();
        await settle();
        expect(budget.status().waiting).toBe(0);
        for (const { controller } of calls) expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('says what did not fit, and counts what a call cost beyond its reservation', async () => {
    const budget = new Budget(3e9, 1e9, 10);
    const { signal } = new AbortController();
    const refusal = await errorOf(budget.reserve(2.5e9, signal));
    expect(refusal.message).toBe(
      'the next call could cost 2.500000 USD, which with 1.000000 USD spent would cross the budget of 3.000000 USD',
    );
    (await budget.reserve(1e9, signal)).settle(1.5e9);
    expect(budget.status()).toMatchObject({ spentNanoUsd: 2.5e9, overrunNanoUsd: 0.5e9 });
  });
});
