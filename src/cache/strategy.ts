/**
 * Which entry of a full tier goes first.
 *
 * A strategy holds the items; the tier knows when it is full. Putting an item in place of another is a deletion and an
 * insertion: it starts as a new one.
 */
export interface Strategy<T extends Expiring> {
  readonly size: number;
  /** The item, which counts as a use of it. */
  get(digest: string): T | undefined;
  /** The item, which does not. */
  peek(digest: string): T | undefined;
  /** Takes in an item whose digest is not there. */
  add(digest: string, item: T): void;
  delete(digest: string): void;
  /** Takes out the item that goes first; `undefined` when there is none. */
  evict(): T | undefined;
}

/** What the strategies need to know of an item. */
export interface Expiring {
  readonly digest: string;
  /** Milliseconds since 1970; `Infinity`: never. */
  readonly expiresAtMs: number;
}

export const STRATEGY_NAMES = ['lru', 'lfu', 'ttl'] as const;
export type StrategyName = (typeof STRATEGY_NAMES)[number];
