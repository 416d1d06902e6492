import type { CacheOptions as TieredCacheOptions } from '../../cache/cache-options.js';
import { checkInteger, checkOptions, checkString, typeError } from '../../core/options.js';
import { ENTROPY_SLOTS } from '../../workers/kernel/report-slots.js';

const KIB = 1024;

/** Where the reports of texts that were measured before are found. */
export interface CacheOptions {
  /** Directory, made when there is none; shared by all runs, threads and processes that name it. */
  readonly dir: string;
  /**
   * Smaller texts are neither looked for nor stored. Bytes of UTF-8; integer, 0 or more.
   *
   * @defaultValue what makes a large run without a hit about a tenth slower and no more: 256 KiB for counts and entropy, 64 KiB for
   * complete reports
   */
  readonly bytesMin?: number;
}

/** The cache of an engine: what `createCache` takes, of which the namespace `reports` is used, and what is asked for. */
export interface EngineCacheOptions extends TieredCacheOptions {
  /**
   * Smaller texts are neither looked for nor stored. Bytes of UTF-8; integer, 0 or more.
   *
   * @defaultValue 256 KiB for counts and entropy, 64 KiB for complete reports
   */
  readonly bytesMin?: number;
}

/** The options, of which `createCache` checks its own. */
export interface CheckedEngineCache {
  readonly bytesMin: number | undefined;
  readonly options: TieredCacheOptions;
}

/** The options, checked; what depends on the measures is still open. */
export interface CheckedCache {
  readonly dir: string;
  readonly bytesMin: number | undefined;
}

/** What a thread is told of the cache. */
export interface ThreadCache {
  readonly dir: string;
  readonly bytesMin: number;
}

/**
 * @returns undefined: there is no cache.
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
 */
export function checkCache(option: CacheOptions | false): CheckedCache | undefined {
  if (option === false) return undefined;
  const { dir, bytesMin } = checkOptions('cache', option, ['dir', 'bytesMin']);
  return Object.freeze({
    dir: checkString('cache.dir', dir),
    bytesMin: checkBytesMin(bytesMin),
  });
}

/**
 * @returns undefined: there is no cache.
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`.
 */
export function checkEngineCache(option: EngineCacheOptions | false): CheckedEngineCache | undefined {
  if (option === false) return undefined;
  const given: unknown = option;
  if (typeof given !== 'object' || given === null) throw typeError('cache', 'an object or false', given);
  const { bytesMin, ...options } = option;
  return Object.freeze({ bytesMin: checkBytesMin(bytesMin), options });
}

function checkBytesMin(bytesMin: unknown): number | undefined {
  return bytesMin === undefined ? undefined : checkInteger('cache.bytesMin', bytesMin, 0, BYTES_MIN_LIMIT);
}

/** The options for a run that measures so many doubles of a report. */
export function threadCache(checked: CheckedCache | undefined, reportSlots: number): ThreadCache | undefined {
  return checked && { dir: checked.dir, bytesMin: checked.bytesMin ?? bytesMinFor(reportSlots) };
}

/** No text is larger. */
const BYTES_MIN_LIMIT = 128 * KIB * KIB;

/*
 * Not to find a report and to store it takes some 70 µs of processor time in a run, nearly all of it the disk's transactions. A hit
 * takes 2 µs in memory and 10 on disk, and 0.4 more for each KB that is hashed. Measuring takes 3 µs for each KB of counts and entropy
 * and 10 or more of a complete report: from here on that is ten times as much as what may be for nothing.
 */
export function bytesMinFor(reportSlots: number): number {
  return reportSlots <= ENTROPY_SLOTS ? 256 * KIB : 64 * KIB;
}
