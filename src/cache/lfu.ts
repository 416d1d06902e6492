import type { Expiring, Strategy } from './strategy.js';

/** After so many uses for each item held, all counts are halved. */
export const USES_PER_AGEING = 10;

/** One in the list of all items, in the order in which they go. */
interface Node<T> {
  readonly item: T;
  /** Where it was put; `bucketOf` says where that is by now. */
  bucket: Bucket<T> | undefined;
  previous: Node<T> | undefined;
  next: Node<T> | undefined;
}

/** The items with one count: a stretch of the list that ends at `last`. */
interface Bucket<T> {
  count: number;
  size: number;
  last: Node<T>;
  previous: Bucket<T> | undefined;
  next: Bucket<T> | undefined;
  /** The bucket that has taken this one in, when ageing gave both the same count. */
  mergedInto: Bucket<T> | undefined;
}

/**
 * The least frequently used goes first, of equals the least recently used.
 *
 *     goes first ─▶ a  b │ c │ d  e  f │ g      the list of items
 *                    1   │ 2 │    5    │ 9      the buckets: a count, and the last item that has it
 *
 * A use moves an item behind the last one of the next count, which is in its own bucket or the one behind it: O(1), as in Shah,
 * Mitra and Matani 2010, "An O(1) algorithm for implementing the LFU cache eviction scheme".
 *
 * So that yesterday's favourites leave, all counts are halved (rounded down) after `USES_PER_AGEING` uses for each item held; items
 * stay in their order. That is the reset of Einziger, Friedman and Manes 2017, "TinyLFU: a highly efficient cache admission policy".
 * It touches the buckets and no item: of two that have the same count now the first takes the other in, and items find out when
 * they are next moved. The counts of n items add up to about 20 n at most, so there are at most about √(40 n) buckets: 6,300 for a million.
 */
export class Lfu<T extends Expiring> implements Strategy<T> {
  readonly #nodes = new Map<string, Node<T>>();
  #firstNode: Node<T> | undefined;
  #firstBucket: Bucket<T> | undefined;
  #usesSinceAgeing = 0;

  get size(): number {
    return this.#nodes.size;
  }

  get(digest: string): T | undefined {
    const node = this.#nodes.get(digest);
    if (node === undefined) return undefined;
    this.#raise(node);
    this.#countUse();
    return node.item;
  }

  peek(digest: string): T | undefined {
    return this.#nodes.get(digest)?.item;
  }

  add(digest: string, item: T): void {
    // Only ageing brings items to a count of 0; a new one goes behind them.
    const zero = this.#firstBucket?.count === 0 ? this.#firstBucket : undefined;
    const node: Node<T> = { item, bucket: undefined, previous: undefined, next: undefined };
    this.#nodes.set(digest, node);
    this.#join(node, 1, zero);
    this.#countUse();
  }

  delete(digest: string): void {
    const node = this.#nodes.get(digest);
    if (node === undefined) return;
    this.#nodes.delete(digest);
    this.#leave(node, bucketOf(node));
  }

  evict(): T | undefined {
    const item = this.#firstNode?.item;
    if (item !== undefined) this.delete(item.digest);
    return item;
  }

  #raise(node: Node<T>): void {
    const bucket = bucketOf(node);
    const count = bucket.count + 1;
    if (bucket.size === 1 && bucket.next?.count !== count) {
      bucket.count = count; // It is between the same two, and nothing is allocated.
      return;
    }
    const behind = bucket.size === 1 ? bucket.previous : bucket;
    this.#leave(node, bucket);
    this.#join(node, count, behind);
  }

  /** Takes a node out of the list and its bucket, and the bucket out when it is empty then. */
  #leave(node: Node<T>, bucket: Bucket<T>): void {
    if (node.previous === undefined) this.#firstNode = node.next;
    else node.previous.next = node.next;
    if (node.next !== undefined) node.next.previous = node.previous;

    bucket.size--;
    if (bucket.size === 0) this.#removeBucket(bucket);
    else if (bucket.last === node) bucket.last = node.previous!;
  }

  /** Puts a node that is in no list at the end of the bucket of its count, which follows `behind` or is made there. */
  #join(node: Node<T>, count: number, behind: Bucket<T> | undefined): void {
    const next = behind === undefined ? this.#firstBucket : behind.next;
    const found = next?.count === count ? next : undefined;
    this.#insertNode(node, found === undefined ? behind?.last : found.last);
    if (found === undefined) {
      node.bucket = this.#insertBucket(node, count, behind, next);
      return;
    }
    found.size++;
    found.last = node;
    node.bucket = found;
  }

  #insertNode(node: Node<T>, behind: Node<T> | undefined): void {
    node.previous = behind;
    node.next = behind === undefined ? this.#firstNode : behind.next;
    if (behind === undefined) this.#firstNode = node;
    else behind.next = node;
    if (node.next !== undefined) node.next.previous = node;
  }

  #insertBucket(last: Node<T>, count: number, previous?: Bucket<T>, next?: Bucket<T>): Bucket<T> {
    const bucket: Bucket<T> = { count, size: 1, last, previous, next, mergedInto: undefined };
    if (previous === undefined) this.#firstBucket = bucket;
    else previous.next = bucket;
    if (next !== undefined) next.previous = bucket;
    return bucket;
  }

  #removeBucket({ previous, next }: Bucket<T>): void {
    if (previous === undefined) this.#firstBucket = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
  }

  #countUse(): void {
    this.#usesSinceAgeing++;
    if (this.#usesSinceAgeing < USES_PER_AGEING * this.#nodes.size) return;
    this.#usesSinceAgeing = 0;
    for (let bucket = this.#firstBucket; bucket !== undefined; bucket = bucket.next) {
      bucket.count >>= 1;
      const { previous } = bucket;
      if (previous?.count === bucket.count) this.#merge(previous, bucket);
    }
  }

  /** The first of two neighbours takes the second in: its items stay where they are in the list. */
  #merge(bucket: Bucket<T>, merged: Bucket<T>): void {
    bucket.size += merged.size;
    bucket.last = merged.last;
    this.#removeBucket(merged);
    merged.mergedInto = bucket;
  }
}

function bucketOf<T>(node: Node<T>): Bucket<T> {
  let bucket = node.bucket!;
  while (bucket.mergedInto !== undefined) bucket = bucket.mergedInto;
  node.bucket = bucket;
  return bucket;
}
