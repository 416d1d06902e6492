import { checkAborted } from '../../core/abort.js';
import type { Clock, Timer } from '../../core/clock.js';
import { Waiter } from '../../core/flow/waiter.js';

export interface PacerOptions {
  /** Arrivals a second; any positive number. */
  readonly perSecond: number;
  /** Arrivals in all. Integer, 1 or more. */
  readonly arrivals: number;
  readonly clock: Clock;
}

/** Arrivals `from` to `to`, the latter excluded, whose times have come. */
export type Arrive = (from: number, to: number) => void;

/** Arrivals due meanwhile come together: at 4,000 a second some twenty, and one timer for all of them. */
export const TICK_MS = 5;

/**
 * An open loop of arrivals: their times are fixed when it begins, and depend on nothing that happens afterwards.
 *
 * Arrival `n` is due at `startMs + n / rate`. When the process was busy at that time it comes late, together with all others
 * that are due, and keeps its time: whoever measures from there does not omit the wait that a stall caused to those that would
 * have come during it (Tene 2013, "How NOT to Measure Latency", calls that coordinated omission).
 */
export class Pacer {
  readonly #options: PacerOptions;
  #startMs = 0;
  #next = 0;

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  /** When an arrival is due, in milliseconds of the clock; of use once `run` has begun. */
  dueMs(arrival: number): number {
    return this.#startMs + (arrival * 1000) / this.#options.perSecond;
  }

  /**
   * Calls `arrive` whenever arrivals are due, each of them once and in order, until all have come.
   *
   * @throws MillraceError `ERR_ABORTED`; whatever `arrive` throws.
   */
  async run(arrive: Arrive, signal: AbortSignal): Promise<void> {
    checkAborted(signal);
    const { clock } = this.#options;
    this.#startMs = clock.monotonicMs();
    const waiter = new Waiter<void>();
    let timer: Timer | undefined;
    const tick = (): void => {
      try {
        if (this.#arriveDue(arrive)) waiter.resolve();
        else timer = clock.schedule(tick, TICK_MS);
      } catch (thrown) {
        waiter.reject(thrown);
      }
    };
    const end = waiter.wait(signal, () => timer?.cancel());
    tick();
    return end;
  }

  /** @returns whether that were all. */
  #arriveDue(arrive: Arrive): boolean {
    const { perSecond, arrivals, clock } = this.#options;
    const elapsedMs = clock.monotonicMs() - this.#startMs;
    const due = Math.min(Math.floor((elapsedMs * perSecond) / 1000) + 1, arrivals);
    const from = this.#next;
    this.#next = Math.max(from, due);
    if (due > from) arrive(from, due);
    return this.#next === arrivals;
  }
}
