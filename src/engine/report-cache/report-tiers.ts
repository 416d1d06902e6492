import { DiskStore } from '../../cache/disk/disk-store.js';
import type { DiskTier } from '../../cache/disk/disk-tier.js';
import { MemoryTier, resolveMemoryTierOptions } from '../../cache/memory-tier.js';
import type { Entry, Key } from '../../cache/tier.js';
import { SYSTEM_CLOCK } from '../../core/clock.js';
import type { CacheCounts } from '../../workers/report-cache.js';
import { NAMESPACE } from './report-key.js';

/** What an entry weighs beside its doubles: key, check and the objects around them. */
const ENTRY_BYTES = 256;

/**
 * The reports that one thread can look up: those that it has in memory, and those that are on disk for all threads and runs.
 *
 * There is no compressed tier in between: a report is smaller than what it pays to compress. Whatever fails here is a miss.
 */
export class ReportTiers {
  /** For the checks of keys. */
  readonly secret: Uint8Array;
  readonly #store: DiskStore;
  readonly #memory = new MemoryTier('l1', resolveMemoryTierOptions(), SYSTEM_CLOCK);
  readonly #disk: DiskTier;
  #counts = { l1: 0, l2: 0, l3: 0, miss: 0 };

  private constructor(store: DiskStore) {
    this.secret = store.secret;
    this.#store = store;
    this.#disk = store.tier(NAMESPACE, {}, undefined);
  }

  /** @throws MillraceError `ERR_CACHE_DIR`, `ERR_CACHE_LOCKED`. */
  static async open(dir: string): Promise<ReportTiers> {
    return new ReportTiers(await DiskStore.open(dir));
  }

  find(key: Key): unknown {
    const near = this.#memory.get(key);
    if (near !== undefined) {
      this.#counts.l1++;
      return near.value;
    }
    const far = this.#disk.get(key);
    if (far === undefined) {
      this.#counts.miss++;
      return undefined;
    }
    this.#counts.l3++;
    this.#memory.set(key, far);
    return far.value;
  }

  /** The disk has it some time later; `flush` and `close` wait for that. What it refuses is not found next time. */
  store(key: Key, report: Float64Array): void {
    const bytes = report.byteLength + ENTRY_BYTES;
    const entry: Entry = { check: key.check(), value: report, expiresAtMs: Infinity, bytes, name: undefined, tags: [] };
    this.#memory.set(key, entry);
    this.#disk.set(key, entry).catch(() => undefined);
  }

  takeCounts(): CacheCounts {
    const counts = this.#counts;
    this.#counts = { l1: 0, l2: 0, l3: 0, miss: 0 };
    return counts;
  }

  /** Writes what is waiting, and leaves the directory. */
  async close(): Promise<void> {
    await this.#store.close();
  }
}
