/** A tier that is a `Map`, and can be told to take its time and to fail: what a stack of tiers is tested with. */
import type { Clock } from '../../src/core/clock.js';
import { MillraceError } from '../../src/core/errors.js';
import type { MaybePromise } from '../../src/core/maybe-promise.js';
import type { Entry, EntryHead, Key, Page, Tier, TierStats } from '../../src/cache/tier.js';

export interface StandInOptions {
  /** Answers by promises, and has committed a change only when `release` is called (or by itself, unless `isHeld`). */
  readonly isSlow?: boolean;
  /** Refuses functions as a tier does that serialises. */
  readonly serialises?: boolean;
  readonly entriesMax?: number;
}

type Operation = 'get' | 'set' | 'delete' | 'clear' | 'page' | 'sweep';

export class StandInTier implements Tier {
  readonly name: string;
  readonly entries = new Map<string, Entry>();
  /** Operations that fail until they are taken out. */
  readonly failing = new Set<Operation>();
  readonly log: string[] = [];
  /** Holds back every answer of a slow tier until `release`. */
  isHeld = false;
  isClosed = false;
  readonly #clock: Clock;
  readonly #options: StandInOptions;
  #gates: (() => void)[] = [];
  #counts = { hits: 0, misses: 0, expired: 0, mismatches: 0, sets: 0, evictions: 0 };

  constructor(name: string, clock: Clock, options: StandInOptions = {}) {
    this.name = name;
    this.#clock = clock;
    this.#options = options;
  }

  /** Lets everything that is held go on, the last first: the order of changes is not this tier's business. */
  release(): void {
    this.isHeld = false;
    const gates = this.#gates;
    this.#gates = [];
    for (const open of gates.reverse()) open();
  }

  get(key: Key): MaybePromise<Entry | undefined> {
    return this.#read('get', () => this.#find(key));
  }

  set(key: Key, entry: Entry): MaybePromise<void> {
    if (this.#options.serialises === true && typeof entry.value === 'function') {
      throw new MillraceError('ERR_CACHE_VALUE', 'value is a function');
    }
    return this.#change('set', () => {
      this.#counts.sets++;
      this.entries.delete(key.digest);
      this.entries.set(key.digest, entry);
      const [oldest] = this.entries.keys();
      if (oldest === undefined || this.entries.size <= (this.#options.entriesMax ?? Infinity)) return;
      this.entries.delete(oldest);
      this.#counts.evictions++;
    });
  }

  delete(digest: string): MaybePromise<boolean> {
    return this.#change('delete', () => this.entries.delete(digest));
  }

  clear(): MaybePromise<void> {
    return this.#change('clear', () => {
      this.entries.clear();
    });
  }

  page(cursor: string | undefined, limit: number): MaybePromise<Page> {
    return this.#read('page', () => {
      // By digest, so that a cursor means the same whatever comes and goes.
      const digests = [...this.entries.keys()].sort().filter((digest) => cursor === undefined || digest > cursor);
      const heads = digests.slice(0, limit).flatMap((digest): EntryHead[] => {
        const entry = this.entries.get(digest);
        return entry === undefined ? [] : [{ ...entry, digest }];
      });
      return { heads, cursor: digests.length > limit ? heads.at(-1)?.digest : undefined };
    });
  }

  sweep(): MaybePromise<boolean> {
    return this.#change('sweep', () => {
      for (const [digest, { expiresAtMs }] of this.entries) {
        if (expiresAtMs <= this.#clock.epochMs()) this.entries.delete(digest);
      }
      return false;
    });
  }

  stats(): TierStats {
    const bytes = [...this.entries.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    return {
      ...this.#counts,
      damaged: 0,
      entries: this.entries.size,
      bytes,
      bytesMax: 1e9,
      rawBytes: 2 * bytes,
    };
  }

  close(): MaybePromise<void> {
    this.isClosed = true;
  }

  #find({ digest, check }: Key): Entry | undefined {
    const entry = this.entries.get(digest);
    const isExpired = entry !== undefined && entry.expiresAtMs <= this.#clock.epochMs();
    if (entry === undefined || isExpired || entry.check !== check()) {
      this.#counts.misses++;
      if (isExpired) this.#counts.expired++;
      else if (entry !== undefined) this.#counts.mismatches++;
      return undefined;
    }
    this.#counts.hits++;
    return entry;
  }

  /** A slow tier reads what it has committed when it is asked, and answers later. */
  #read<T>(operation: Operation, run: () => T): MaybePromise<T> {
    this.log.push(operation);
    const result = this.#attempt(operation, run);
    return this.#options.isSlow === true ? this.#later(result) : result();
  }

  /** A slow tier commits when it likes. */
  #change<T>(operation: Operation, run: () => T): MaybePromise<T> {
    this.log.push(operation);
    if (this.#options.isSlow !== true) return this.#attempt(operation, run)();
    const gate = this.#gate();
    return (async () => {
      await gate;
      return this.#attempt(operation, run)();
    })();
  }

  #attempt<T>(operation: Operation, run: () => T): () => T {
    if (this.failing.has(operation)) {
      return () => {
        throw new Error(`${this.name} cannot ${operation}`);
      };
    }
    const result = run();
    return () => result;
  }

  async #later<T>(result: () => T): Promise<T> {
    await this.#gate();
    return result();
  }

  async #gate(): Promise<void> {
    if (this.isHeld) await new Promise<void>((open) => this.#gates.push(open));
    else await Promise.resolve();
  }
}

/** A key whose digest and check are told; collisions are made by equal digests. */
export function keyOf(digest: string, check = `check of ${digest}`, name?: string): Key {
  return { digest, name, check: () => check };
}
