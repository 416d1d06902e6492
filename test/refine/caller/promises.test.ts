/**
 * Proves the two promises that cost money or a ban when broken, on random calls with faults: in no window of time are more requests
 * or tokens sent than the limits allow, and what a provider truly charges never exceeds the budget, also when the run is
 * killed at any moment and goes on with what its journal holds. The provider keeps the books: it charges some calls that it
 * fails, hangs or answers too late.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Caller } from '../../../src/refine/caller/caller.js';
import { costNanoUsd, Prices } from '../../../src/refine/prices.js';
import { CallError, type Completion, type Usage } from '../../../src/refine/providers/provider.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { COMPLETION, FakeJournal, FakeProvider, REQUEST, targetOf, type Reply } from './fake-provider.js';

const MINUTE_MS = 60_000;
/** Bytes of the prompt's unchanging part and its framing. */
const PROMPT_TOKENS = REQUEST.system.length + 64;

interface Plan {
  readonly bytes: number;
  readonly maxTokens: number;
  readonly inputShare: number;
  readonly outputShare: number;
  readonly afterMs: number;
  readonly fault: 'none' | 'refused' | 'broken' | 'untold' | 'hangs';
}

const share = fc.double({ min: 0, max: 1, noNaN: true });
const plan: fc.Arbitrary<Plan> = fc.record({
  bytes: fc.nat(300),
  maxTokens: fc.integer({ min: 1, max: 500 }),
  inputShare: share,
  outputShare: share,
  afterMs: fc.nat(80),
  fault: fc.constantFrom('none', 'none', 'none', 'refused', 'broken', 'untold', 'hangs'),
});

/** What the provider counts for a call, never more than the bytes and the most that was asked for. */
function usageOf({ bytes, maxTokens, inputShare, outputShare }: Plan): Usage {
  const inputTokens = Math.floor((bytes + PROMPT_TOKENS) * inputShare);
  const cachedInputTokens = Math.floor(inputTokens / 3);
  const cacheWriteTokens = Math.floor(inputTokens / 4);
  return { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens: Math.floor(maxTokens * outputShare) };
}

function replyOf({ afterMs, fault }: Plan, usage: Usage): Reply {
  const completion: Completion = { ...COMPLETION, usage: fault === 'untold' ? undefined : usage };
  if (fault === 'refused') {
    return { afterMs, result: new CallError('ERR_PROVIDER_RATE_LIMITED', 'no', { status: 429, retryAfterMs: 20 }) };
  }
  if (fault === 'broken') return { afterMs, result: new CallError('ERR_PROVIDER_UNAVAILABLE', 'reset') };
  return { afterMs: fault === 'hangs' ? 1e6 : afterMs, result: completion };
}

const options = {
  timeoutMs: 200,
  retry: { baseMs: 10, retries: 2 },
  breaker: { callsMin: 8, openMs: 100 },
  random: () => 0.3,
};

