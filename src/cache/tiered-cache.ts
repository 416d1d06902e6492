import { setImmediate as nextTurn } from 'node:timers/promises';
import { abortable, checkAborted } from '../core/abort.js';
import type { Clock } from '../core/clock.js';
import { MillraceError } from '../core/errors.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import { checkInteger, checkString } from '../core/options.js';
import {
  resolveSetOptions,
  resolveWarmOptions,
  type KeyOptions,
  type ResolvedSetOptions,
  type SetOptions,
  type WarmOptions,
} from './call-options.js';
import { stackStats, type StackSample, type StackStats } from './cache-stats.js';
import { Flights, type Flight, type Subject } from './flights.js';
import type { Content } from './hasher.js';
import type { KeyMaker } from './key.js';
import { Reads } from './reads.js';
import { settleAll } from './settle-all.js';
import type { Entry, EntryHead, Key, Tier } from './tier.js';
import { TierSlot, type Watch } from './tier-slot.js';
import { FirstOf, warmFromTier } from './warm-up.js';
import { weigh } from './weigh.js';
import { wildcard } from './wildcard.js';
import { WriteWindow } from './write-window.js';

/** What a look-up found. `value` is `undefined` where it is known that there is none. */
export type Hit = Pick<Entry, 'value' | 'expiresAtMs' | 'tags'>;

/** How a stack of tiers behaves; complete. */
export interface StackSettings {
  readonly ttlMs: number;
  /** 0: what is not there is not remembered. */
  readonly negativeTtlMs: number;
  readonly write: 'through' | 'behind';
  /** Weight of entries that may be on their way to slow tiers before a writer waits. */
  readonly writeBytesMax: number;
  readonly waitersMax: number;
  /** Bounds of the first tier, up to which a warm-up fills it. */
  readonly entriesMax: number;
  readonly bytesMax: number;
  readonly sizeBytes: ((value: unknown) => number) | undefined;
}

/** Makes keys of one namespace: `NamespaceKeys`. */
export interface KeySource {
  of(content: Content, identity?: KeyOptions): Key;
  named(name: string): Key;
  maker(identity: KeyOptions): KeyMaker;
}

/** Heads looked at between two turns of the event loop: 0.1 ms in memory, about 0.6 ms on disk. */
const PAGE_ENTRIES = 128;
/** Writes of one `setMany` under way at once: what a tier commits together. */
const WRITES_MAX = 1024;
/** Of an entry beside its value, in the tables of a tier; about. */
const ENTRY_BYTES = 160;

/**
 * One namespace: tiers from the fastest to the slowest, seen as one cache.
 *
 * A look-up asks them in order, and what a lower one has is copied into those above, with its time of expiry. A change goes to
 * all of them. Readers are never failed by a tier: what fails is a miss and is counted.
 *
 * A change of a key (`set`, `delete`), an invalidation that meets it and `clear` come before the result of any look-up or
 * computation that began earlier: that result goes to those who waited for it and is not stored.
 *
 * Values in memory are handed out as they are; whoever changes one changes it for all.
 */
export class TieredCache {
  readonly name: string;
  readonly #keys: KeySource;
  readonly #settings: StackSettings;
  readonly #clock: Clock;
  readonly #slots: readonly TierSlot[];
  readonly #first: TierSlot;
  readonly #reads = new Reads();
  readonly #flights: Flights;
  #gets = 0;
  #closing: Promise<void> | undefined;

  /** @param tiers - from the fastest to the slowest, at least one. */
  constructor(name: string, tiers: readonly Tier[], keys: KeySource, settings: StackSettings, clock: Clock) {
    this.name = name;
    this.#keys = keys;
    this.#settings = settings;
    this.#clock = clock;
    this.#slots = tiers.map((tier) => new TierSlot(tier, clock));
    const [first] = this.#slots;
    if (first === undefined) throw new MillraceError('ERR_INTERNAL', `the cache ${name} has no tier`);
    this.#first = first;
    this.#flights = new Flights(settings.waitersMax);
  }

  /** The key of content: equal for equal bytes, stage and options. */
  key(content: Content, identity?: KeyOptions): Key {
    return this.#keys.of(content, identity);
  }

  /** What makes the keys of one stage and its options; `key` looks them up each time, which costs some µs. */
  keyMaker(identity: KeyOptions): KeyMaker {
    return this.#keys.maker(identity);
  }

  /** The key of a name, which `invalidateNames` can find. */
  named(name: string): Key {
    return this.#keys.named(name);
  }

