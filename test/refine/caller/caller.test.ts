/**
 * Proves what the caller does with one provider or two that answer, refuse, fail or hang as a test says, on a clock moved by hand:
 * every error code at the first and the last attempt, with and without a fallback; the end of a run; pauses; the breaker's single
 * trial; order of arrival; and that an abort at any moment leaves no timer, no listener, no permit and no reservation.
 */
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MillraceError } from '../../../src/core/errors.js';
import { Caller, type CallOutcome } from '../../../src/refine/caller/caller.js';
import type { CallerOptions } from '../../../src/refine/caller/options.js';
import { CallError, type CallErrorCode } from '../../../src/refine/providers/provider.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { errorOf } from '../../support/outcomes.js';
import { COMPLETION, FakeJournal, FakeProvider, REQUEST, targetOf, USAGE, type Reply } from './fake-provider.js';

const CODES = [
  'ERR_PROVIDER_ANSWER',
  'ERR_PROVIDER_AUTH',
  'ERR_PROVIDER_NOT_FOUND',
  'ERR_PROVIDER_QUOTA',
  'ERR_PROVIDER_RATE_LIMITED',
  'ERR_PROVIDER_REQUEST',
  'ERR_PROVIDER_TIMEOUT',
  'ERR_PROVIDER_UNAVAILABLE',
] as const satisfies readonly CallErrorCode[];

/** Tokens of `USAGE`: 35 fresh at 1000, 10 cached at 100, 5 written at 2000, 20 out at 5000 nano-USD. */
const CHARGE = 35_000 + 1000 + 10_000 + 100_000;
/** All bytes and the framing at the price of writing, and 100 tokens out. */
const WORST = (11 + 7 + 64) * 2000 + 500_000;

const answer: Reply = { afterMs: 10, result: COMPLETION };
const refusal = (code: CallErrorCode, details = {}): Reply => ({
  afterMs: 10,
  result: new CallError(code, 'no', { mayBeCharged: false, status: 500, ...details }),
});

interface Setup {
  readonly clock: ManualClock;
  readonly caller: Caller;
  readonly providers: readonly FakeProvider[];
  readonly journal: FakeJournal;
}

function setUp(
  replies: readonly ((ordinal: number, count: number) => Reply)[],
  options: Partial<CallerOptions> = {},
): Setup {
  const clock = new ManualClock(1e6);
  const journal = new FakeJournal();
  const providers = replies.map((reply, index) => {
    return new FakeProvider(clock, ({ user }, count) => reply(Number(user), count), `p${index}`);
  });
  const targets = providers.map((provider) => targetOf(provider));
  const caller = new Caller({ providers: targets, clock, journal, random: () => 0.5, ...options });
  return { clock, caller, providers, journal };
}

function call(caller: Caller, ordinal: number, signal?: AbortSignal): Promise<CallOutcome> {
  return caller.call({ ...REQUEST, user: String(ordinal) }, { ordinal, iteration: 0, signal });
}

/** Moves time on until all is settled. */
async function finish<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  const state = { isDone: false };
  const done = (): void => {
    state.isDone = true;
  };
  work.then(done, done);
  for (let turn = 0; turn < 1000 && !state.isDone; turn++) {
    await settle();
    if (clock.nextAtMs !== undefined) await clock.advanceAsync(clock.nextAtMs - clock.monotonicMs());
  }
  return work;
}

function expectNothingLeft({ clock, caller, providers }: Setup): void {
  const { inFlight, waiting, budget, routes } = caller.status();
  expect({ inFlight, waiting, reserved: budget.reservedNanoUsd }).toEqual({ inFlight: 0, waiting: 0, reserved: 0 });
  for (const { waiting, limits } of routes) expect([waiting, limits.waiting]).toEqual([0, 0]);
  for (const provider of providers) expect(provider.inFlight).toBe(0);
  expect(clock.pending).toBe(0);
}

