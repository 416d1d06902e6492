import { checkKnown, checkNumber } from '../options.js';

const MINUTE_MS = 60_000;

export interface RateLimitOptions {
  /** Units a minute. Number, 0.001 to 1e12. */
  readonly ratePerMinute: number;
  /**
   * Units that can be had at once after a rest, hence also the largest cost of one call. Number, 0.001 to 1e12. Where it is
   * less than what flows in while a timer is late (a few milliseconds), the rate is not reached.
   *
   * @defaultValue one second's worth, and at least 1
   */
  readonly burst?: number;
}

export type ResolvedRateLimitOptions = Required<RateLimitOptions>;

const RATE_MIN = 0.001;
const RATE_MAX = 1e12;

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveRateLimitOptions(options: RateLimitOptions, path: string): ResolvedRateLimitOptions {
  checkKnown(path, options, ['ratePerMinute', 'burst']);
  const ratePerMinute = checkNumber(`${path}.ratePerMinute`, options.ratePerMinute, RATE_MIN, RATE_MAX);
  const { burst = Math.max(1, ratePerMinute / 60) } = options;
  return Object.freeze({ ratePerMinute, burst: checkNumber(`${path}.burst`, burst, RATE_MIN, RATE_MAX) });
}

/** What a bucket tells about itself. */
export interface RateLimitStatus {
  readonly ratePerMinute: number;
  readonly burst: number;
  /** Units that can be had now; below 0 while more was used than reserved. */
  readonly available: number;
}

/**
 * The arithmetic of one limit: a bucket that holds `burst` units, begins full and fills at the rate.
 *
 * What is taken in any window of time is at most `burst + rate * window`: the bucket cannot hold more at its beginning, and no
 * more flows in. A bucket is known by the time at which it will be full, one number that nothing has to update: a cost moves
 * it on by what the rate needs to refill it (the "theoretical arrival time" of the generic cell rate algorithm, ITU-T I.371).
 *
 * Times are milliseconds of a clock that never goes back, given by the caller.
 */
export class TokenBucket {
  readonly #ratePerMinute: number;
  readonly #burst: number;
  /** Time that one unit takes to flow in. */
  readonly #unitMs: number;
  #fullAtMs = -Infinity;
  /** The same of the provider's own bucket as it reported it, which counts until the second time. */
  #reportedFullAtMs = -Infinity;
  #reportHoldsUntilMs = -Infinity;

  constructor({ ratePerMinute, burst }: ResolvedRateLimitOptions) {
    this.#ratePerMinute = ratePerMinute;
    this.#burst = burst;
    this.#unitMs = MINUTE_MS / ratePerMinute;
  }

  get burst(): number {
    return this.#burst;
  }

  /** From when on `cost` units, at most `burst`, can be taken; a time in the past when they are there. */
  dueAtMs(cost: number): number {
    const headStartMs = (this.#burst - cost) * this.#unitMs;
    const ownMs = this.#fullAtMs - headStartMs;
    const reportedMs = Math.min(this.#reportedFullAtMs - headStartMs, this.#reportHoldsUntilMs);
    return Math.max(ownMs, reportedMs);
  }

  /** Takes units, also more than there are; a negative number gives units back, and the bucket holds no more than `burst`. */
  take(units: number, nowMs: number): void {
    this.#fullAtMs = Math.max(this.#fullAtMs, nowMs) + units * this.#unitMs;
    this.#reportedFullAtMs += units * this.#unitMs; // Once full it is never behind the own one again.
  }

  /** Believes the provider that there are `remaining` units until `untilMs`; a later report takes the place of this one. */
  report(remaining: number, untilMs: number, nowMs: number): void {
    this.#reportedFullAtMs = nowMs + Math.max(0, this.#burst - remaining) * this.#unitMs;
    this.#reportHoldsUntilMs = untilMs;
  }

  status(nowMs: number): RateLimitStatus {
    const reportedMs = nowMs < this.#reportHoldsUntilMs ? this.#reportedFullAtMs : -Infinity;
    const missingMs = Math.max(0, this.#fullAtMs - nowMs, reportedMs - nowMs);
    const available = this.#burst - missingMs / this.#unitMs;
    return { ratePerMinute: this.#ratePerMinute, burst: this.#burst, available };
  }
}
