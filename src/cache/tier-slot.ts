import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Clock } from '../core/clock.js';
import { isMillraceError } from '../core/errors.js';
import { isPromise, type MaybePromise } from '../core/maybe-promise.js';
import type { Entry, EntryHead, Key, Page, Tier, TierStats } from './tier.js';

/** One look-up of so many is timed: reading the clock twice costs as much as a hit. */
const SAMPLE_EVERY = 64;
/** Keys that could be neither written nor deleted and are hidden one by one; beyond that the tier is not read any more. */
export const HIDDEN_MAX = 65_536;

/** What a key will hold when the tier is done: an entry, or nothing. */
interface Change {
  readonly entry: Entry | undefined;
  /** Settles when the tier is done, or has failed; `undefined`: it has failed before. */
  work: Promise<unknown> | undefined;
}

/** The digests of what was changed while somebody walked over the pages of a tier. */
export interface Watch {
  readonly changed: Set<string>;
  end(): void;
}

/**
 * A tier at its place in the stack: it never fails a reader, and never shows what is about to be, or should have been, replaced.
 *
 * Changes of a key reach the tier one after the other, in the order of the calls. A slow tier answers reads from what it has
 * committed. While a change is under way, reads therefore go by the change. Where a
 * change failed and the older entry could not be removed either, the key stays hidden until that succeeds: an older value does
 * not come back in this process.
 */
export class TierSlot {
  readonly #tier: Tier;
  readonly #clock: Clock;
  /** By digest: changes under way, and what has to stay hidden (no entry) since it could not be removed. */
  readonly #changes = new Map<string, Change>();
  readonly #hidden = new Set<string>();
  /** What has not settled. */
  readonly #underWay = new Set<Pick<Change, 'work'>>();
  readonly #latencyNs = createHistogram();
  readonly #watches = new Set<Watch>();
  #untilSample = SAMPLE_EVERY;
  #pendingBytes = 0;
  #pendingHits = 0;
  #errors = 0;
  /** Under way: nothing is to be shown, and changes wait. */
  #clearing: Promise<void> | undefined;
  /** A `clear` failed, or too much is hidden: what the tier holds is not to be shown. */
  #isDistrusted = false;
  #sleepers: (() => void)[] = [];

  constructor(tier: Tier, clock: Clock) {
    this.#tier = tier;
    this.#clock = clock;
  }

  get name(): string {
    return this.#tier.name;
  }

  /** Calls of the tier that failed. */
  get errors(): number {
    return this.#errors;
  }

  /** Weight of the entries whose writing is under way. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Hits that the tier does not know of: entries that were on their way to it. */
  get pendingHits(): number {
    return this.#pendingHits;
  }

  /** Nanoseconds of one look-up in 64. */
  get latencyNs(): RecordableHistogram {
    return this.#latencyNs;
  }

  stats(): TierStats {
    return this.#tier.stats();
  }

