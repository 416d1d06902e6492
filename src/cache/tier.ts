import type { MaybePromise } from '../core/maybe-promise.js';

/**
 * What an entry is found by.
 *
 * MurmurHash3 finds the entry, and colliding texts can be written on purpose; the check, which nobody can compute who does
 * not know the secret, proves that it is the right one. It is computed when an entry has been found, not before: a miss,
 * the most frequent answer, does not pay for it.
 */
export interface Key {
  /** MurmurHash3 x64 128 as sixteen characters below U+0100, a byte each: cheap to make and to look up in a `Map`. */
  readonly digest: string;
  /** What a named key was made of; content has none. */
  readonly name?: string | undefined;
  /** The check of the same content, a byte a character, computed at the first call. */
  check(): string;
}

/** A value with what every tier must know of it. */
export interface Entry {
  /** `Key.check` of the content that the value was computed from. */
  readonly check: string;
  /** `undefined` stands for a negative result: it is known that there is none. */
  readonly value: unknown;
  /** Milliseconds since 1970 from which on the entry is a miss; `Infinity`: never. */
  readonly expiresAtMs: number;
  /** What the value weighs in memory, for bounds in bytes. */
  readonly bytes: number;
  /** The name that the key was made of, for invalidation by pattern; content has none. */
  readonly name: string | undefined;
  readonly tags: readonly string[];
}

/** What can be known of an entry without its value. */
export interface EntryHead extends Omit<Entry, 'value'> {
  readonly digest: string;
}

/**
 * One tier of the cache. All of them pass `test/cache/tier-conformance.ts`.
 *
 * A tier never throws for what it holds: an entry that has expired, that is damaged or that belongs to other content is a
 * miss and a number in the statistics. A tier that answers from memory does so without a promise.
 */
export interface Tier {
  readonly name: string;
  get(key: Key): MaybePromise<Entry | undefined>;
  /**
   * Stores an entry, in place of the one of the same digest; others may be evicted, and an entry that is larger than the tier
   * may hold is not stored. With a promise the entry is stored when it resolves.
   *
   * @throws MillraceError `ERR_CACHE_VALUE` when the tier has to serialise the value and cannot.
   */
  set(key: Key, entry: Entry): MaybePromise<void>;
  /** Whether there was such an entry. */
  delete(digest: string): MaybePromise<boolean>;
  clear(): MaybePromise<void>;
  /**
   * Up to `limit` heads in an order of the tier's own, beginning behind `cursor` (`undefined`: at the first); the last page has
   * `cursor: undefined`. Entries that are there throughout a walk are in it once; others may be.
   */
  page(cursor: string | undefined, limit: number): MaybePromise<Page>;
  /** Removes entries that have expired, for at most `budgetMs`; true when there may be more. */
  sweep(budgetMs: number): MaybePromise<boolean>;
  stats(): TierStats;
  close(): MaybePromise<void>;
}

export interface Page {
  readonly heads: readonly EntryHead[];
  readonly cursor: string | undefined;
}

/** What a tier has done since it was made, and what it holds now. */
export interface TierStats {
  readonly hits: number;
  /** All that was asked for and not found, the following four among them. */
  readonly misses: number;
  /** Misses because the entry's time was over. */
  readonly expired: number;
  /** Misses because the entry belongs to other content with the same digest. */
  readonly mismatches: number;
  /** Misses because the entry could not be read back. */
  readonly damaged: number;
  readonly sets: number;
  /** Entries that had to go for others. */
  readonly evictions: number;
  readonly entries: number;
  /** What the entries weigh: in memory, compressed, or on disk. */
  readonly bytes: number;
  readonly bytesMax: number;
  /** The same entries' bytes before compression; equal to `bytes` in a tier that does not compress. */
  readonly rawBytes: number;
  /** Reads and writes that failed and were a miss, or cost the entry. */
  readonly failures?: number;
  /** Of a tier with a Bloom filter in front. */
  readonly guard?: GuardCounts | undefined;
}

/** What a Bloom filter has answered. */
export interface GuardCounts {
  /** Look-ups answered with "surely absent". */
  readonly absent: number;
  /** Look-ups answered with "maybe" where there was nothing. */
  readonly falsePositives: number;
}
