import { SYSTEM_CLOCK, type Clock } from '../clock.js';
import { checkKnown, checkNumber } from '../options.js';
import { checkQueueMax, GRANT_QUEUE_MAX, GrantLine, refuseToWait, type AcquireUnitsOptions } from './grant-line.js';
import {
  resolveRateLimitOptions,
  TokenBucket,
  type RateLimitOptions,
  type RateLimitStatus,
  type ResolvedRateLimitOptions,
} from './token-bucket.js';

export interface RateLimiterOptions extends RateLimitOptions {
  /** Calls that may wait before `acquire` rejects. Integer, 1 to 2^24. @defaultValue 65536 */
  readonly queueMax?: number;
}

export interface ResolvedRateLimiterOptions extends ResolvedRateLimitOptions {
  readonly queueMax: number;
}

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveRateLimiterOptions(
  options: RateLimiterOptions,
  path = 'rateLimiter',
): ResolvedRateLimiterOptions {
  checkKnown(path, options, ['ratePerMinute', 'burst', 'queueMax']);
  const { queueMax = GRANT_QUEUE_MAX, ...limit } = options;
  return Object.freeze({
    ...resolveRateLimitOptions(limit, path),
    queueMax: checkQueueMax(`${path}.queueMax`, queueMax),
  });
}

/** Units that were taken from a limiter, reserved until it is known what was used. */
export interface Grant {
  /**
   * Says how many units were used: what was reserved beyond them flows back, what is missing is charged, also into debt that
   * later calls wait for. The last word counts; without one the reservation stays.
   *
   * @param actual - finite, 0 or more.
   */
  settle(actual: number): void;
}

export interface RateLimiterStatus extends RateLimitStatus {
  readonly waiting: number;
  /** How long the oldest call still waits; 0 when none does. */
  readonly waitMs: number;
  /** How long nothing will be granted because of `pause`. */
  readonly pausedMs: number;
}

/**
 * So many units a minute, in order of arrival.
 *
 * In any window of time at most `rate * window + burst` units are granted, less what was given back in it; as long as calls
 * wait, no less than the rate. A call costs at most `burst`: a larger one could be granted only by breaking that promise.
 */
export class RateLimiter {
  readonly #bucket: TokenBucket;
  readonly #line: GrantLine;

  constructor(options: RateLimiterOptions, clock: Clock = SYSTEM_CLOCK) {
    const { queueMax, ...limit } = resolveRateLimiterOptions(options);
    this.#bucket = new TokenBucket(limit);
    this.#line = new GrantLine([this.#bucket], queueMax, 'rateLimiter.queueMax', clock);
  }

  /**
   * Waits for `cost` units.
   *
   * @param cost - from 0 to `burst`.
   * @throws MillraceError `ERR_OPTION_RANGE`, `ERR_QUEUE_FULL` (with `wait: false` where it would have to wait), `ERR_ABORTED`.
   */
  async acquire(cost = 1, { wait = true, signal }: AcquireUnitsOptions = {}): Promise<Grant> {
    if (!wait) return this.tryAcquire(cost) ?? refuseToWait('rateLimiter');
    await this.#line.take([this.#checkCost(cost)], signal);
    return this.#grant(cost);
  }

  /** `cost` units if they are there and nobody waits; does not wait itself. @throws MillraceError `ERR_OPTION_RANGE`. */
  tryAcquire(cost = 1): Grant | undefined {
    return this.#line.tryTake([this.#checkCost(cost)]) ? this.#grant(cost) : undefined;
  }

  /** Grants nothing until `untilEpochMs`, as asked by a provider's `Retry-After`. A longer pause from before stays. */
  pause(untilEpochMs: number): void {
    this.#line.pause(checkNumber('rateLimiter.untilEpochMs', untilEpochMs, 0));
  }

  /**
   * Takes a provider's word, as its rate-limit headers have it, that only `remaining` units are left, and that this is over
   * at `resetEpochMs`. Meanwhile they grow again at the rate; a later word takes the place of this one.
   */
  adjust(remaining: number, resetEpochMs: number): void {
    const units = checkNumber('rateLimiter.remaining', remaining, 0);
    this.#line.report(this.#bucket, units, checkNumber('rateLimiter.resetEpochMs', resetEpochMs, 0));
  }

  status(): RateLimiterStatus {
    const { waiting } = this.#line;
    const bucket = this.#bucket.status(this.#line.nowMs());
    return { ...bucket, waiting, waitMs: this.#line.waitMs(), pausedMs: this.#line.pausedMs() };
  }

  #checkCost(cost: number): number {
    return checkNumber('rateLimiter.cost', cost, 0, this.#bucket.burst);
  }

  #grant(cost: number): Grant {
    let charged = cost;
    return {
      settle: (actual) => {
        const used = checkNumber('rateLimiter.actual', actual, 0);
        this.#line.charge([used - charged]);
        charged = used;
      },
    };
  }
}