  /** A failure is a miss. */
  get(key: Key): MaybePromise<Entry | undefined> {
    if (this.#changes.size > 0) {
      const change = this.#changes.get(key.digest);
      if (change !== undefined) return this.#changedEntry(change, key);
    }
    if (this.#isDistrusted || this.#clearing !== undefined) return undefined;
    if (--this.#untilSample === 0) return this.#timedGet(key);
    return this.#containedGet(key);
  }

  /**
   * Resolves when the tier has the entry or, having failed, has none for the key; a failure is counted.
   *
   * @throws MillraceError `ERR_CACHE_VALUE`.
   */
  set(key: Key, entry: Entry): Promise<void> | undefined {
    const { digest } = key;
    if (this.#watches.size > 0) this.#tellWatches(digest);
    let done: MaybePromise<void>;
    try {
      done = this.#inTurn(digest, () => this.#tier.set(key, entry));
    } catch (thrown) {
      // At once where it can be: a caller that writes behind is told as well.
      if (isValueError(thrown)) throw thrown;
      done = failed(thrown);
    }
    if (isPromise(done)) return this.#change(digest, entry, (change) => this.#finishSet(digest, entry, change, done));
    this.#show(digest);
    return undefined;
  }

  /** Whether there was an entry. @throws what the tier throws; the entry is then hidden. */
  delete(digest: string): MaybePromise<boolean> {
    if (this.#watches.size > 0) this.#tellWatches(digest);
    let done: MaybePromise<boolean>;
    try {
      done = this.#inTurn(digest, () => this.#tier.delete(digest));
    } catch (thrown) {
      this.#hide(digest);
      throw thrown;
    }
    if (isPromise(done)) return this.#change(digest, undefined, (change) => this.#finishDelete(digest, change, done));
    this.#show(digest);
    return done;
  }

  /** @throws what the tier throws; nothing that it holds is then shown until a later call succeeds. */
  clear(): MaybePromise<void> {
    this.#changes.clear();
    this.#hidden.clear();
    let done: MaybePromise<void>;
    try {
      done = this.#underWay.size === 0 ? this.#tier.clear() : this.flush().then(() => this.#tier.clear());
    } catch (thrown) {
      throw this.#notCleared(thrown);
    }
    if (!isPromise(done)) {
      this.#isDistrusted = false;
      return undefined;
    }
    const clear: Pick<Change, 'work'> = { work: undefined };
    const cleared = this.#track(clear, this.#finishClear(done, clear));
    const clearing = settled(cleared).then(() => {
      if (this.#clearing === clearing) this.#clearing = undefined;
    });
    this.#clearing = clearing;
    return cleared;
  }

  page(cursor: string | undefined, limit: number): MaybePromise<Page> {
    return this.#tier.page(cursor, limit);
  }

  /** Begins to note what is changed, from what is under way on: what a page says of these digests may be out of date. */
  watch(): Watch {
    const changed = new Set<string>();
    for (const [digest, { work }] of this.#changes) if (work !== undefined) changed.add(digest);
    const watch: Watch = { changed, end: () => void this.#watches.delete(watch) };
    this.#watches.add(watch);
    return watch;
  }

  /** Entries whose writing is under way, which a walk over the tier's pages may miss. */
  *pending(): Generator<EntryHead> {
    for (const [digest, { entry }] of this.#changes) if (entry !== undefined) yield { ...entry, digest };
  }

  /** Removes what has expired and what could not be removed before, for at most `budgetMs`; true when there may be more. */
  async sweep(budgetMs: number): Promise<boolean> {
    try {
      await this.#retryHidden();
      return await this.#tier.sweep(budgetMs);
    } catch {
      this.#errors++;
      return false;
    }
  }

  /** Resolves when all changes asked for so far are done. */
  async flush(): Promise<void> {
    await Promise.allSettled([...this.#underWay].flatMap(({ work }) => work ?? []));
  }

  /** Resolves when no more than `bytesMax` are under way. */
  async room(bytesMax: number): Promise<void> {
    while (this.#pendingBytes > bytesMax) await new Promise<void>((wake) => this.#sleepers.push(wake));
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#tier.close();
  }

  #containedGet(key: Key): MaybePromise<Entry | undefined> {
    try {
      const found = this.#tier.get(key);
      return isPromise(found) ? this.#awaitGet(found) : found;
    } catch {
      this.#errors++;
      return undefined;
    }
  }

  #timedGet(key: Key): MaybePromise<Entry | undefined> {
    this.#untilSample = SAMPLE_EVERY;
    const startMs = this.#clock.monotonicMs();
    const found = this.#containedGet(key);
    if (!isPromise(found)) {
      this.#record(startMs);
      return found;
    }
    return found.then((entry) => {
      this.#record(startMs);
      return entry;
    });
  }

  #record(startMs: number): void {
    this.#latencyNs.record(Math.max(1, Math.round((this.#clock.monotonicMs() - startMs) * 1e6)));
  }

  async #awaitGet(found: Promise<Entry | undefined>): Promise<Entry | undefined> {
    try {
      return await found;
    } catch {
      this.#errors++;
      return undefined;
    }
  }

  #changedEntry({ entry }: Change, key: Key): Entry | undefined {
    if (entry === undefined || entry.expiresAtMs <= this.#clock.epochMs()) return undefined;
    if (entry.check !== key.check()) return undefined;
    this.#pendingHits++;
    return entry;
  }

  /** Whether a change of the key asked for now has to wait for others. */
  isChanging(digest: string): boolean {
    return this.#clearing !== undefined || this.#changes.get(digest)?.work !== undefined;
  }

  /** At once, or behind what is under way for the key or for all. */
  #inTurn<T>(digest: string, call: () => MaybePromise<T>): MaybePromise<T> {
    const before = this.#changes.get(digest)?.work ?? this.#clearing;
    return before === undefined ? call() : settled(before).then(call);
  }

  #change<T>(digest: string, entry: Entry | undefined, finish: (change: Change) => Promise<T>): Promise<T> {
    const change: Change = { entry, work: undefined };
    this.#show(digest);
    this.#changes.set(digest, change);
    return this.#track(change, finish(change));
  }

  async #finishSet(digest: string, entry: Entry, change: Change, done: Promise<void>): Promise<void> {
    this.#pendingBytes += entry.bytes;
    try {
      await done;
      this.#end(digest, change);
    } catch (thrown) {
      if (isValueError(thrown)) {
        this.#end(digest, change);
        throw thrown;
      }
      this.#errors++;
      // A later change speaks for itself.
      if (this.#changes.get(digest) === change) await this.#removeOlder(digest, change);
    } finally {
      this.#pendingBytes -= entry.bytes;
      this.#underWay.delete(change);
      this.#wake();
    }
  }

  async #finishDelete(digest: string, change: Change, done: Promise<boolean>): Promise<boolean> {
    try {
      const wasThere = await done;
      this.#end(digest, change);
      return wasThere;
    } catch (thrown) {
      if (this.#changes.get(digest) === change) this.#hide(digest);
      else this.#errors++;
      throw thrown;
    } finally {
      this.#underWay.delete(change);
    }
  }

  async #finishClear(done: Promise<void>, clear: Pick<Change, 'work'>): Promise<void> {
    try {
      await done;
      this.#isDistrusted = false;
    } catch (thrown) {
      throw this.#notCleared(thrown);
    } finally {
      this.#underWay.delete(clear);
    }
  }

  #notCleared(thrown: unknown): unknown {
    this.#errors++;
    this.#isDistrusted = true;
    return thrown;
  }

  /** Stops at the first that fails again: the tier still does not write, and it has been counted. */
  async #retryHidden(): Promise<void> {
    for (const digest of this.#hidden) {
      try {
        await this.delete(digest);
      } catch {
        return;
      }
    }
  }

  /** Behind a `set` that failed: what the key held before must not come back. The change is still under way. */
  async #removeOlder(digest: string, change: Change): Promise<void> {
    try {
      await this.#tier.delete(digest);
      this.#end(digest, change);
    } catch {
      if (this.#changes.get(digest) === change) this.#hide(digest);
    }
  }

  #tellWatches(digest: string): void {
    for (const { changed } of this.#watches) changed.add(digest);
  }

  #end(digest: string, change: Change): void {
    if (this.#changes.get(digest) === change) this.#changes.delete(digest);
  }

  #hide(digest: string): void {
    this.#errors++;
    if (this.#hidden.size >= HIDDEN_MAX) {
      this.#changes.delete(digest);
      this.#isDistrusted = true;
      return;
    }
    this.#hidden.add(digest);
    this.#changes.set(digest, { entry: undefined, work: undefined });
  }

  #show(digest: string): void {
    if (this.#changes.size === 0) return;
    this.#changes.delete(digest);
    this.#hidden.delete(digest);
  }

  /** Whoever does the work takes it off the list, at the latest when it settles. */
  #track<T>(change: Pick<Change, 'work'>, work: Promise<T>): Promise<T> {
    change.work = work;
    this.#underWay.add(change);
    return work;
  }

  #wake(): void {
    if (this.#sleepers.length === 0) return;
    const sleepers = this.#sleepers;
    this.#sleepers = [];
    for (const wake of sleepers) wake();
  }
}

async function settled(work: Promise<unknown>): Promise<void> {
  await Promise.allSettled([work]);
}

async function failed(thrown: unknown): Promise<never> {
  throw thrown;
}

function isValueError(thrown: unknown): boolean {
  return isMillraceError(thrown) && thrown.code === 'ERR_CACHE_VALUE';
}
