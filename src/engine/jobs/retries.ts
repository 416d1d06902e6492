import type { Clock, Timer } from '../../core/clock.js';

/** An item that waits to be tried again. */
export interface Retry<T> {
  readonly item: T;
  readonly ordinal: number;
  /** Which try it will be. */
  readonly attempt: number;
  readonly atMs: number;
}

/** Items that wait to be tried again, the earliest first, with one timer for all of them. */
export class Retries<T> {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  /** A binary heap of those that wait for their time: none is before its parent at `(index - 1) >> 1`. */
  #heap: Retry<T>[] = [];
  /** Those that wait for a slot only, from `#dueHead` on. */
  #due: Retry<T>[] = [];
  #dueHead = 0;
  #timer: Timer | undefined;
  /** When the timer rings; `Infinity` without one. */
  #timerAtMs = Infinity;

  /** @param onDue - called when something has fallen due; it stays here until it is taken. */
  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#heap.length + this.#due.length - this.#dueHead;
  }

  add(retry: Retry<T>): void {
    this.#heap.push(retry);
    this.#siftUp(this.#heap.length - 1);
    this.#setTimer();
  }

  /** The one that has been due for longest, if any is. */
  take(): Retry<T> | undefined {
    const retry = this.#due[this.#dueHead];
    if (retry === undefined) return undefined;
    this.#dueHead++;
    if (this.#dueHead * 2 > this.#due.length) {
      this.#due = this.#due.slice(this.#dueHead);
      this.#dueHead = 0;
    }
    return retry;
  }

  /** Drops all of them and stops the timer. */
  clear(): void {
    this.#heap = [];
    this.#due = [];
    this.#dueHead = 0;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
  }

  #setTimer(): void {
    const [first] = this.#heap;
    if (first === undefined || first.atMs >= this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = first.atMs;
    this.#timer = this.#clock.schedule(this.#onTimer, Math.max(0, first.atMs - this.#clock.monotonicMs()));
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
    const nowMs = this.#clock.monotonicMs();
    while (this.#heap[0] !== undefined && this.#heap[0].atMs <= nowMs) this.#due.push(this.#popHeap());
    this.#setTimer();
    this.#onDue();
  };

  #popHeap(): Retry<T> {
    const first = this.#heap[0]!;
    const last = this.#heap.pop()!;
    if (last === first) return first;
    this.#heap[0] = last;
    this.#siftDown();
    return first;
  }

  #siftUp(from: number): void {
    const heap = this.#heap;
    const moved = heap[from]!;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heap[parent]!.atMs <= moved.atMs) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = moved;
  }

  #siftDown(): void {
    const heap = this.#heap;
    const moved = heap[0]!;
    let index = 0;
    for (let child = 1; child < heap.length; child = 2 * index + 1) {
      if (child + 1 < heap.length && heap[child + 1]!.atMs < heap[child]!.atMs) child++;
      if (heap[child]!.atMs >= moved.atMs) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = moved;
  }
}