  /**
   * What is stored under a key: at once where a tier in memory has it, and without a promise where none has to be asked that
   * answers by one.
   *
   * @throws MillraceError `ERR_CLOSED`.
   */
  get(key: Key): MaybePromise<Hit | undefined> {
    if (this.#closing !== undefined) throw this.#closedError();
    this.#gets++;
    const found = this.#first.get(key);
    if (found === undefined) return this.#lookBelow(key);
    return isPromise(found) ? this.#lookLate(key, found, 0) : found;
  }

  /** The hits of several keys, in their order. */
  getMany(keys: readonly Key[]): MaybePromise<readonly (Hit | undefined)[]> {
    const hits = keys.map((key) => this.get(key));
    return hits.some(isPromise) ? allOf(hits) : (hits as readonly (Hit | undefined)[]);
  }

  /**
   * Stores a value in all tiers; `undefined` says that there is none.
   *
   * Resolves, writing through, when the slowest tier has the value; writing behind, at once, unless the key's last change is
   * still on its way, or when there is room. Tiers in
   * memory have it before the call returns. A tier that fails is counted and has no entry for the key.
   *
   * @throws MillraceError `ERR_CACHE_VALUE` when a tier has to serialise the value and cannot: the key has no entry then, in no
   * tier; `ERR_ABORTED`, `ERR_CLOSED`, `ERR_OPTION_RANGE`, `ERR_OPTION_TYPE`.
   */
  async set(key: Key, value: unknown, options?: SetOptions): Promise<void> {
    this.#checkOpen();
    const resolved = resolveSetOptions(options);
    checkAborted(resolved.signal);
    const entry = this.#entryOf(key, value, resolved);
    this.#supersede(key.digest);
    if (entry === undefined) await this.#remove(key.digest);
    else await abortable(this.#store(key, entry), resolved.signal, () => undefined);
  }

  /** Stores several values; a value in doubt stops those behind it. Resolves as `set` does, for all of them. */
  async setMany(
    entries: Iterable<readonly [Key, unknown]> | AsyncIterable<readonly [Key, unknown]>,
    options?: SetOptions,
  ): Promise<void> {
    const writes = new WriteWindow(WRITES_MAX);
    try {
      for await (const [key, value] of entries) await writes.add(this.set(key, value, options));
    } finally {
      await writes.end();
    }
  }

  /**
   * The stored value, or that of `compute`, which is then stored. Those who ask while it runs share the one computation (and
   * the options of the first).
   *
   * A rejection is everyone's and is not remembered. A computation that gives `undefined` is remembered for `negativeTtlMs`.
   * Its signal is given when all who wait have gone; the result is then dropped.
   *
   * The caller vouches that what is stored under the key is a `T`.
   *
   * @throws MillraceError `ERR_ABORTED`, `ERR_CLOSED`, `ERR_QUEUE_FULL`, `ERR_CACHE_VALUE`; what `compute` throws.
   */
  async getOrCompute<T>(
    key: Key,
    compute: (signal: AbortSignal) => MaybePromise<T | undefined>,
    options?: SetOptions,
  ): Promise<T | undefined> {
    return this.getOrFly(key, ({ signal }) => compute(signal), resolveSetOptions(options));
  }

  /**
   * The same for a computation that may do without a signal, which then is not made; what is there is given without a promise.
   *
   * @internal
   */
  getOrFly<T>(
    key: Key,
    compute: (flight: Flight) => MaybePromise<T | undefined>,
    options: ResolvedSetOptions,
  ): MaybePromise<T | undefined> {
    this.#checkOpen();
    checkAborted(options.signal);
    const found = this.get(key);
    if (found !== undefined && !isPromise(found)) return found.value as T;
    const run = (flight: Flight): Promise<unknown> => this.#compute(key, found, flight, compute, options);
    return this.#flights.join(key, options.tags, options.signal, run) as Promise<T | undefined>;
  }

  /**
   * Removes the entry of a key from all tiers; whether there was one.
   *
   * @throws MillraceError `ERR_CLOSED`; what a tier throws that could not remove it (it is not shown any more all the same).
   */
  async delete(key: Key): Promise<boolean> {
    this.#checkOpen();
    this.#supersede(key.digest);
    return this.#remove(key.digest);
  }

  /** Removes all entries that were stored with the tag, as `invalidateNames` does. */
  async invalidateTag(tag: string): Promise<number> {
    const wanted = checkString('tag', tag);
    return this.#invalidate(({ tags }) => tags.includes(wanted));
  }

  /**
   * Removes all entries of named keys whose name matches: `*` stands for any number of characters, `?` for one, a backslash
   * before either for itself. When the promise resolves, nothing that was there at the call is left in any tier.
   *
   * Looks at the head of every entry, a hundred or so in a turn of the event loop.
   *
   * @returns how many entries were removed.
   * @throws MillraceError `ERR_CLOSED`; what a tier throws.
   */
  async invalidateNames(pattern: string): Promise<number> {
    const matches = wildcard(checkString('pattern', pattern));
    return this.#invalidate(({ name }) => name !== undefined && matches(name));
  }

  /** Removes all entries. @throws MillraceError `ERR_CLOSED`; what a tier throws (it is not read until it has been cleared). */
  async clear(): Promise<void> {
    this.#checkOpen();
    this.#reads.detachAll();
    this.#flights.detachWhere(() => true);
    await settleAll(this.#slots.map((slot) => attempt(() => slot.clear())));
  }

  /**
   * Fills the first tier: from the entries given, which are stored as by `setMany`, or from the slowest tier.
   *
   * From a tier: entries that expire last come first, which with one `ttlMs` are those stored last, up to the bounds of the
   * first tier.
   *
   * @returns how many entries were brought up.
   */
  async warm(
    from?: Iterable<readonly [Key, unknown]> | AsyncIterable<readonly [Key, unknown]>,
    options: WarmOptions = {},
  ): Promise<number> {
    this.#checkOpen();
    const { entriesMax, signal } = resolveWarmOptions(options);
    checkAborted(signal);
    const room = { entriesMax: Math.min(entriesMax, this.#settings.entriesMax), bytesMax: this.#settings.bytesMax };
    if (from !== undefined) {
      const counted = new FirstOf(from, room.entriesMax);
      await this.setMany(counted, signal === undefined ? {} : { signal });
      return counted.count;
    }
    const slowest = this.#slots.at(-1);
    if (slowest === undefined || slowest === this.#first) return 0;
    return warmFromTier(slowest, (key) => this.get(key), room, signal);
  }

  /** Resolves when everything stored so far is in all tiers, or has failed. */
  async flush(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.flush()));
  }

  /** Removes what has expired from all tiers, for at most `budgetMs` in each; true when there may be more. */
  async sweep(budgetMs: number): Promise<boolean> {
    if (this.#closing !== undefined) return false;
    let hasMore = false;
    for (const slot of this.#slots) hasMore = (await slot.sweep(budgetMs)) || hasMore;
    return hasMore;
  }

  /** Since the cache was made; what is held, now. */
  stats(): StackStats {
    return stackStats([this.sample()]);
  }

  /** What `stats` is made of, to be summed with that of other namespaces. @internal */
  sample(): StackSample {
    const { started, joined } = this.#flights;
    const counts = { gets: this.#gets, joinedHits: this.#reads.joinedHits, computations: started, joined };
    return { counts, slots: this.#slots };
  }

  /** Writes what is on its way, rejects those who wait for computations with `ERR_CLOSED`, and closes the tiers. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    this.#reads.detachAll();
    this.#flights.close(this.#closedError());
    await settleAll(this.#slots.map((slot) => slot.close()));
  }

  /** Asks the tiers below the first, one after the other. */
  #lookBelow(key: Key): MaybePromise<Entry | undefined> {
    const shared = this.#reads.under(key);
    if (shared !== undefined) return shared;
    for (let level = 1; level < this.#slots.length; level++) {
      const found = this.#slots[level]?.get(key);
      if (found === undefined) continue;
      if (isPromise(found)) return this.#lookLate(key, found, level);
      this.#promote(key, found, level);
      return found;
    }
    return undefined;
  }

  /** The same behind a tier that takes its time. */
  #lookLate(key: Key, first: Promise<Entry | undefined>, level: number): Promise<Entry | undefined> {
    return this.#reads.share(key, async (read) => {
      let found = await first;
      let at = level;
      while (found === undefined && ++at < this.#slots.length) found = await this.#slots[at]?.get(key);
      if (found !== undefined && read.isCurrent) this.#promote(key, found, at);
      return found;
    });
  }

  /** Copies upwards; where that fails, the next look-up finds the entry where it is. */
  #promote(key: Key, entry: Entry, level: number): void {
    for (let above = 0; above < level; above++) {
      try {
        // No promise where there is none: a tier in memory has it at once.
        this.#slots[above]?.set(key, entry)?.catch(() => undefined);
      } catch {
        continue;
      }
    }
  }

  async #compute(
    key: Key,
    found: Promise<Hit | undefined> | undefined,
    flight: Flight,
    compute: (flight: Flight) => unknown,
    options: ResolvedSetOptions,
  ): Promise<unknown> {
    if (isPromise(found)) {
      const hit = await found;
      if (hit !== undefined) return hit.value;
    }
    flight.check();
    const value = await compute(flight);
    if (!flight.isCurrent) return value;
    const entry = this.#entryOf(key, value, options);
    if (entry === undefined) return value;
    this.#reads.detach(key.digest);
    await this.#store(key, entry);
    return value;
  }

  /** `undefined` when there is nothing to be remembered. */
  #entryOf(key: Key, value: unknown, { ttlMs = this.#settings.ttlMs, tags }: ResolvedSetOptions): Entry | undefined {
    const { negativeTtlMs, sizeBytes } = this.#settings;
    const livesMs = value === undefined ? Math.min(ttlMs, negativeTtlMs) : ttlMs;
    if (livesMs === 0) return undefined;
    const isSized = value !== undefined && sizeBytes !== undefined;
    const bytes = isSized ? checkInteger('sizeBytes(value)', sizeBytes(value), 0) : ENTRY_BYTES + weigh(value);
    const expiresAtMs = this.#clock.epochMs() + livesMs;
    return { check: key.check(), value, expiresAtMs, bytes, name: key.name, tags };
  }

  /** The slowest tier comes first: what it cannot serialise has then not been stored anywhere. */
  async #store(key: Key, entry: Entry): Promise<void> {
    const { write, writeBytesMax } = this.#settings;
    // What a tier refuses only when it is the value's turn has to reach the caller.
    const isAwaited = write === 'through' || this.#slots.some((slot) => slot.isChanging(key.digest));
    const writes: Promise<void>[] = [];
    try {
      for (let level = this.#slots.length - 1; level >= 0; level--) {
        const done = this.#slots[level]?.set(key, entry);
        if (done !== undefined) writes.push(done);
      }
      if (isAwaited) {
        await settleAll(writes);
        return;
      }
    } catch (thrown) {
      await settleAll(writes).catch(() => undefined);
      await this.#dropQuietly(key.digest);
      throw thrown;
    }
    settleAll(writes).catch(() => this.#dropQuietly(key.digest));
    for (const slot of this.#slots) if (slot.pendingBytes > writeBytesMax) await slot.room(writeBytesMax);
  }

  /** Whatever is under way for a key is not to be stored. */
  #supersede(digest: string): void {
    this.#reads.detach(digest);
    this.#flights.detach(digest);
  }

  async #remove(digest: string): Promise<boolean> {
    const results = await settleAll(this.#slots.map((slot) => attempt(() => slot.delete(digest))));
    return results.includes(true);
  }

  async #dropQuietly(digest: string): Promise<void> {
    await this.#remove(digest).catch(() => undefined);
  }

  /**
   * First what is on its way to a tier; then from the slowest tier up, and each entry from all tiers at once: so none is brought
   * up from a tier that is still to be looked through into one that has been. What is changed after the call is left alone.
   */
  async #invalidate(isMet: (subject: Subject) => boolean): Promise<number> {
    this.#checkOpen();
    this.#reads.detachAll();
    this.#flights.detachWhere(isMet);
    const walks = this.#slots.toReversed().map((slot) => ({ slot, watch: slot.watch() }));
    try {
      let removed = await this.#removeEach(walks.flatMap(({ slot }) => [...slot.pending()].filter(isMet)));
      for (const { slot, watch } of walks) removed += await this.#invalidateIn(slot, watch, isMet);
      return removed;
    } finally {
      for (const { watch } of walks) watch.end();
    }
  }

