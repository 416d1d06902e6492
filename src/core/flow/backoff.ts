import { checkInteger, checkKnown } from '../options.js';

export interface BackoffOptions {
  /** The first delay is below this. Integer, 1 or more. @defaultValue 1000 */
  readonly baseMs?: number;
  /** Every delay is below this. Integer, `baseMs` or more. @defaultValue 60000 */
  readonly capMs?: number;
}

export type ResolvedBackoffOptions = Required<BackoffOptions>;

export const BACKOFF_DEFAULTS: ResolvedBackoffOptions = Object.freeze({ baseMs: 1000, capMs: 60_000 });

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveBackoffOptions(options: BackoffOptions = {}, path = 'backoff'): ResolvedBackoffOptions {
  checkKnown(path, options, Object.keys(BACKOFF_DEFAULTS));
  const baseMs = checkInteger(`${path}.baseMs`, options.baseMs ?? BACKOFF_DEFAULTS.baseMs, 1);
  const capMs = options.capMs ?? Math.max(BACKOFF_DEFAULTS.capMs, baseMs);
  return Object.freeze({ baseMs, capMs: checkInteger(`${path}.capMs`, capMs, baseMs) });
}

/**
 * How long to wait before a retry: uniformly between 0 and `baseMs * 2^attempt`, or `capMs` if that is less.
 *
 * "Full jitter" of Brooker 2015, "Exponential backoff and jitter", AWS Architecture Blog: of the ways compared there it takes the
 * least calls until all callers that had collided are through.
 *
 * @param attempt - failures before this one; 0 at the first.
 * @param random - uniform in [0, 1), as `Math.random`.
 */
export function delayMs(attempt: number, { baseMs, capMs }: ResolvedBackoffOptions, random: () => number): number {
  return random() * Math.min(capMs, baseMs * 2 ** attempt);
}