describe('one call', () => {
  it('is answered, charged by its usage and journaled', async () => {
    const setup = setUp([() => answer]);
    const { clock, caller, providers, journal } = setup;
    const outcome = await finish(clock, caller.call(REQUEST, { ordinal: 3, iteration: 1 }));
    expect(outcome).toEqual({
      completion: COMPLETION,
      provider: 'p0',
      model: 'm',
      attempts: 1,
      retries: 0,
      nanoUsd: CHARGE,
    });
    expect(providers[0]!.sent[0]!.request.model).toBe('m');
    expect([...journal.charged]).toEqual([['3/1/0', CHARGE]]);
    expect(caller.status()).toMatchObject({ calls: 1, answered: 1, inputTokens: 50, cachedInputTokens: 10 });
    expect(caller.status().latencyMs!.p50).toBeCloseTo(10, 1);
    expectNothingLeft(setup);
  });

  it('is charged with its worst case where the usage is not told, and with nothing known without a price', async () => {
    const untold: Reply = { afterMs: 1, result: { ...COMPLETION, usage: undefined } };
    const setup = setUp([() => untold]);
    const outcome = await finish(setup.clock, setup.caller.call(REQUEST, { ordinal: 0, iteration: 0 }));
    expect(outcome.nanoUsd).toBe(WORST);

    const clock = new ManualClock(1e6);
    const provider = new FakeProvider(clock, () => answer);
    const caller = new Caller({ providers: [targetOf(provider, { price: undefined })], clock });
    expect((await finish(clock, call(caller, 0))).nanoUsd).toBeNull();
    expect(() => new Caller({ providers: [targetOf(provider, { price: undefined })], budgetUsd: 1 })).toThrow(
      'a budget needs the price of "m", which is not known; give it as an option (prices)',
    );
  });

  it('ends after its time, is charged with its worst case, and is tried again', async () => {
    const hangs: Reply = { afterMs: 1e9, result: COMPLETION };
    const setup = setUp([(_, count) => (count === 0 ? hangs : answer)], { timeoutMs: 500 });
    const outcome = await finish(setup.clock, call(setup.caller, 0));
    expect(outcome).toMatchObject({ completion: COMPLETION, attempts: 2, retries: 1 });
    expect(outcome.nanoUsd).toBe(CHARGE + WORST - 6 * 2000); // A text of one byte in place of seven.
    expect(setup.caller.status().retries).toEqual({ ERR_PROVIDER_TIMEOUT: 1 });
    expectNothingLeft(setup);
  });
});

describe('each error', () => {
  for (const code of CODES) {
    for (const failures of [1, 3]) {
      for (const hasFallback of [false, true]) {
        const verdict = new CallError(code, '').verdict;
        it(`${code}, ${failures} times of 3 attempts, ${hasFallback ? 'with' : 'without'} fallback`, async () => {
          const primary = (_: number, count: number): Reply => (count < failures ? refusal(code) : answer);
          const replies = hasFallback ? [primary, () => answer] : [primary];
          const setup = setUp(replies, { retry: { retries: 2 } });
          const { clock, caller, providers, journal } = setup;
          const work = finish(clock, call(caller, 0));
          if (verdict === 'run') {
            expect((await errorOf(work)).code).toBe(code);
            expect((await errorOf(call(caller, 1))).code).toBe(code);
            expect(providers.map(({ sent }) => sent.length)).toEqual(hasFallback ? [1, 0] : [1]);
          } else {
            const outcome = await work;
            const isUsedUp = failures === 3;
            const isAnswered = verdict === 'retry' && (!isUsedUp || hasFallback);
            expect(outcome.completion).toBe(isAnswered ? COMPLETION : undefined);
            expect(outcome.error?.code).toBe(isAnswered ? undefined : code);
            const attempts = verdict === 'document' ? 1 : isUsedUp ? (hasFallback ? 4 : 3) : 2;
            expect([outcome.attempts, outcome.retries]).toEqual([attempts, attempts - 1]);
            expect(outcome.provider).toBe(verdict === 'retry' && isUsedUp && hasFallback ? 'p1' : 'p0');
            expect(outcome.nanoUsd).toBe(isAnswered ? CHARGE : 0);
          }
          expect(journal.ended.size).toBe(journal.charged.size);
          expectNothingLeft(setup);
        });
      }
    }
  }

  it('of a kind unknown to it is retried like a broken connection', async () => {
    const clock = new ManualClock(1e6);
    const provider = new FakeProvider(clock, (_, count) => {
      if (count === 0) throw new TypeError('a bug');
      return answer;
    });
    const caller = new Caller({ providers: [targetOf(provider)], clock, random: () => 0.5 });
    expect(await finish(clock, call(caller, 0))).toMatchObject({ attempts: 2, completion: COMPLETION });
    expect(caller.status().failures).toEqual({ ERR_PROVIDER_UNAVAILABLE: 1 });
  });

  it('is not retried beyond what a document may', async () => {
    const setup = setUp([() => refusal('ERR_PROVIDER_UNAVAILABLE')], { retry: { retriesPerDocument: 5 } });
    const context = { ordinal: 0, iteration: 4, retriesBefore: 4 };
    const outcome = await finish(setup.clock, setup.caller.call(REQUEST, context));
    expect([outcome.attempts, outcome.retries]).toEqual([2, 1]);
  });
});

