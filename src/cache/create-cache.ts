import type { CacheOptions } from './cache-options.js';
import type { StackStats } from './cache-stats.js';
import type { TieredCache } from './tiered-cache.js';

/** Of all namespaces together, and of each. */
export interface CacheStats extends StackStats {
  readonly namespaces: Readonly<Record<string, StackStats>>;
}

/** A set of namespaces, each with tiers, bounds and a time to live of its own. Made by `createCache`. */
export interface Cache extends AsyncDisposable {
  /**
   * One namespace.
   *
   * @throws MillraceError `ERR_OPTION_UNKNOWN` for a name that is neither a preset nor in `namespaces`: a misspelt one would be an
   * empty cache for ever; `ERR_CLOSED`.
   */
  namespace(name: string): TieredCache;
  /** Of the namespaces that have been asked for, since then; what they hold, now. */
  stats(): CacheStats;
  /** Removes everything from all namespaces. @throws MillraceError `ERR_CLOSED`; what a tier throws. */
  clear(): Promise<void>;
  /** Resolves when everything stored so far is in all tiers, or has failed. */
  flush(): Promise<void>;
  /** Writes what is on its way, and closes namespaces and directory. Later calls are refused with `ERR_CLOSED`. */
  close(): Promise<void>;
}

/**
 * Opens a cache: with a directory, what is stored outlives the process and is shared with others that open the same one.
 *
 * @throws MillraceError `ERR_OPTION_RANGE`, `ERR_OPTION_TYPE`, `ERR_OPTION_UNKNOWN`; `ERR_CACHE_DIR`, `ERR_CACHE_LOCKED`.
 */
export async function createCache(options: CacheOptions = {}): Promise<Cache> {
  // Its parts (lmdb, LZ4, Bloom filters) take a tenth of a second to load, which whoever only scores does not pay for.
  const { openCache } = await import('./cache.js');
  return openCache(options);
}
