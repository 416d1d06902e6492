import type { Expiring, Strategy } from './strategy.js';

interface Node<T> {
  readonly item: T;
  /** Counts insertions: among items whose time is over at once, the first to come is the first to go. */
  readonly order: number;
  /** Where it is in the heap. */
  place: number;
}

/**
 * The one whose time is over soonest goes first; use does not matter.
 *
 * A binary heap whose nodes know their places, so that one is taken out of the middle in O(log n).
 */
export class Ttl<T extends Expiring> implements Strategy<T> {
  readonly #nodes = new Map<string, Node<T>>();
  /** Invariant: no node goes before its parent, at `(place - 1) >> 1`, and `heap[node.place] === node`. */
  readonly #heap: Node<T>[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  get(digest: string): T | undefined {
    return this.#nodes.get(digest)?.item;
  }

  peek(digest: string): T | undefined {
    return this.get(digest);
  }

  add(digest: string, item: T): void {
    const node = { item, order: this.#order++, place: this.#heap.length };
    this.#nodes.set(digest, node);
    this.#heap.push(node);
    this.#rise(node);
  }

  delete(digest: string): void {
    const node = this.#nodes.get(digest);
    const last = this.#heap.at(-1);
    if (node === undefined || last === undefined) return;
    this.#nodes.delete(digest);
    this.#heap.pop();
    if (last === node) return;
    this.#put(last, node.place);
    this.#rise(last);
    this.#sink(last);
  }

  evict(): T | undefined {
    const item = this.#heap[0]?.item;
    if (item !== undefined) this.delete(item.digest);
    return item;
  }

  #rise(node: Node<T>): void {
    while (node.place > 0) {
      const parentPlace = (node.place - 1) >> 1;
      const parent = this.#heap[parentPlace]!;
      if (!goesBefore(node, parent)) return;
      this.#put(parent, node.place);
      this.#put(node, parentPlace);
    }
  }

  #sink(node: Node<T>): void {
    for (;;) {
      const left = this.#heap[2 * node.place + 1];
      const right = this.#heap[2 * node.place + 2];
      const child = left !== undefined && right !== undefined && goesBefore(right, left) ? right : left;
      if (child === undefined || !goesBefore(child, node)) return;
      const childPlace = child.place;
      this.#put(child, node.place);
      this.#put(node, childPlace);
    }
  }

  #put(node: Node<T>, place: number): void {
    node.place = place;
    this.#heap[place] = node;
  }
}

function goesBefore<T extends Expiring>(one: Node<T>, other: Node<T>): boolean {
  const [oneMs, otherMs] = [one.item.expiresAtMs, other.item.expiresAtMs];
  return oneMs < otherMs || (oneMs === otherMs && one.order < other.order);
}
