import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { MillraceError } from '../core/errors.js';
import { nearestNames } from '../core/nearest.js';
import { describe } from '../core/options.js';
import {
  resolveCacheOptions,
  type CacheOptions,
  type ResolvedCacheOptions,
  type ResolvedNamespaceOptions,
} from './cache-options.js';
import { BloomGuard } from './bloom-guard.js';
import { GUARD_ENTRIES_MAX } from './bloom-guard-options.js';
import { stackStats } from './cache-stats.js';
import type { Cache, CacheStats } from './create-cache.js';
import { CompressedTier } from './compressed-tier.js';
import type { FilterMaker } from './disk/disk-guard.js';
import { DiskStore } from './disk/disk-store.js';
import { Hasher, SECRET_BYTES } from './hasher.js';
import { MemoryTier } from './memory-tier.js';
import { NamespaceKeys } from './namespace-keys.js';
import { settleAll } from './settle-all.js';
import { Sweeper } from './sweeper.js';
import type { Tier } from './tier.js';
import { TieredCache } from './tiered-cache.js';

/** What `createCache` does once the parts of a cache are loaded. */
export async function openCache(options: CacheOptions): Promise<Cache> {
  const resolved = resolveCacheOptions(options);
  const { dir, lockWaitMs, clock } = resolved;
  const store = dir === undefined ? undefined : await DiskStore.open(dir, { lockWaitMs }, { clock });
  return new OpenCache(resolved, store);
}

class OpenCache implements Cache {
  readonly #options: ResolvedCacheOptions;
  readonly #shared: Shared;
  /** Those that have been asked for: tables for entries to come take memory too. */
  readonly #open = new Map<string, TieredCache>();
  readonly #sweeper: Sweeper;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedCacheOptions, store: DiskStore | undefined) {
    const { sweepEveryMs, clock } = options;
    this.#options = options;
    this.#shared = { hasher: new Hasher(store?.secret ?? randomBytes(SECRET_BYTES)), store, clock };
    this.#sweeper = new Sweeper(clock, sweepEveryMs, () =>
      [...this.#open.values()].map((cache) => (budgetMs) => cache.sweep(budgetMs)),
    );
  }

  namespace(name: string): TieredCache {
    this.#checkOpen();
    const open = this.#open.get(name);
    if (open !== undefined) return open;
    const { namespaces } = this.#options;
    const options = namespaces.get(name);
    if (options === undefined) {
      const nearest = nearestNames(name, [...namespaces.keys()]).join(', ');
      const message = `there is no namespace ${describe(name)}; expected one of cache.namespaces, such as ${nearest}`;
      throw new MillraceError('ERR_OPTION_UNKNOWN', message);
    }
    const made = makeNamespace(name, options, this.#shared);
    this.#open.set(name, made);
    return made;
  }

  stats(): CacheStats {
    const caches = [...this.#open];
    const namespaces = Object.fromEntries(caches.map(([name, cache]) => [name, cache.stats()]));
    return { ...stackStats(caches.map(([, cache]) => cache.sample())), namespaces };
  }

  async clear(): Promise<void> {
    const caches = [...this.#options.namespaces.keys()].map((name) => this.namespace(name));
    await settleAll(caches.map((cache) => cache.clear()));
  }

  async flush(): Promise<void> {
    await settleAll([...this.#open.values()].map((cache) => cache.flush()));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await this.#sweeper.stop();
    try {
      await settleAll([...this.#open.values()].map((cache) => cache.close()));
    } finally {
      await this.#shared.store?.close();
    }
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new MillraceError('ERR_CLOSED', 'the cache is closed');
  }
}

interface Shared {
  readonly hasher: Hasher;
  readonly store: DiskStore | undefined;
  readonly clock: Clock;
}

function makeNamespace(name: string, options: ResolvedNamespaceOptions, { hasher, store, clock }: Shared): TieredCache {
  const { l1, l2, l3, check, ...settings } = options;
  const tiers: Tier[] = [new MemoryTier('memory', { ...l1, sizeBytes: undefined }, clock)];
  if (l2 !== undefined) tiers.push(new CompressedTier('compressed', l2, clock));
  if (l3 !== undefined && store !== undefined) tiers.push(store.tier(name, l3, bloomFilters(l3.falsePositiveRate)));
  const { entriesMax, bytesMax, sizeBytes } = l1;
  const keys = new NamespaceKeys(hasher, name, check);
  return new TieredCache(name, tiers, keys, { ...settings, entriesMax, bytesMax, sizeBytes }, clock);
}

function bloomFilters(falsePositiveRate: number): FilterMaker {
  return {
    make: (entries) => new BloomGuard({ entriesExpected: Math.min(entries, GUARD_ENTRIES_MAX), falsePositiveRate }),
    parse: (bytes) => BloomGuard.fromBytes(bytes),
  };
}
