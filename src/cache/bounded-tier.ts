import type { Clock } from '../core/clock.js';
import { Slots, type Slotted } from './slots.js';
import type { Expiring, Strategy } from './strategy.js';
import type { Entry, EntryHead, Key, Page, Tier, TierStats } from './tier.js';

/** An entry as a tier in memory holds it. */
export interface Held extends Expiring, Slotted {
  /** What it counts against the bound. */
  readonly bytes: number;
  /** The same before compression. */
  readonly rawBytes: number;
}

/** How a tier in memory keeps its entries: as they are, or encoded. */
export interface Form<T extends Held> {
  /** @throws MillraceError `ERR_CACHE_VALUE` when the value cannot be kept in this form. */
  hold(digest: string, entry: Entry): T;
  /** `undefined` when it cannot be read back. */
  read(held: T): Entry | undefined;
  head(held: T): Omit<EntryHead, 'digest'> | undefined;
  /** Called once for each that has left, when the tier is whole again; `added` is what it had to leave for, if anything. */
  readonly release: ((held: T, added?: T) => void) | undefined;
}

export interface Bounds {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

/** Between two looks at the clock a sweep looks at so many places, about 10 µs. */
const SWEEP_STRIDE = 512;

/**
 * A tier in memory, bounded in entries and bytes: `form` says how entries are kept, `strategy` which one goes first.
 */
export class BoundedTier<T extends Held> implements Tier {
  readonly name: string;
  readonly #form: Form<T>;
  readonly #strategy: Strategy<T>;
  readonly #bounds: Bounds;
  readonly #clock: Clock;
  readonly #slots = new Slots<T>();
  #sweepSlot = 0;
  #closed = false;

  #bytes = 0;
  #rawBytes = 0;
  #hits = 0;
  #misses = 0;
  #expired = 0;
  #mismatches = 0;
  #damaged = 0;
  #sets = 0;
  #evictions = 0;

  constructor(name: string, form: Form<T>, strategy: Strategy<T>, bounds: Bounds, clock: Clock) {
    this.name = name;
    this.#form = form;
    this.#strategy = strategy;
    this.#bounds = bounds;
    this.#clock = clock;
  }

  get(key: Key): Entry | undefined {
    const held = this.#strategy.get(key.digest);
    if (held === undefined) {
      this.#misses++;
      return undefined;
    }
    if (this.#isOver(held)) {
      this.#misses++;
      this.#expired++;
      this.#remove(held);
      return undefined;
    }
    const entry = this.#form.read(held);
    if (entry === undefined) {
      this.#misses++;
      this.#damaged++;
      this.#remove(held);
      return undefined;
    }
    if (entry.check !== key.check()) {
      this.#misses++;
      this.#mismatches++;
      return undefined;
    }
    this.#hits++;
    return entry;
  }

