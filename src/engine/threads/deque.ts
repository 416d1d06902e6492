/** What a deque needs to know of an item: how many bytes of work it is. */
export interface Costed {
  readonly costBytes: number;
}

/**
 * The batches that wait for one worker: its owner takes from the front, thieves from the back.
 *
 * Invariant: `#items[#head .. #tail)` are the items in order, and `#bytes` is the sum of their costs.
 */
export class Deque<T extends Costed> {
  #items: (T | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** Work that waits here. */
  get bytes(): number {
    return this.#bytes;
  }

  pushBack(item: T): void {
    this.#items.push(item);
    this.#bytes += item.costBytes;
  }

  pushFront(item: T): void {
    if (this.#head === 0) this.#items.unshift(item);
    else this.#items[--this.#head] = item;
    this.#bytes += item.costBytes;
  }

  popFront(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head++] = undefined;
    this.#bytes -= item.costBytes;
    this.#compact();
    return item;
  }

  /** Takes items from the back until they hold at least half the bytes; at least one, in their order. */
  takeBackHalf(): T[] {
    const half = this.#bytes / 2;
    const taken: T[] = [];
    let takenBytes = 0;
    while (this.length > 0 && (taken.length === 0 || takenBytes < half)) {
      const item = this.#items.pop();
      if (item === undefined) break;
      taken.push(item);
      takenBytes += item.costBytes;
    }
    this.#bytes -= takenBytes;
    return taken.reverse();
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  /** Drops the free places at the front when they are most of the array, so that a push or pop costs O(1) on average. */
  #compact(): void {
    if (this.#head < 64 || this.#head * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}
