/**
 * What is pushed, in order, for one consumer that waits. Not bounded by itself: whoever pushes counts what is outstanding.
 */
export class ArrivalQueue<T> implements AsyncIterableIterator<T, undefined> {
  #items: T[] = [];
  /** Items before it are taken. */
  #head = 0;
  #isEnded = false;
  #wake: (() => void) | undefined;

  [Symbol.asyncIterator](): this {
    return this;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  /** What was pushed can still be taken. */
  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    while (this.#head === this.#items.length && !this.#isEnded) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#wake = undefined;
    const item = this.#items[this.#head];
    if (item === undefined) return { done: true, value: undefined };
    this.#head++;
    this.#letGo();
    return { done: false, value: item };
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#items.length = this.#head = 0;
    this.end();
    return { done: true, value: undefined };
  }

  /** Taken items are let go together: each is moved once at most on average. */
  #letGo(): void {
    if (this.#head * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}