describe('the end of a run', () => {
  it('rejects all calls that wait, sends nothing more, and lets those in flight finish', async () => {
    const setup = setUp(
      [(ordinal) => (ordinal === 0 ? refusal('ERR_PROVIDER_QUOTA') : { afterMs: 50, result: COMPLETION })],
      { concurrency: 3 },
    );
    const { clock, caller, providers } = setup;
    const outcomes = Array.from({ length: 100 }, (_, ordinal) => {
      return call(caller, ordinal).then(
        () => 'answered',
        (error: unknown) => (error instanceof MillraceError ? error.code : 'other'),
      );
    });
    await clock.advanceAsync(1000);
    const told = await Promise.all(outcomes);
    expect(told.slice(1, 3)).toEqual(['answered', 'answered']);
    expect(new Set([told[0], ...told.slice(3)])).toEqual(new Set(['ERR_PROVIDER_QUOTA']));
    expect(providers[0]!.sent).toHaveLength(3);
    expectNothingLeft(setup);
  });

  it('comes when the journal fails, before anything is sent', async () => {
    const clock = new ManualClock(1e6);
    const provider = new FakeProvider(clock, () => answer);
    const journal = {
      ...new FakeJournal(),
      sent: async () => {
        await Promise.resolve();
        throw new MillraceError('ERR_LEDGER', 'the disk is full');
      },
      answered: () => undefined,
      failed: () => undefined,
    };
    const caller = new Caller({ providers: [targetOf(provider)], clock, journal });
    expect((await errorOf(call(caller, 0))).code).toBe('ERR_LEDGER');
    expect((await errorOf(call(caller, 1))).code).toBe('ERR_LEDGER');
    expect(provider.sent).toEqual([]);
  });

  it('comes by close, which waits for calls in flight and closes the providers', async () => {
    const setup = setUp([() => answer], { concurrency: 1 });
    const { clock, caller, providers } = setup;
    const [first, second] = [call(caller, 0), errorOf(call(caller, 1))];
    await settle();
    const closed = caller.close();
    expect((await second).code).toBe('ERR_CLOSED');
    expect(providers[0]!.isClosed).toBe(false);
    await clock.advanceAsync(10);
    expect((await first).completion).toBe(COMPLETION);
    await closed;
    expect(providers[0]!.isClosed).toBe(true);
    expect((await errorOf(call(caller, 2))).code).toBe('ERR_CLOSED');
    expectNothingLeft(setup);
  });
});

describe('pauses', () => {
  it('hold back all calls to a provider that asked for one', async () => {
    const limited = refusal('ERR_PROVIDER_RATE_LIMITED', { retryAfterMs: 5000, status: 429 });
    const setup = setUp([(_, count) => (count === 0 ? limited : answer)], { concurrency: 1 });
    const { clock, caller, providers } = setup;
    const work = Promise.all([0, 1, 2].map((ordinal) => call(caller, ordinal)));
    const startMs = clock.monotonicMs();
    await finish(clock, work);
    for (const { atMs } of providers[0]!.sent.slice(1)) expect(atMs).toBeGreaterThanOrEqual(startMs + 10 + 5000);
    expectNothingLeft(setup);
  });

  it('hold back only the call that was turned away, where hundreds are not', async () => {
    const limited = refusal('ERR_PROVIDER_RATE_LIMITED', { retryAfterMs: 5000, status: 429 });
    const setup = setUp([(_, count) => (count === 100 ? limited : answer)], { concurrency: 50 });
    const { clock, caller, providers } = setup;
    const startMs = clock.monotonicMs();
    await finish(clock, Promise.all(Array.from({ length: 200 }, (_, ordinal) => call(caller, ordinal))));
    const late = providers[0]!.sent.filter(({ atMs }) => atMs > startMs + 1000);
    expect(late.map(({ request }) => request.user)).toEqual(['100']);
    expect(late[0]!.atMs).toBeGreaterThanOrEqual(startMs + 20 + 5000);
    expectNothingLeft(setup);
  });

  it('longer than an outage may last end the run at once, unless there is a fallback', async () => {
    const limited = refusal('ERR_PROVIDER_RATE_LIMITED', { retryAfterMs: 3_600_000, status: 429 });
    const alone = setUp([() => limited], { outageMsMax: 60_000 });
    const startMs = alone.clock.monotonicMs();
    const { code } = await errorOf(finish(alone.clock, call(alone.caller, 0)));
    expect(code).toBe('ERR_PROVIDER_UNAVAILABLE');
    expect(alone.clock.monotonicMs() - startMs).toBeLessThan(60_000);
    expectNothingLeft(alone);

    const helped = setUp([() => limited, () => answer], { outageMsMax: 60_000 });
    expect(await finish(helped.clock, call(helped.caller, 0))).toMatchObject({
      provider: 'p1',
      completion: COMPLETION,
    });
  });

  it('are heeded from the headers of an answer, where a limit is set', async () => {
    const limits = { requests: { limit: 600, remaining: 0, resetMs: 60_000 } };
    const told: Reply = { afterMs: 0, result: { ...COMPLETION, limits } };
    const setup = setUp([() => told], { limits: { requestsPerMinute: 6000 }, concurrency: 1 });
    const { clock, caller, providers } = setup;
    await finish(clock, Promise.all([0, 1].map((ordinal) => call(caller, ordinal))));
    const [first, second] = providers[0]!.sent;
    expect(second!.atMs - first!.atMs).toBeCloseTo(10, 3); // One request flows in.
  });
});