  /** Walks over one tier. */
  async #invalidateIn(slot: TierSlot, { changed }: Watch, isMet: (subject: Subject) => boolean): Promise<number> {
    let removed = 0;
    let cursor: string | undefined;
    do {
      const page = await slot.page(cursor, PAGE_ENTRIES);
      removed += await this.#removeEach(page.heads.filter((head) => isMet(head) && !changed.has(head.digest)));
      cursor = page.cursor;
      if (cursor !== undefined) await nextTurn();
    } while (cursor !== undefined);
    return removed;
  }

  async #removeEach(heads: readonly EntryHead[]): Promise<number> {
    const digests = new Set(heads.map(({ digest }) => digest));
    const results = await settleAll(
      [...digests].map((digest) => {
        this.#reads.detach(digest);
        return this.#remove(digest);
      }),
    );
    return results.filter(Boolean).length;
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw this.#closedError();
  }

  #closedError(): MillraceError {
    return new MillraceError('ERR_CLOSED', `the cache is closed (namespace ${this.name})`);
  }
}

async function allOf<T>(works: readonly MaybePromise<T>[]): Promise<T[]> {
  const results: T[] = [];
  for (const work of works) results.push(await work);
  return results;
}

/** A throw becomes a rejection. */
async function attempt<T>(call: () => MaybePromise<T>): Promise<T> {
  return call();
}