  set(key: Key, entry: Entry): void {
    if (this.#closed) return;
    const held = this.#form.hold(key.digest, entry);
    const replaced = this.#strategy.peek(key.digest);
    if (held.bytes > this.#bounds.bytesMax) {
      if (replaced !== undefined) this.#remove(replaced); // It is not what the caller would read.
      return;
    }
    this.#sets++;
    if (replaced !== undefined) this.#takeOut(replaced);
    const evicted = this.#evictFor(held.bytes);
    this.#strategy.add(held.digest, held);
    if (replaced === undefined) this.#slots.add(held);
    else this.#slots.replace(replaced, held);
    this.#bytes += held.bytes;
    this.#rawBytes += held.rawBytes;
    this.#releaseAll(replaced === undefined ? evicted : [replaced, ...evicted], held);
  }

  delete(digest: string): boolean {
    const held = this.#strategy.peek(digest);
    if (held === undefined) return false;
    const wasOver = this.#isOver(held);
    this.#remove(held);
    return !wasOver;
  }

  clear(): void {
    const left: T[] = [];
    for (let held = this.#evict(); held !== undefined; held = this.#evict()) left.push(held);
    this.#releaseAll(left);
  }

  page(cursor: string | undefined, limit: number): Page {
    const heads: EntryHead[] = [];
    let slot = cursor === undefined ? 0 : Number(cursor);
    for (; slot < this.#slots.length && heads.length < limit; slot++) {
      const held = this.#slots.at(slot);
      if (held === undefined || this.#isOver(held)) continue;
      const head = this.#form.head(held);
      if (head === undefined) continue;
      const { check, expiresAtMs, bytes, name, tags } = head;
      heads.push({ digest: held.digest, check, expiresAtMs, bytes, name, tags });
    }
    return { heads, cursor: slot < this.#slots.length ? String(slot) : undefined };
  }

  sweep(budgetMs: number): boolean {
    const untilMs = this.#clock.monotonicMs() + budgetMs;
    const nowMs = this.#clock.epochMs();
    const left: T[] = [];
    do {
      const stop = Math.min(this.#sweepSlot + SWEEP_STRIDE, this.#slots.length);
      for (; this.#sweepSlot < stop; this.#sweepSlot++) {
        const held = this.#slots.at(this.#sweepSlot);
        if (held === undefined || held.expiresAtMs > nowMs) continue;
        this.#discard(held);
        left.push(held);
      }
    } while (this.#sweepSlot < this.#slots.length && this.#clock.monotonicMs() < untilMs);
    const more = this.#sweepSlot < this.#slots.length;
    if (!more) this.#sweepSlot = 0;
    this.#releaseAll(left);
    return more;
  }

  stats(): TierStats {
    return {
      hits: this.#hits,
      misses: this.#misses,
      expired: this.#expired,
      mismatches: this.#mismatches,
      damaged: this.#damaged,
      sets: this.#sets,
      evictions: this.#evictions,
      entries: this.#strategy.size,
      bytes: this.#bytes,
      bytesMax: this.#bounds.bytesMax,
      rawBytes: this.#rawBytes,
    };
  }

  /** Lets go of everything; afterwards every `get` is a miss and nothing is stored. */
  close(): void {
    this.#closed = true;
    this.clear();
  }

  #isOver({ expiresAtMs }: T): boolean {
    return expiresAtMs !== Infinity && expiresAtMs <= this.#clock.epochMs();
  }

  /** Takes entries out until one more, of so many bytes, is within the bounds. */
  #evictFor(bytes: number): readonly T[] {
    const { entriesMax, bytesMax } = this.#bounds;
    if (this.#strategy.size < entriesMax && this.#bytes + bytes <= bytesMax) return NONE;
    const evicted: T[] = [];
    while (this.#strategy.size >= entriesMax || this.#bytes + bytes > bytesMax) {
      const held = this.#evict();
      if (held === undefined) break;
      this.#evictions++;
      evicted.push(held);
    }
    return evicted;
  }

  #evict(): T | undefined {
    const held = this.#strategy.evict();
    if (held === undefined) return undefined;
    this.#slots.remove(held);
    this.#bytes -= held.bytes;
    this.#rawBytes -= held.rawBytes;
    return held;
  }

  #remove(held: T): void {
    this.#discard(held);
    this.#form.release?.(held);
  }

  #discard(held: T): void {
    this.#takeOut(held);
    this.#slots.remove(held);
  }

  /** Takes out of all but its slot, which a successor may take. */
  #takeOut(held: T): void {
    this.#strategy.delete(held.digest);
    this.#bytes -= held.bytes;
    this.#rawBytes -= held.rawBytes;
  }

  /** Tells each, whatever the others throw; the first of that is thrown in the end. */
  #releaseAll(left: readonly T[], added?: T): void {
    if (this.#form.release === undefined) return;
    const failures: unknown[] = [];
    for (const held of left) {
      try {
        this.#form.release(held, added);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

const NONE: readonly never[] = [];