describe('an outage', () => {
  const breaker = { callsMin: 4, openMs: 1000 };

  it('is tried by one call at a time, and over when it is answered', async () => {
    let isUp = false;
    const setup = setUp([() => (isUp ? answer : refusal('ERR_PROVIDER_UNAVAILABLE'))], { breaker, concurrency: 8 });
    const { clock, caller, providers } = setup;
    const work = Promise.all(Array.from({ length: 8 }, (_, ordinal) => call(caller, ordinal)));
    await clock.advanceAsync(20);
    expect(caller.status().routes[0]!.breaker).toBe('open');
    const before = providers[0]!.sent.length;
    await clock.advanceAsync(2000);
    expect(providers[0]!.sent.length - before).toBeLessThanOrEqual(2);
    isUp = true;
    const outcomes = await finish(clock, work);
    expect(outcomes.every(({ completion }) => completion === COMPLETION)).toBe(true);
    expect(caller.status().routes[0]!.breaker).toBe('closed');
    expectNothingLeft(setup);
  });

  it('sends calls to the fallback meanwhile', async () => {
    const setup = setUp([() => refusal('ERR_PROVIDER_UNAVAILABLE'), () => answer], { breaker });
    const { clock, caller, providers } = setup;
    await finish(clock, Promise.all(Array.from({ length: 8 }, (_, ordinal) => call(caller, ordinal))));
    const before = providers[0]!.sent.length;
    const outcome = await finish(clock, call(caller, 9));
    expect(outcome).toMatchObject({ provider: 'p1', attempts: 1 });
    expect(providers[0]!.sent.length).toBe(before);
    expectNothingLeft(setup);
  });

  it('of a server that was never reached ends the run after 15 s, of one that answered before after the whole time', async () => {
    const unreached = refusal('ERR_PROVIDER_UNAVAILABLE', { mayBeCharged: false });
    for (const answersFirst of [false, true]) {
      const options = { breaker, outageMsMax: 60_000, retry: { retries: 50, retriesPerDocument: 50 } };
      const setup = setUp([(ordinal) => (answersFirst && ordinal === 0 ? answer : unreached)], options);
      const { clock, caller } = setup;
      if (answersFirst) await finish(clock, call(caller, 0));
      const startMs = clock.monotonicMs();
      const work = Promise.all(Array.from({ length: 30 }, (_, index) => errorOf(call(caller, index + 1))));
      const [error] = await finish(clock, work);
      expect(error!.message).toBe(`no provider takes calls within ${answersFirst ? 60_000 : 15_000} ms (p0: no)`);
      expect(clock.monotonicMs() - startMs <= 15_000).toBe(!answersFirst);
      expectNothingLeft(setup);
    }
  });

  it('that lasts too long ends the run for all that wait', async () => {
    const options = { breaker, outageMsMax: 10_000, retry: { retries: 50, retriesPerDocument: 50 } };
    const setup = setUp([() => refusal('ERR_PROVIDER_UNAVAILABLE')], options);
    const { clock, caller } = setup;
    const work = Promise.all(Array.from({ length: 30 }, (_, ordinal) => errorOf(call(caller, ordinal))));
    const startMs = clock.monotonicMs();
    const errors = await finish(clock, work);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['ERR_PROVIDER_UNAVAILABLE']));
    expect(errors[0]!.message).toBe('no provider takes calls within 10000 ms (p0: no)');
    expect(clock.monotonicMs() - startMs).toBeGreaterThanOrEqual(9000); // The breaker could be tried next after 10 s only.
    expectNothingLeft(setup);
  });
});

