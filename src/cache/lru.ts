import { LRUCache } from 'lru-cache';
import type { Expiring, Strategy } from './strategy.js';

/** The least recently used goes first. */
export class Lru<T extends Expiring> implements Strategy<T> {
  readonly #cache: LRUCache<string, T>;

  /** @param entriesMax - what is allocated for at once, about 30 bytes each; the owner never adds one more. */
  constructor(entriesMax: number) {
    this.#cache = new LRUCache({ max: entriesMax });
  }

  get size(): number {
    return this.#cache.size;
  }

  get(digest: string): T | undefined {
    return this.#cache.get(digest);
  }

  peek(digest: string): T | undefined {
    return this.#cache.peek(digest);
  }

  add(digest: string, item: T): void {
    this.#cache.set(digest, item);
  }

  delete(digest: string): void {
    this.#cache.delete(digest);
  }

  evict(): T | undefined {
    return this.#cache.pop();
  }
}
