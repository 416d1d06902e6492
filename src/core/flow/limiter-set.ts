import { SYSTEM_CLOCK, type Clock } from '../clock.js';
import { MillraceError } from '../errors.js';
import { checkKnown, checkNumber, checkOptions, describe, optionPath } from '../options.js';
import { checkQueueMax, GRANT_QUEUE_MAX, GrantLine, refuseToWait, type AcquireUnitsOptions } from './grant-line.js';
import { resolveRateLimitOptions, TokenBucket, type RateLimitOptions, type RateLimitStatus } from './token-bucket.js';

export interface LimiterSetOptions {
  /** Calls that may wait before `acquire` rejects. Integer, 1 to 2^24. @defaultValue 65536 */
  readonly queueMax?: number;
}

/** Units of each limit; 0 of one that is left out. */
export type Costs<Name extends string> = Readonly<Partial<Record<Name, number>>>;

/** Units that were taken from the limits, reserved until it is known what was used. */
export interface SetGrant<Name extends string> {
  /** Like `Grant.settle`, for the limits that are named; the reservation of the others stays. */
  settle(actual: Costs<Name>): void;
}

export interface LimiterSetStatus {
  readonly limits: Readonly<Record<string, RateLimitStatus>>;
  readonly waiting: number;
  /** How long the oldest call still waits; 0 when none does. */
  readonly waitMs: number;
  /** How long nothing will be granted because of `pause`. */
  readonly pausedMs: number;
}

/**
 * Several limits at once, such as requests and tokens a minute: a call is granted when all of them have its units, and takes
 * them in the same moment. Each limit keeps the promise of `RateLimiter`.
 */
export class LimiterSet<Name extends string> {
  readonly #names: readonly string[];
  readonly #buckets: readonly TokenBucket[];
  readonly #line: GrantLine;

  /** @param limits - by name, at least one. */
  constructor(
    limits: Readonly<Record<Name, RateLimitOptions>>,
    options: LimiterSetOptions = {},
    clock: Clock = SYSTEM_CLOCK,
  ) {
    checkKnown('limiterSet', options, ['queueMax']);
    const { queueMax = GRANT_QUEUE_MAX } = options;
    const entries = Object.entries<RateLimitOptions>(limits);
    if (entries.length === 0) {
      throw new MillraceError('ERR_OPTION_RANGE', `limiterSet.limits must have a limit or more, got {}`);
    }
    this.#names = entries.map(([name]) => name);
    this.#buckets = entries.map(([name, limit]) => {
      return new TokenBucket(resolveRateLimitOptions(limit, optionPath('limiterSet.limits', name)));
    });
    const checkedMax = checkQueueMax('limiterSet.queueMax', queueMax);
    this.#line = new GrantLine(this.#buckets, checkedMax, 'limiterSet.queueMax', clock);
  }

  /**
   * Waits for the units of all limits.
   *
   * @param costs - for each limit from 0 to its `burst`.
   * @throws MillraceError `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`, `ERR_QUEUE_FULL` (with `wait: false` where it would have to
   * wait), `ERR_ABORTED`.
   */
  async acquire(costs: Costs<Name>, { wait = true, signal }: AcquireUnitsOptions = {}): Promise<SetGrant<Name>> {
    if (!wait) return this.tryAcquire(costs) ?? refuseToWait('limiterSet');
    const units = this.#checkCosts(costs);
    await this.#line.take(units, signal);
    return this.#grant(units);
  }

  /** The units if all are there and nobody waits; does not wait itself. @throws as `acquire`. */
  tryAcquire(costs: Costs<Name>): SetGrant<Name> | undefined {
    const units = this.#checkCosts(costs);
    return this.#line.tryTake(units) ? this.#grant(units) : undefined;
  }

  /** Like `RateLimiter.pause`, for all limits. */
  pause(untilEpochMs: number): void {
    this.#line.pause(checkNumber('limiterSet.untilEpochMs', untilEpochMs, 0));
  }

  /** Like `RateLimiter.adjust`, for one limit. */
  adjust(name: Name, remaining: number, resetEpochMs: number): void {
    const bucket = this.#buckets[this.#names.indexOf(name)];
    if (bucket === undefined) {
      const message = `limiterSet.limits has ${this.#names.join(', ')}, got ${describe(name)}`;
      throw new MillraceError('ERR_OPTION_UNKNOWN', message);
    }
    const units = checkNumber('limiterSet.remaining', remaining, 0);
    this.#line.report(bucket, units, checkNumber('limiterSet.resetEpochMs', resetEpochMs, 0));
  }

  status(): LimiterSetStatus {
    const { waiting } = this.#line;
    const nowMs = this.#line.nowMs();
    const limits = Object.fromEntries(
      this.#buckets.map((bucket, index) => [this.#names[index]!, bucket.status(nowMs)]),
    );
    return { limits, waiting, waitMs: this.#line.waitMs(), pausedMs: this.#line.pausedMs() };
  }

  #checkCosts(costs: Costs<Name>): number[] {
    const given = checkOptions('limiterSet.costs', costs, this.#names);
    return this.#names.map((name, index) => {
      return checkNumber(`limiterSet.costs.${name}`, given[name] ?? 0, 0, this.#buckets[index]!.burst);
    });
  }

  #grant(units: readonly number[]): SetGrant<Name> {
    let charged = units;
    return {
      settle: (actual) => {
        const given = checkOptions('limiterSet.actual', actual, this.#names);
        const used = this.#names.map((name, index) => {
          return checkNumber(`limiterSet.actual.${name}`, given[name] ?? charged[index], 0);
        });
        this.#line.charge(used.map((units, index) => units - charged[index]!));
        charged = used;
      },
    };
  }
}
