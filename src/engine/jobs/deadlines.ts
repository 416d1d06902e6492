import type { Clock, Timer } from '../../core/clock.js';

/** Something that must be over by a time; in one list at most. */
export class Deadline {
  atMs = 0;
  previous: Deadline | undefined = undefined;
  next: Deadline | undefined = undefined;
}

/**
 * Deadlines that are all the same time ahead when they are set, so that the order of setting is the order of falling due: a
 * linked list and one timer do for any number of them, and nothing is allocated.
 *
 * The timer stands at the time of what was the first deadline when it was set. When that one has been removed, the timer
 * finds a later one and moves on: removing costs no timer.
 *
 * Invariant: `#first` to `#last` is in order of `atMs`.
 */
export class Deadlines<T extends Deadline> {
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #onDue: (deadline: T) => void;
  #first: Deadline | undefined;
  #last: Deadline | undefined;
  #timer: Timer | undefined;
  #isRinging = false;

  /** @param onDue - called with each deadline that is over, which has been removed by then. */
  constructor(clock: Clock, afterMs: number, onDue: (deadline: T) => void) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#onDue = onDue;
  }

  set(deadline: T): void {
    deadline.atMs = this.#clock.monotonicMs() + this.#afterMs;
    deadline.previous = this.#last;
    deadline.next = undefined;
    if (this.#last === undefined) this.#first = deadline;
    else this.#last.next = deadline;
    this.#last = deadline;
    // While the timer's call is under way an earlier deadline may be first: it is set behind them all.
    if (!this.#isRinging) this.#timer ??= this.#clock.schedule(this.#onTimer, this.#afterMs);
  }

  remove(deadline: Deadline): void {
    const { previous, next } = deadline;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    deadline.previous = undefined;
    deadline.next = undefined;
  }

  /** All of them, the earliest first; `visit` may remove the one that it is given. */
  forEach(visit: (deadline: T) => void): void {
    let deadline = this.#first;
    while (deadline !== undefined) {
      const { next } = deadline;
      visit(deadline as T);
      deadline = next;
    }
  }

  /** Stops the timer. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    this.#isRinging = true;
    const nowMs = this.#clock.monotonicMs();
    while (this.#first !== undefined && this.#first.atMs <= nowMs) {
      const due = this.#first;
      this.remove(due);
      this.#onDue(due as T);
    }
    this.#isRinging = false;
    if (this.#first !== undefined) this.#timer = this.#clock.schedule(this.#onTimer, this.#first.atMs - nowMs);
  };
}