describe('limits', () => {
  it('are exceeded in no window of time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 1, maxLength: 40 }),
        fc.constantFrom(60, 600, 6000),
        fc.constantFrom(10_000, 60_000, 1_000_000),
        async (plans, requestsPerMinute, tokensPerMinute) => {
          const clock = new ManualClock(1e6);
          /** Tokens taken, and below 0 those given back. */
          const tokens: { readonly atMs: number; readonly units: number }[] = [];
          const provider = new FakeProvider(clock, ({ user }) => {
            const each = plans[Number(user.split(' ')[0])]!;
            const worst = Buffer.byteLength(user) + PROMPT_TOKENS + each.maxTokens;
            tokens.push({ atMs: clock.monotonicMs(), units: worst });
            const usage = usageOf(each);
            if (each.fault === 'none') {
              tokens.push({
                atMs: clock.monotonicMs() + each.afterMs,
                units: Math.min(0, usage.inputTokens + usage.outputTokens - worst),
              });
            }
            if (each.fault === 'refused') tokens.push({ atMs: clock.monotonicMs() + each.afterMs, units: -worst });
            return replyOf(each, usage);
          });
          const caller = new Caller({
            ...options,
            providers: [targetOf(provider)],
            limits: { requestsPerMinute, tokensPerMinute },
            clock,
          });
          let settled = 0;
          plans.forEach(({ bytes, maxTokens }, index) => {
            const user = `${index} `.padEnd(bytes, 'x');
            void caller
              .call({ ...REQUEST, user, maxTokens }, { ordinal: index, iteration: 0 })
              .finally(() => settled++);
          });
          for (let turn = 0; turn < 2000 && settled < plans.length; turn++) {
            await settle();
            if (clock.nextAtMs !== undefined) await clock.advanceAsync(clock.nextAtMs - clock.monotonicMs());
          }
          expect(settled).toBe(plans.length);

          const requests = provider.sent.map(({ atMs }) => ({ atMs, units: 1 }));
          const secondsWorth = Math.max(1, requestsPerMinute / 60);
          expectWithin(requests, requestsPerMinute, secondsWorth);
          tokens.sort((a, b) => a.atMs - b.atMs || a.units - b.units);
          expectWithin(tokens, tokensPerMinute, Math.max(tokensPerMinute / 60, Math.min(tokensPerMinute, 32_768)));
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** In each window no more than rate * window + burst. */
function expectWithin(
  taken: readonly { readonly atMs: number; readonly units: number }[],
  ratePerMinute: number,
  burst: number,
): void {
  for (const [from, { atMs }] of taken.entries()) {
    let sum = 0;
    for (const { atMs: untilMs, units } of taken.slice(from)) {
      sum += units;
      expect(sum).toBeLessThanOrEqual((ratePerMinute * (untilMs - atMs)) / MINUTE_MS + burst * (1 + 1e-6));
    }
  }
}

describe('the budget', () => {
  it('is never crossed by what is truly charged, over any number of kills', async () => {
    const price = fc.record({
      input: fc.double({ min: 0.01, max: 20, noNaN: true }),
      cachedInput: fc.double({ min: 0, max: 20, noNaN: true }),
      cacheWrite: fc.double({ min: 0, max: 30, noNaN: true }),
      output: fc.double({ min: 0.01, max: 80, noNaN: true }),
    });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 1, maxLength: 40 }),
        price,
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0.0001, max: 0.2, noNaN: true }),
        fc.array(fc.nat(300), { maxLength: 4 }),
        async (plans, prices, concurrency, budgetUsd, killsMs) => {
          const resolved = new Prices({ m: prices }).of('m')!;
          let charged = 0;
          let spentNanoUsd = 0;
          const done = new Set<number>();
          for (const untilMs of [...killsMs, Infinity]) {
            // A clock for each life: that of a killed one stands still, and so does all that the dead still meant to do.
            const clock = new ManualClock(1e6);
            const provider = new FakeProvider(clock, ({ user }) => {
              const each = plans[Number(user.split(' ')[0])]!;
              const usage = usageOf(each);
              if (each.fault !== 'refused') charged += costNanoUsd(resolved, usage);
              return replyOf(each, usage);
            });
            const journal = new FakeJournal();
            const caller = new Caller({
              ...options,
              providers: [targetOf(provider, { price: resolved })],
              concurrency,
              budgetUsd,
              spentNanoUsd,
              journal,
              clock,
            });
            let settled = 0;
            const errors: unknown[] = [];
            const open = plans.flatMap((each, index) => (done.has(index) ? [] : [[index, each] as const]));
            for (const [index, { bytes, maxTokens }] of open) {
              const user = `${index} `.padEnd(bytes, 'x');
              caller
                .call({ ...REQUEST, user, maxTokens }, { ordinal: index, iteration: 0 })
                .then(
                  () => done.add(index),
                  (error: unknown) => errors.push(error),
                )
                .finally(() => settled++);
            }
            const endMs = clock.monotonicMs() + untilMs;
            for (let turn = 0; turn < 2000 && settled < open.length; turn++) {
              await settle();
              const nextAtMs = clock.nextAtMs ?? Infinity;
              if (nextAtMs > endMs) break;
              if (nextAtMs < Infinity) await clock.advanceAsync(nextAtMs - clock.monotonicMs());
            }
            // Killed, or at its end: all that is left is the journal.
            spentNanoUsd += journal.nanoUsd;
            refused += errors.length;
            for (const error of errors) expect(error).toMatchObject({ code: 'ERR_BUDGET' });
            expect(caller.status().budget.overrunNanoUsd).toBe(0);
            if (untilMs === Infinity) expect(settled).toBe(open.length);
          }
          expect(spentNanoUsd).toBeLessThanOrEqual(budgetUsd * 1e9);
          expect(charged).toBeLessThanOrEqual(spentNanoUsd);
        },
      ),
      { numRuns: 150 },
    );
    expect(refused).toBeGreaterThan(0);
  });
});
