import { setImmediate as nextTurn } from 'node:timers/promises';
import { MillraceError } from '../../core/errors.js';
import type { Clock } from '../../core/clock.js';
import { decodeHead } from '../entry-codec.js';
import type { Entry, EntryHead, Key, Page, Tier, TierStats } from '../tier.js';
import type { DiskGuard, GuardStats } from './disk-guard.js';
import type { ResolvedDiskTierOptions } from './disk-options.js';
import type { DiskShapes, Shaped } from './disk-shapes.js';
import { DAMAGED, type DiskTable, type Found } from './disk-table.js';
import type { DiskWriter, Write, WriteOwner } from './disk-writer.js';

/** What a disk tier has done since it was opened here, and what it holds now, whoever wrote it. */
export interface DiskTierStats extends TierStats {
  /** Reads and writes that the disk refused; what was to be written is not found then. */
  readonly failures: number;
  /** `undefined`: the tier has no guard. */
  readonly guard: GuardStats | undefined;
}

/** What reading all of a tier has found. */
export interface TierVerification {
  /** Those that were read, expired ones among them. */
  readonly entries: number;
  /** Of these, entries that do not read back or are not in the log. */
  readonly damaged: number;
  /** Entries of the log that no digest leads to. */
  readonly strays: number;
}

/** What a tier works on. */
export interface DiskTierParts {
  readonly name: string;
  readonly table: DiskTable;
  readonly shapes: DiskShapes;
  readonly guard: DiskGuard | undefined;
  readonly writer: DiskWriter;
  readonly clock: Clock;
  /** Called when the file may be damaged. */
  readonly onSuspicion: () => void;
  readonly onClose: () => void;
}

/**
 * The entries of a namespace on disk (L3). Reads are synchronous; writes resolve when they are committed, and survive the end of
 * the process from then on.
 *
 * - Bound: the pages that entries and index take. Beyond it those go that were used longest ago. A use is recorded when the last one
 *   recorded is `lastUseMs` old, so that of two entries whose last uses are further apart than that the older goes first; recorded uses of
 *   other processes are known up to a second later.
 * - A disk that refuses a write (it is full) costs the entry, which is then a miss here, and a number in the statistics. After that nothing is
 *   tried for a second. Deleting is always tried, and rejects when it is refused.
 */
export class DiskTier implements Tier, WriteOwner {
  readonly name: string;
  readonly #table: DiskTable;
  readonly #shapes: DiskShapes;
  readonly #guard: DiskGuard | undefined;
  readonly #writer: DiskWriter;
  readonly #clock: Clock;
  readonly #options: ResolvedDiskTierOptions;
  readonly #onSuspicion: () => void;
  readonly #onClose: () => void;
  /** Digests used since the last time that uses were written. */
  #used = new Set<string>();
  #usesTimer: { cancel(): void } | undefined;
  /** Digests of which it is not known what the disk holds. */
  readonly #doubtful = new Set<string>();
  #isAllDoubtful = false;
  #retryAtMs = 0;
  #sweepCursor: string | undefined;
  #isClosed = false;
  readonly #count = { hits: 0, misses: 0, expired: 0, mismatches: 0, damaged: 0, sets: 0, evictions: 0, failures: 0 };

  constructor(parts: DiskTierParts, options: ResolvedDiskTierOptions) {
    this.name = parts.name;
    this.#table = parts.table;
    this.#shapes = parts.shapes;
    this.#guard = parts.guard;
    this.#writer = parts.writer;
    this.#clock = parts.clock;
    this.#options = options;
    this.#onSuspicion = parts.onSuspicion;
    this.#onClose = parts.onClose;
  }

  get(key: Key): Entry | undefined {
    const entry = this.#isClosed ? undefined : this.#find(key);
    if (entry === undefined) this.#count.misses++;
    else this.#count.hits++;
    return entry;
  }

  /** What cannot be encoded is thrown at once, before anything is waited for: a caller that does not wait is told as well. */
  set({ digest }: Key, entry: Entry): Promise<void> {
    const shaped = this.#shapes.encode(entry, this.#options.compressFromBytes);
    const isAtOnce = !this.#isClosed && this.#writer.hasRoom;
    return isAtOnce
      ? this.#store(digest, shaped, entry.expiresAtMs)
      : this.#storeInTurn(digest, shaped, entry.expiresAtMs);
  }

  async delete(digest: string): Promise<boolean> {
    this.#checkOpen();
    const nowMs = this.#clock.epochMs();
    return this.#remove(digest, () => !this.#table.removeExpired(digest, nowMs) && this.#table.remove(digest));
  }

