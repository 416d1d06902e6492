import type { Clock, Timer } from '../clock.js';
import { LANE_ITEMS_LIMIT, Lanes, type Ticket } from './lanes.js';

interface Deadline {
  readonly atMs: number;
  readonly callback: () => void;
}

/**
 * Time limits of one length over one timer: what is begun later is due later, so they stand in a line of which only the first is
 * looked at. A timer for each costs a microsecond, and calls that are answered in time need none.
 */
export class Deadlines {
  /** From `add` until the callback. */
  readonly delayMs: number;
  readonly #clock: Clock;
  readonly #line = new Lanes<Deadline>(1, LANE_ITEMS_LIMIT, 'calls with a time limit');
  #timer: Timer | undefined;

  constructor(delayMs: number, clock: Clock) {
    this.delayMs = delayMs;
    this.#clock = clock;
  }

  /** Calls back once, when the time is over, unless it is removed before. */
  add(callback: () => void): Ticket {
    const ticket = this.#line.push(0, { atMs: this.#clock.monotonicMs() + this.delayMs, callback });
    this.#timer ??= this.#clock.schedule(this.#onTimer, this.delayMs);
    return ticket;
  }

  /** Does nothing when it has called back. */
  remove(ticket: Ticket): void {
    this.#line.remove(ticket);
    if (this.#line.length > 0) return;
    this.#timer?.cancel(); // So that the process can end.
    this.#timer = undefined;
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    let first = this.#line.first(0);
    for (; first !== undefined && first.atMs <= nowMs; first = this.#line.first(0)) {
      this.#line.shift(0);
      first.callback();
    }
    if (first !== undefined) this.#timer ??= this.#clock.schedule(this.#onTimer, first.atMs - nowMs);
  };
}
