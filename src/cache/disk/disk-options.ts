import { checkBoolean, checkInteger, checkOptions, optionPath } from '../../core/options.js';
import { BLOOM_GUARD_DEFAULTS, resolveBloomGuardOptions, type BloomGuardOptions } from '../bloom-guard-options.js';
import { COMPRESS_FROM_BYTES_DEFAULT } from '../entry-codec.js';

export interface DiskStoreOptions {
  /** How long opening and closing wait for another process that changes the directory, in ms. From 0 to 600,000. @defaultValue 10,000 */
  readonly lockWaitMs?: number;
  /** Bytes that may wait to be written; beyond it `set` waits. From 64 KiB to 1 GiB. @defaultValue 16 MiB */
  readonly queueBytesMax?: number;
}

/** With the options of the guard, whose filter is made larger when there are more entries than expected. */
export interface DiskTierOptions extends BloomGuardOptions {
  /** Bytes of the file that the entries may take, with all that finding them takes. From 64 KiB to 64 TiB. @defaultValue 1 GiB */
  readonly bytesMax?: number;
  /** From how many bytes on a value is compressed; 0: always. Integer. @defaultValue 2048 */
  readonly compressFromBytes?: number;
  /**
   * How coarse the time of last use is, in ms: a hit counts as a use when the last use that was recorded is as long ago or longer. From 0
   * to a week. @defaultValue 60,000
   */
  readonly lastUseMs?: number;
  /** Whether a Bloom filter in memory answers for what is absent. @defaultValue true */
  readonly guard?: boolean;
}

export type ResolvedDiskStoreOptions = Required<DiskStoreOptions>;
export type ResolvedDiskTierOptions = Required<DiskTierOptions>;

export const DISK_STORE_DEFAULTS: ResolvedDiskStoreOptions = Object.freeze({
  lockWaitMs: 10_000,
  queueBytesMax: 16 * 2 ** 20,
});

export const DISK_TIER_DEFAULTS: ResolvedDiskTierOptions = Object.freeze({
  bytesMax: 2 ** 30,
  compressFromBytes: COMPRESS_FROM_BYTES_DEFAULT,
  lastUseMs: 60_000,
  guard: true,
  ...BLOOM_GUARD_DEFAULTS,
});

const WEEK_MS = 7 * 24 * 3_600_000;

export function resolveDiskStoreOptions(options: DiskStoreOptions, path: string): ResolvedDiskStoreOptions {
  const given = checkOptions(path, options, Object.keys(DISK_STORE_DEFAULTS));
  const { lockWaitMs, queueBytesMax } = { ...DISK_STORE_DEFAULTS, ...given };
  return Object.freeze({
    lockWaitMs: checkInteger(optionPath(path, 'lockWaitMs'), lockWaitMs, 0, 600_000),
    queueBytesMax: checkInteger(optionPath(path, 'queueBytesMax'), queueBytesMax, 2 ** 16, 2 ** 30),
  });
}

export function resolveDiskTierOptions(options: DiskTierOptions, path: string): ResolvedDiskTierOptions {
  const given = checkOptions(path, options, Object.keys(DISK_TIER_DEFAULTS));
  const { entriesExpected, falsePositiveRate, ...all } = { ...DISK_TIER_DEFAULTS, ...given };
  return Object.freeze({
    bytesMax: checkInteger(optionPath(path, 'bytesMax'), all.bytesMax, 2 ** 16, 2 ** 46),
    compressFromBytes: checkInteger(optionPath(path, 'compressFromBytes'), all.compressFromBytes, 0),
    lastUseMs: checkInteger(optionPath(path, 'lastUseMs'), all.lastUseMs, 0, WEEK_MS),
    guard: checkBoolean(optionPath(path, 'guard'), all.guard),
    ...resolveBloomGuardOptions({ entriesExpected, falsePositiveRate }, path),
  });
}
