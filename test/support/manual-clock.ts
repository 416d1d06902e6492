import type { Clock, Timer } from '../../src/core/clock.js';

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is moved. Both its times start at `startMs`. */
export class ManualClock implements Clock {
  #nowMs: number;
  #order = 0;
  readonly #due = new Set<Due>();

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  epochMs(): number {
    return this.#nowMs;
  }

  schedule(callback: () => void, delayMs: number): Timer {
    const due = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback };
    this.#due.add(due);
    return { cancel: () => void this.#due.delete(due) };
  }

  /** Timers that have neither called back nor been cancelled. */
  get pending(): number {
    return this.#due.size;
  }

  /** When the next timer is due; `undefined` when there is none. */
  get nextAtMs(): number | undefined {
    return this.#next(Infinity)?.atMs;
  }

  /** Moves time on; timers call back in the order of their times, those that they set among them. */
  advance(deltaMs: number): void {
    const untilMs = this.#nowMs + deltaMs;
    for (let due = this.#next(untilMs); due !== undefined; due = this.#next(untilMs)) this.#ring(due);
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** The same, letting promises settle before the first timer, between timers and at the end. */
  async advanceAsync(deltaMs: number): Promise<void> {
    const untilMs = this.#nowMs + deltaMs;
    await settle();
    for (let due = this.#next(untilMs); due !== undefined; due = this.#next(untilMs)) {
      this.#ring(due);
      await settle();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** Lets time pass in which no timer can call back, as while the event loop is blocked; those that fall due are late. */
  block(deltaMs: number): void {
    this.#nowMs += deltaMs;
  }

  #ring(due: Due): void {
    this.#due.delete(due);
    this.#nowMs = Math.max(this.#nowMs, due.atMs);
    due.callback();
  }

  #next(untilMs: number): Due | undefined {
    let next: Due | undefined;
    for (const due of this.#due) {
      if (due.atMs > untilMs) continue;
      if (next === undefined || due.atMs < next.atMs || (due.atMs === next.atMs && due.order < next.order)) next = due;
    }
    return next;
  }
}

/** Lets all promises that can settle do so: a turn of the event loop ends only when no microtask is left. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
