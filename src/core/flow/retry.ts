import { checkAborted } from '../abort.js';
import { SYSTEM_CLOCK, type Clock } from '../clock.js';
import { checkFunction, checkInteger, checkKnown } from '../options.js';
import { BACKOFF_DEFAULTS, delayMs, resolveBackoffOptions, type BackoffOptions } from './backoff.js';
import { isFinalError } from './final-error.js';
import { sleep } from './sleep.js';

/** What is tried; `attempt` counts from 0. It must end when the signal is given. */
export type Attempt<T> = (attempt: number, signal: AbortSignal | undefined) => Promise<T>;

/** A failure that will be followed by another attempt. */
export interface Retry {
  /** Failures before this one. */
  readonly attempt: number;
  readonly error: unknown;
  readonly delayMs: number;
}

export interface RetryOptions extends BackoffOptions {
  /** Attempts after the first. Integer, 0 or more. @defaultValue 3 */
  readonly retries?: number;
  /** An error that asks for a longer wait than this is thrown. Integer, 0 or more. @defaultValue 600000 */
  readonly retryAfterMsMax?: number;
  /** Whether an error ends the retries; one marked by `finalError` always does. @defaultValue none else */
  readonly isFinal?: (error: unknown) => boolean;
  /** Called before each wait. */
  readonly onRetry?: (retry: Retry) => void;
}

export type ResolvedRetryOptions = Required<RetryOptions>;

/** What `retry` takes from outside. */
export interface RetryContext {
  readonly signal?: AbortSignal | undefined;
  /** @defaultValue `SYSTEM_CLOCK` */
  readonly clock?: Clock;
  /** Uniform in [0, 1). @defaultValue `Math.random` */
  readonly random?: () => number;
}

export const RETRY_DEFAULTS: ResolvedRetryOptions = Object.freeze({
  ...BACKOFF_DEFAULTS,
  retries: 3,
  retryAfterMsMax: 600_000,
  isFinal: () => false,
  onRetry: () => undefined,
});

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveRetryOptions(options: RetryOptions = {}, path = 'retry'): ResolvedRetryOptions {
  checkKnown(path, options, Object.keys(RETRY_DEFAULTS));
  const {
    retries = RETRY_DEFAULTS.retries,
    retryAfterMsMax = RETRY_DEFAULTS.retryAfterMsMax,
    isFinal = RETRY_DEFAULTS.isFinal,
    onRetry = RETRY_DEFAULTS.onRetry,
    ...backoff
  } = options;
  checkFunction(`${path}.isFinal`, isFinal);
  checkFunction(`${path}.onRetry`, onRetry);
  return Object.freeze({
    ...resolveBackoffOptions(backoff, path),
    retries: checkInteger(`${path}.retries`, retries, 0),
    retryAfterMsMax: checkInteger(`${path}.retryAfterMsMax`, retryAfterMsMax, 0),
    isFinal,
    onRetry,
  });
}

/**
 * Tries until an attempt succeeds, its error is final, or no retry is left; then that error is thrown as it is.
 *
 * Waits with full jitter between attempts. An error with a number `retryAfterMs` is obeyed: the wait is that long and up to
 * `baseMs` longer, so that not all who were turned away together come back together.
 *
 * @param options - resolved once by `resolveRetryOptions`, since this is called for each item.
 * @throws MillraceError `ERR_ABORTED` when the signal is given, also in place of what an attempt throws then.
 */
export async function retry<T>(
  work: Attempt<T>,
  options: ResolvedRetryOptions,
  { signal, clock = SYSTEM_CLOCK, random = Math.random }: RetryContext = {},
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    checkAborted(signal);
    try {
      return await work(attempt, signal);
    } catch (error) {
      checkAborted(signal);
      const waitMs = waitMsAfter(error, attempt, options, random);
      if (waitMs === undefined) throw error;
      options.onRetry({ attempt, error, delayMs: waitMs });
      await sleep(waitMs, clock, signal);
    }
  }
}

/** Undefined when there is to be no other attempt. */
function waitMsAfter(
  error: unknown,
  attempt: number,
  options: ResolvedRetryOptions,
  random: () => number,
): number | undefined {
  if (attempt >= options.retries || isFinalError(error) || options.isFinal(error)) return undefined;
  const retryAfterMs = retryAfterMsOf(error);
  if (retryAfterMs === undefined) return delayMs(attempt, options, random);
  if (retryAfterMs > options.retryAfterMsMax) return undefined;
  return retryAfterMs + random() * options.baseMs;
}

/** What an error asks for; undefined unless it is a number of milliseconds. */
function retryAfterMsOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('retryAfterMs' in error)) return undefined;
  const { retryAfterMs } = error;
  return typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? retryAfterMs : undefined;
}