  async clear(): Promise<void> {
    this.#checkOpen();
    const error = await this.#write(0, () => {
      this.#table.clear();
    });
    if (error !== undefined) {
      this.#isAllDoubtful = true;
      throw this.#refusal(error);
    }
    this.#doubtful.clear();
    this.#isAllDoubtful = false;
    this.#guard?.reset();
  }

  page(cursor: string | undefined, limit: number): Page {
    this.#checkOpen();
    this.#table.turn();
    const found = this.#table.digestsFrom(cursor, limit);
    const nowMs = this.#clock.epochMs();
    const heads = found.flatMap(({ digest, expiresAtMs }): EntryHead[] => {
      const entry = expiresAtMs <= nowMs || this.#isDoubtful(digest) ? undefined : this.#table.find(digest);
      const head = entry === undefined ? undefined : decodeHead(entry.encoded);
      return head === undefined ? [] : [{ ...head, digest }];
    });
    return { heads, cursor: found.length < limit ? undefined : found.at(-1)?.digest };
  }

  async sweep(budgetMs: number): Promise<boolean> {
    this.#checkOpen();
    const untilMs = this.#clock.monotonicMs() + budgetMs;
    const nowMs = this.#clock.epochMs();
    const removals: Promise<boolean>[] = [];
    do {
      const found = this.#table.digestsFrom(this.#sweepCursor, SWEPT_AT_ONCE);
      for (const { digest, expiresAtMs } of found)
        if (expiresAtMs <= nowMs) removals.push(this.#removeExpired(digest, nowMs));
      this.#sweepCursor = found.length < SWEPT_AT_ONCE ? undefined : found.at(-1)?.digest;
    } while (this.#sweepCursor !== undefined && removals.length < SWEPT_MAX && this.#clock.monotonicMs() < untilMs);
    await Promise.all(removals);
    return this.#sweepCursor !== undefined;
  }

  /**
   * Reads every entry, and looks whether index and log agree; what is damaged is removed, as a look-up would.
   *
   * Lets the event loop turn after each 128 entries, about 1 ms.
   *
   * @throws MillraceError `ERR_CACHE_DIR` when what is damaged cannot be removed, `ERR_CLOSED`.
   */
  async verify(): Promise<TierVerification> {
    const { entries, damaged } = await this.#verifyIndex();
    return { entries, damaged, strays: await this.#verifyLog() };
  }

  stats(): DiskTierStats {
    if (!this.#isClosed) this.#table.turn();
    const { entries, bytes } = this.#isClosed ? NOTHING : this.#table.size();
    const rawBytes = this.#isClosed ? 0 : this.#table.rawBytes();
    const { bytesMax } = this.#options;
    return { ...this.#count, entries, bytes, bytesMax, rawBytes, guard: this.#guard?.stats() };
  }

  /** Writes what is waiting. Later calls find nothing, or throw `ERR_CLOSED`. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#writeUses();
    await this.#writer.flush();
    await this.#guard?.catchUp();
    const saved = this.#guard?.save();
    const bytes = saved?.bytes.length;
    const written = bytes === undefined ? undefined : this.#write(bytes, () => saved && this.#table.saveGuard(saved));
    this.#isClosed = true;
    this.#usesTimer?.cancel();
    await written;
    await this.#writer.flush();
    await this.#guard?.close();
    this.#onClose();
  }

  /** Begins a transaction; the writer's to call. */
  begin(): void {
    this.#table.begin();
  }

  /** Ends a transaction; the writer's to call. */
  end(isTimeUp: () => boolean): void {
    this.#count.evictions += this.#table.evict(this.#options.bytesMax, isTimeUp);
    this.#table.end();
    if (isTimeUp() && this.#table.size().bytes > this.#options.bytesMax) this.#trimLater();
  }

  async #verifyIndex(): Promise<Pick<TierVerification, 'entries' | 'damaged'>> {
    let [entries, damaged] = [0, 0];
    for (let cursor: string | undefined, isDone = false; !isDone;) {
      this.#checkOpen();
      this.#table.turn();
      const page = this.#table.digestsFrom(cursor, VERIFIED_A_TURN);
      for (const { digest } of page) {
        if (!this.#isDamaged(digest)) continue;
        damaged++;
        await this.#remove(digest, () => this.#isDamaged(digest) && this.#table.remove(digest));
      }
      entries += page.length;
      cursor = page.at(-1)?.digest;
      isDone = page.length < VERIFIED_A_TURN;
      await nextTurn();
    }
    return { entries, damaged };
  }

  async #verifyLog(): Promise<number> {
    let found = 0;
    for (let cursor: Buffer | undefined, isDone = false; !isDone;) {
      this.#checkOpen();
      this.#table.turn();
      const { keys, strays } = this.#table.logFrom(cursor, VERIFIED_A_TURN);
      found += strays.length;
      for (const key of strays) {
        const error = await this.#write(0, () => void this.#table.removeStray(key));
        if (error !== undefined) throw this.#refusal(error);
      }
      cursor = keys.at(-1);
      isDone = keys.length < VERIFIED_A_TURN;
      await nextTurn();
    }
    return found;
  }

  #find(key: Key): Entry | undefined {
    const { digest } = key;
    if (this.#isDoubtful(digest)) return undefined;
    this.#table.turn();
    if (this.#guard?.mayContain(digest) === false) return undefined;
    try {
      const found = this.#lookUp(digest);
      if (found === undefined) {
        this.#guard?.noteFalsePositive();
        return undefined;
      }
      const nowMs = this.#clock.epochMs();
      if (found.expiresAtMs <= nowMs) {
        this.#count.expired++;
        return undefined;
      }
      const entry = this.#decode(found);
      if (entry === undefined) {
        this.#count.damaged++;
        void this.#remove(digest, () => this.#isDamaged(digest) && this.#table.remove(digest)).catch(() => {});
        return undefined;
      }
      if (entry.check !== key.check()) {
        this.#count.mismatches++;
        return undefined;
      }
      if (nowMs - found.usedAtMs >= this.#options.lastUseMs) this.#noteUse(digest);
      return entry;
    } catch {
      this.#count.failures++;
      this.#onSuspicion();
      return undefined;
    }
  }

  /** What the table has, once the shapes that reading it takes are known. */
  #lookUp(digest: string): Found | undefined {
    const found = this.#table.find(digest);
    if (found === undefined || this.#shapes.knows(found.shapes)) return found;
    this.#shapes.learn(found.shapes);
    return this.#table.find(digest);
  }

  /** In a transaction: others may have written the entry anew, with shapes of theirs, since it was found damaged. */
  #isDamaged(digest: string): boolean {
    const found = this.#lookUp(digest);
    return found !== undefined && this.#decode(found) === undefined;
  }

  async #storeInTurn(digest: string, shaped: Shaped, expiresAtMs: number): Promise<void> {
    this.#checkOpen();
    await this.#writer.room();
    this.#checkOpen();
    await this.#store(digest, shaped, expiresAtMs);
  }

  /** One promise for a write, since many wait at once: what waits is copied about by the collector of garbage. */
  #store(digest: string, { encoded, list }: Shaped, expiresAtMs: number): Promise<void> {
    this.#count.sets++;
    if (encoded.length > this.#options.bytesMax - PAGES_RESERVED_BYTES) return this.#drop(digest);
    if (this.#clock.monotonicMs() < this.#retryAtMs) {
      this.#fail(digest);
      return Promise.resolve();
    }
    this.#settleDoubts();
    const usedAtMs = this.#clock.epochMs();
    const apply = (): void => {
      this.#shapes.save(list);
      this.#table.put(digest, encoded, list.hash, expiresAtMs, usedAtMs);
    };
    return new Promise((resolve) => {
      this.#push(encoded.length, apply, (error) => {
        if (error === undefined) {
          this.#doubtful.delete(digest);
          this.#shapes.noteSaved(list);
        } else this.#fail(digest);
        resolve();
      });
    });
  }

  async #drop(digest: string): Promise<void> {
    await this.delete(digest);
  }

  /** The times are there twice, and have to be the same. */
  #decode(found: Found): Entry | undefined {
    const entry = found === DAMAGED ? undefined : this.#shapes.decode(found.shapes, found.encoded);
    return entry?.expiresAtMs === found.expiresAtMs ? entry : undefined;
  }

  /** Writes in a transaction of its own or with others; resolves with the error that it failed with. */
  #write(bytes: number, work: () => void): Promise<Error | undefined> {
    return new Promise((resolve) => {
      this.#push(bytes, work, resolve);
    });
  }

  #push(bytes: number, apply: Write['apply'], settle: Write['settle']): void {
    // Uses go first, so that an eviction in the same transaction knows them.
    this.#writeUses();
    this.#writer.push({
      bytes: bytes + SMALL_WRITE_BYTES,
      owner: this,
      apply,
      settle: (error) => {
        if (error === undefined) this.#noteCommit();
        else this.#noteRefusal();
        settle(error);
      },
    });
  }

  #removeExpired(digest: string, nowMs: number): Promise<boolean> {
    return this.#remove(digest, () => this.#table.removeExpired(digest, nowMs)).catch(() => false);
  }

  /** @throws MillraceError `ERR_CACHE_DIR` when it cannot be told whether the entry is gone; it then counts as absent here. */
  async #remove(digest: string, work: () => boolean): Promise<boolean> {
    const room = this.#writer.room();
    if (room !== undefined) await room;
    let isThere = false;
    const error = await this.#write(0, () => (isThere = work()));
    if (error === undefined) {
      this.#doubtful.delete(digest);
      return isThere;
    }
    this.#fail(digest);
    throw this.#refusal(error);
  }

  #noteUse(digest: string): void {
    this.#used.add(digest);
    if (this.#used.size >= USES_MAX) this.#writeUses();
    else this.#usesTimer ??= this.#clock.schedule(() => this.#writeUses(), USES_WAIT_MS, { keepsAlive: false });
  }

  #writeUses(): void {
    if (this.#used.size === 0) return;
    this.#usesTimer?.cancel();
    this.#usesTimer = undefined;
    const used = this.#used;
    this.#used = new Set();
    // Uses are dropped before anything else is when the disk cannot keep up.
    if (!this.#writer.hasRoom || this.#clock.monotonicMs() < this.#retryAtMs) return;
    const usedAtMs = this.#clock.epochMs();
    for (const digest of used) {
      this.#writer.push({
        bytes: SMALL_WRITE_BYTES,
        owner: this,
        apply: () => this.#table.use(digest, usedAtMs, this.#options.lastUseMs),
        settle: (error) => (error === undefined ? undefined : this.#noteRefusal()),
      });
    }
  }

  #noteCommit(): void {
    const guard = this.#guard;
    guard?.noteCommit();
    if (guard?.isSaveDue !== true || this.#isClosed) return;
    const saved = guard.save();
    this.#writer.push({
      bytes: saved.bytes.length,
      owner: this,
      apply: () => {
        this.#table.saveGuard(saved);
      },
      settle: () => {},
    });
  }

  #trimLater(): void {
    if (this.#isClosed) return;
    this.#writer.push({ bytes: SMALL_WRITE_BYTES, owner: this, apply: () => {}, settle: () => {} });
  }

  #isDoubtful(digest: string): boolean {
    return this.#isAllDoubtful || (this.#doubtful.size > 0 && this.#doubtful.has(digest));
  }

  #fail(digest: string): void {
    this.#count.failures++;
    if (this.#doubtful.size < DOUBTS_MAX) this.#doubtful.add(digest);
    else this.#isAllDoubtful = true;
  }

  #noteRefusal(): void {
    this.#retryAtMs = this.#clock.monotonicMs() + RETRY_MS;
    this.#onSuspicion();
  }

  /** Removes what may be there in place of what could not be written. */
  #settleDoubts(): void {
    if (!this.#isAllDoubtful && this.#doubtful.size === 0) return;
    const all = this.#isAllDoubtful;
    const digests = [...this.#doubtful];
    void this.#write(0, () => {
      if (all) this.#table.clear();
      else for (const digest of digests) this.#table.remove(digest);
    }).then((error) => {
      if (error !== undefined) return;
      if (all) this.#isAllDoubtful = false;
      for (const digest of digests) this.#doubtful.delete(digest);
    });
  }

  #refusal(error: Error): MillraceError {
    return new MillraceError('ERR_CACHE_DIR', `the cache on disk cannot be written: ${error.message}`, {
      cause: error,
    });
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new MillraceError('ERR_CLOSED', `the cache tier ${this.name} is closed`);
  }
}

const NOTHING = Object.freeze({ entries: 0, bytes: 0 });
/** What an entry may take besides itself: the roots of both trees, and the ends of its pages. */
const PAGES_RESERVED_BYTES = 4 * 4096;
/** What a write without a value counts for. */
const SMALL_WRITE_BYTES = 128;
const USES_MAX = 1024;
const USES_WAIT_MS = 1000;
const DOUBTS_MAX = 10_000;
const RETRY_MS = 1000;
const VERIFIED_A_TURN = 128;
const SWEPT_AT_ONCE = 256;
const SWEPT_MAX = 4096;
