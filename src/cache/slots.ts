/** What knows its place in `Slots`. */
export interface Slotted {
  /** Written by `Slots` only. */
  slot: number;
}

/**
 * Items in numbered places: each keeps its place while it is there, so that a walk that stops and goes on meets it once,
 * whatever came and went in between. Places are used again, the last one to become free first.
 */
export class Slots<T extends Slotted> {
  readonly #items: (T | undefined)[] = [];
  readonly #free: number[] = [];

  add(item: T): void {
    item.slot = this.#free.pop() ?? this.#items.length;
    this.#items[item.slot] = item;
  }

  remove({ slot }: T): void {
    this.#items[slot] = undefined;
    this.#free.push(slot);
  }

  /** Puts an item at the place of another. */
  replace({ slot }: T, item: T): void {
    item.slot = slot;
    this.#items[slot] = item;
  }

  /** All places there are, those that are free among them. */
  get length(): number {
    return this.#items.length;
  }

  at(slot: number): T | undefined {
    return this.#items[slot];
  }
}