describe('order and bounds', () => {
  it('sends calls in the order in which they came, at most as many at once as allowed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.nat(30), { maxLength: 40 }),
        async (most, delays) => {
          const setup = setUp([(ordinal) => ({ afterMs: delays[ordinal]!, result: COMPLETION })], {
            concurrency: most,
            limits: { requestsPerMinute: 6000 },
          });
          const { clock, caller, providers } = setup;
          await finish(clock, Promise.all(delays.map((_, ordinal) => call(caller, ordinal))));
          expect(providers[0]!.sent.map(({ request }) => Number(request.user))).toEqual(
            delays.map((_, index) => index),
          );
          expect(providers[0]!.inFlightMost).toBeLessThanOrEqual(most);
          expectNothingLeft(setup);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('refuses more calls than may be under way', async () => {
    const { clock, caller } = setUp([() => answer], { callsMax: 2 });
    const work = Promise.all([call(caller, 0), call(caller, 1)]);
    expect((await errorOf(call(caller, 2))).code).toBe('ERR_QUEUE_FULL');
    await finish(clock, work);
    await finish(clock, call(caller, 2));
  });

  it('sends fewer at once under pressure, and more again after it', async () => {
    const limited = refusal('ERR_PROVIDER_RATE_LIMITED', { status: 429 });
    const { clock, caller } = setUp([(_, count) => (count < 16 ? limited : answer)], { concurrency: 16 });
    const work = Promise.all(Array.from({ length: 200 }, (_, ordinal) => call(caller, ordinal)));
    await clock.advanceAsync(15);
    expect(caller.status().routes[0]!.concurrency).toBe(8); // 16 refusals of one round trip are one decrease.
    await finish(clock, work);
    expect(caller.status().routes[0]!.concurrency).toBeGreaterThan(8);
  });
});

describe('an abort', () => {
  it('at any moment leaves nothing, and each call settles once', async () => {
    const codes = fc.constantFrom<CallErrorCode>('ERR_PROVIDER_RATE_LIMITED', 'ERR_PROVIDER_UNAVAILABLE');
    const replies = fc.array(fc.tuple(fc.nat(40), fc.option(codes, { nil: undefined })), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(replies, fc.array(fc.nat(400), { minLength: 1, maxLength: 15 }), async (script, abortsMs) => {
        const reply = (_: number, count: number): Reply => {
          const [afterMs, code] = script[count % script.length]!;
          return code === undefined ? { afterMs, result: COMPLETION } : { ...refusal(code), afterMs };
        };
        const setup = setUp([reply, reply], {
          concurrency: 2,
          timeoutMs: 30,
          limits: { requestsPerMinute: 6000, tokensPerMinute: 1e6 },
          retry: { baseMs: 20, retries: 2 },
          breaker: { callsMin: 3, openMs: 50 },
          budgetUsd: 0.003,
        });
        const { clock, caller, journal } = setup;
        const startMs = clock.monotonicMs();
        const controllers = abortsMs.map(() => new AbortController());
        let settled = 0;
        const work = abortsMs.map((_, ordinal) => {
          return call(caller, ordinal, controllers[ordinal]!.signal)
            .catch((error: unknown) => {
              expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(ABORTED|BUDGET)$/) });
            })
            .finally(() => settled++);
        });
        for (const [index, atMs] of [...abortsMs.entries()].sort(([, a], [, b]) => a - b)) {
          await clock.advanceAsync(startMs + atMs - clock.monotonicMs());
          controllers[index]!.abort();
        }
        await finish(clock, Promise.all(work));
        await settle();
        expect(settled).toBe(abortsMs.length);
        expect(journal.ended.size).toBe(journal.charged.size);
        const { budget } = caller.status();
        expect(budget.spentNanoUsd).toBe(journal.nanoUsd);
        expect(budget.spentNanoUsd).toBeLessThanOrEqual(budget.capNanoUsd);
        for (const { signal } of controllers) expect(getEventListeners(signal, 'abort')).toEqual([]);
        await caller.close();
        expectNothingLeft(setup);
      }),
      { numRuns: 200 },
    );
  });

  it('of a signal that many calls share reaches all, through one listener', async () => {
    const setup = setUp([() => ({ afterMs: 1000, result: { ...COMPLETION, usage: USAGE } })], { concurrency: 5 });
    const controller = new AbortController();
    const work = Array.from({ length: 20 }, (_, ordinal) => errorOf(call(setup.caller, ordinal, controller.signal)));
    await settle();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort();
    expect(new Set((await Promise.all(work)).map(({ code }) => code))).toEqual(new Set(['ERR_ABORTED']));
    await settle();
    expectNothingLeft(setup);
  });
});
