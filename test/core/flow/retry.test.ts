/**
 * Proves when `retry` tries again and how long it waits, by the delays that it asks of a clock moved by hand, and that nothing is
 * left when it is aborted: before, during an attempt, and during a wait.
 */
import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delayMs, resolveBackoffOptions } from '../../../src/core/flow/backoff.js';
import { finalError, isFinalError } from '../../../src/core/flow/final-error.js';
import { resolveRetryOptions, retry, type Retry, type RetryOptions } from '../../../src/core/flow/retry.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { errorOf } from '../../support/outcomes.js';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('delayMs', () => {
  it('is between 0 and the doubled base, and below the cap, at any attempt', () => {
    fc.assert(
      fc.property(
        fc.nat(5000),
        fc.integer({ min: 1, max: 1e5 }),
        fc.nat(1e6),
        random,
        (attempt, baseMs, more, share) => {
          const options = resolveBackoffOptions({ baseMs, capMs: baseMs + more });
          const mostMs = Math.min(options.capMs, baseMs * 2 ** attempt);
          expect(delayMs(attempt, options, () => share)).toBe(share * mostMs);
          expect(delayMs(attempt, options, () => 1 - Number.EPSILON / 2)).toBeLessThan(options.capMs);
        },
      ),
    );
  });

  it('has defaults, and refuses a cap below the base', () => {
    expect(resolveBackoffOptions()).toEqual({ baseMs: 1000, capMs: 60_000 });
    expect(resolveBackoffOptions({ baseMs: 90_000 }).capMs).toBe(90_000);
    expect(() => resolveBackoffOptions({ baseMs: 10, capMs: 9 })).toThrow(
      'backoff.capMs must be an integer >= 10, got 9',
    );
  });
});

interface Trial {
  readonly outcome: unknown;
  readonly attempts: number;
  readonly retries: readonly Retry[];
}

/** Lets an attempt for each of `errors` fail and the next succeed; time passes by itself. */
async function tryWith(errors: readonly unknown[], options: RetryOptions = {}, random = () => 0.5): Promise<Trial> {
  const clock = new ManualClock();
  const retries: Retry[] = [];
  let attempts = 0;
  const resolved = resolveRetryOptions({ ...options, onRetry: (each) => void retries.push(each) });
  const work = async (attempt: number): Promise<string> => {
    expect(attempt).toBe(attempts++);
    if (attempt < errors.length) throw errors[attempt];
    return 'done';
  };
  const outcome = retry(work, resolved, { clock, random }).catch((error: unknown) => error);
  for (let wait = 0; wait <= errors.length; wait++) {
    await settle();
    if (clock.nextAtMs !== undefined) await clock.advanceAsync(clock.nextAtMs - clock.monotonicMs());
  }
  expect(clock.pending).toBe(0);
  return { outcome: await outcome, attempts, retries };
}

const failure = (properties: object = {}): Error => Object.assign(new Error('down'), properties);

describe('retry', () => {
  it('tries at most retries + 1 times, with the delays of the back-off, and throws the last error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(6), fc.nat(6), random, async (failures, retries, share) => {
        const errors = Array.from({ length: failures }, () => failure());
        const trial = await tryWith(errors, { retries, baseMs: 100, capMs: 1000 }, () => share);
        const retried = Math.min(failures, retries);
        expect(trial.attempts).toBe(retried + 1);
        expect(trial.outcome).toBe(failures > retries ? errors[retries] : 'done');
        expect(trial.retries).toEqual(
          errors.slice(0, retried).map((error, attempt) => {
            return { attempt, error, delayMs: share * Math.min(1000, 100 * 2 ** attempt) };
          }),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('does not retry what is marked as final, or is by the option', async () => {
    const marked = finalError(failure());
    expect(await tryWith([failure(), marked])).toMatchObject({ outcome: marked, attempts: 2 });
    const refused = failure({ status: 401 });
    const isFinal = (error: unknown): boolean => error === refused;
    expect(await tryWith([failure(), refused], { isFinal })).toMatchObject({ outcome: refused, attempts: 2 });
    expect(await tryWith([marked], { isFinal })).toMatchObject({ attempts: 1 });
  });

  it('waits as long as an error asks and up to baseMs more, or not at all when that is too long', async () => {
    const { retries } = await tryWith([failure({ retryAfterMs: 5000 }), failure({ retryAfterMs: 0 })]);
    expect(retries.map((each) => each.delayMs)).toEqual([5500, 500]);
    const tooLong = failure({ retryAfterMs: 600_001 });
    expect(await tryWith([tooLong])).toMatchObject({ outcome: tooLong, attempts: 1 });
    const odd = ['5', -1, Number.NaN, undefined, null].map((retryAfterMs) => failure({ retryAfterMs }));
    const { retries: backedOff } = await tryWith([...odd, 'a string', null], { retries: 9 });
    expect(backedOff.map((each) => each.delayMs)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000]);
  });

  it.each(['before', 'during an attempt', 'during the last attempt', 'during a wait'])(
    'ends when it is aborted %s',
    async (when) => {
      const clock = new ManualClock();
      const controller = new AbortController();
      const { signal } = controller;
      if (when === 'before') controller.abort('why');
      let attempts = 0;
      const work = async (): Promise<never> => {
        attempts++;
        if (when.endsWith('attempt')) controller.abort('why');
        throw failure();
      };
      const options = resolveRetryOptions({ retries: when === 'during the last attempt' ? 0 : 3 });
      const outcome = errorOf(retry(work, options, { clock, signal }));
      await settle();
      if (when === 'during a wait') {
        expect(clock.pending).toBe(1);
        controller.abort('why');
      }
      expect(await outcome).toMatchObject({ code: 'ERR_ABORTED', cause: 'why' });
      expect(attempts).toBe(when === 'before' ? 0 : 1);
      expect(clock.pending).toBe(0);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    },
  );

  it('leaves the signal alone when it succeeds after a wait', async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    const work = async (attempt: number, given: AbortSignal | undefined): Promise<number> => {
      expect(given).toBe(signal);
      if (attempt === 0) throw failure();
      return attempt;
    };
    const outcome = retry(work, resolveRetryOptions(), { clock, signal });
    await clock.advanceAsync(1000);
    expect(await outcome).toBe(1);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('resolves its options with their path', () => {
    expect(resolveRetryOptions()).toMatchObject({ retries: 3, baseMs: 1000, capMs: 60_000, retryAfterMsMax: 600_000 });
    expect(() => resolveRetryOptions({ retries: -1 }, 'job')).toThrow('job.retries must be an integer >= 0, got -1');
    expect(() => resolveRetryOptions({ baseMs: 0 }, 'job')).toThrow(/^job\.baseMs/);
    const isFinal: unknown = true;
    expect(() => resolveRetryOptions({ isFinal } as RetryOptions)).toThrow(
      'retry.isFinal must be a function, got true',
    );
  });
});

describe('finalError', () => {
  it('marks the error itself, out of sight', () => {
    const error = failure();
    expect(isFinalError(error)).toBe(false);
    expect(finalError(error)).toBe(error);
    expect(finalError(error)).toBe(error);
    expect(isFinalError(error)).toBe(true);
    expect(Object.keys(error)).toEqual([]);
  });

  it.each([
    ['a string', 'down'],
    ['nothing', undefined],
    ['a frozen error', Object.freeze(new Error('down'))],
    ['a frozen object', Object.freeze({})],
  ])('wraps %s', (_, thrown) => {
    const error = finalError(thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error.cause).toBe(thrown);
    expect(isFinalError(error)).toBe(true);
    expect(isFinalError(thrown)).toBe(false);
  });
});
