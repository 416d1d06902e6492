import { checkAborted, type AbortSource } from '../abort.js';
import type { Clock, Timer } from '../clock.js';
import { MillraceError } from '../errors.js';
import { checkInteger } from '../options.js';
import { LANE_ITEMS_LIMIT, Lanes } from './lanes.js';
import type { TokenBucket } from './token-bucket.js';
import { Waiter } from './waiter.js';

/** How units are waited for. */
export interface AcquireUnitsOptions {
  /** False: refused with `ERR_QUEUE_FULL` where it would have to wait. @defaultValue true */
  readonly wait?: boolean | undefined;
  readonly signal?: AbortSource | undefined;
}

/** @throws MillraceError `ERR_QUEUE_FULL`, for a call that does not want to wait. */
export function refuseToWait(limiter: string): never {
  throw new MillraceError('ERR_QUEUE_FULL', `${limiter} has not enough units now, and the call was not to wait`);
}

/** Calls that may wait in one line. */
export const GRANT_QUEUE_MAX = 65_536;

/** Refuses a bound of the line that is no integer from 1 to 2^24. */
export function checkQueueMax(path: string, value: unknown): number {
  return checkInteger(path, value, 1, LANE_ITEMS_LIMIT);
}

/** Time added to now can round to just before the moment meant; the next timer must not stand still there. */
const STEP_MS_MIN = 0.001;

/** A call that waits, with its cost in each bucket. */
interface Claim {
  readonly costs: readonly number[];
  readonly waiter: Waiter<void>;
}

/**
 * The line in front of one or more buckets, in order of arrival.
 *
 * Only the oldest call is looked at: it takes from all buckets in the same moment, or from none. So a large call is not starved
 * by small ones, and nothing is held in one bucket while another is waited for. There is a timer while somebody waits, one,
 * set for the moment at which the oldest call is due.
 */
export class GrantLine {
  readonly #buckets: readonly TokenBucket[];
  readonly #claims: Lanes<Claim>;
  readonly #clock: Clock;
  /** Times count from here, so that they are small numbers and keep fractions of a microsecond. */
  readonly #originMs: number;
  #pausedUntilMs = -Infinity;
  #timer: Timer | undefined;
  #timerAtMs = Infinity;

  /** @param bound - the option that sets `queueMax`, for the error. */
  constructor(buckets: readonly TokenBucket[], queueMax: number, bound: string, clock: Clock) {
    this.#buckets = buckets;
    this.#claims = new Lanes(1, queueMax, bound);
    this.#clock = clock;
    this.#originMs = clock.monotonicMs();
  }

  get waiting(): number {
    return this.#claims.length;
  }

  nowMs(): number {
    return this.#clock.monotonicMs() - this.#originMs;
  }

  /** How long the oldest call still waits; 0 when none does. */
  waitMs(): number {
    const oldest = this.#claims.first(0);
    return oldest === undefined ? 0 : Math.max(0, this.#dueAtMs(oldest.costs) - this.nowMs());
  }

  /** Takes the costs, one a bucket, if they are there and nobody waits for them. */
  tryTake(costs: readonly number[]): boolean {
    const nowMs = this.nowMs();
    if (this.#claims.length > 0 || this.#dueAtMs(costs) > nowMs) return false;
    this.#take(costs, nowMs);
    return true;
  }

  /** Takes the costs when it is their turn. @throws MillraceError `ERR_QUEUE_FULL`, `ERR_ABORTED`. */
  async take(costs: readonly number[], signal: AbortSource | undefined): Promise<void> {
    checkAborted(signal);
    if (this.tryTake(costs)) return;
    const waiter = new Waiter<void>();
    const ticket = this.#claims.push(0, { costs, waiter });
    this.#serve();
    await waiter.wait(signal, () => {
      this.#claims.remove(ticket);
      this.#serve();
    });
  }

  /** Charges each bucket what was used beyond the reserved, or gives back what was not used (below 0). */
  charge(units: readonly number[]): void {
    this.#take(units, this.nowMs());
    this.#serve();
  }

  /** Until then nothing is granted; an earlier pause that lasts longer stays. */
  pause(untilEpochMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#fromEpoch(untilEpochMs));
    this.#serve();
  }

  report(bucket: TokenBucket, remaining: number, untilEpochMs: number): void {
    bucket.report(remaining, this.#fromEpoch(untilEpochMs), this.nowMs());
    this.#serve();
  }

  /** How long nothing will be granted. */
  pausedMs(): number {
    return Math.max(0, this.#pausedUntilMs - this.nowMs());
  }

  /** Converted once: a clock that is set later moves no wait. */
  #fromEpoch(epochMs: number): number {
    return this.nowMs() + (epochMs - this.#clock.epochMs());
  }

  #dueAtMs(costs: readonly number[]): number {
    let dueAtMs = this.#pausedUntilMs;
    for (let index = 0; index < costs.length; index++) {
      dueAtMs = Math.max(dueAtMs, this.#buckets[index]!.dueAtMs(costs[index]!));
    }
    return dueAtMs;
  }

  #take(costs: readonly number[], nowMs: number): void {
    for (let index = 0; index < costs.length; index++) this.#buckets[index]!.take(costs[index]!, nowMs);
  }

  /** Grants what is due and sets the timer for the call that is the oldest then. */
  #serve(): void {
    const nowMs = this.nowMs();
    let dueAtMs = Infinity;
    for (let claim = this.#claims.first(0); claim !== undefined; claim = this.#claims.first(0)) {
      dueAtMs = this.#dueAtMs(claim.costs);
      if (dueAtMs > nowMs) break;
      this.#claims.shift(0);
      this.#take(claim.costs, nowMs);
      claim.waiter.resolve();
      dueAtMs = Infinity;
    }
    this.#wakeAt(dueAtMs, nowMs);
  }

  #wakeAt(dueAtMs: number, nowMs: number): void {
    if (dueAtMs === this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAtMs = dueAtMs;
    if (dueAtMs === Infinity) return;
    this.#timer = this.#clock.schedule(
      () => {
        this.#timerAtMs = Infinity;
        this.#serve();
      },
      Math.max(dueAtMs - nowMs, STEP_MS_MIN),
    );
  }
}
