import { MillraceError } from '../../core/errors.js';
import { checkBoolean, checkInteger, checkOptions, optionPath, typeError } from '../../core/options.js';
import { COMPRESS_FROM_BYTES_DEFAULT } from '../entry-codec.js';

export interface DiskStoreOptions {
  /** How long opening and closing wait for another process that changes the directory, in ms. From 0 to 600,000. @defaultValue 10,000 */
  readonly lockWaitMs?: number;
  /** Bytes that may wait to be written; beyond it `set` waits. From 64 KiB to 1 GiB. @defaultValue 16 MiB */
  readonly queueBytesMax?: number;
}

export interface DiskTierOptions {
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
  /** Entries that the filter is made for; it is made larger when there are more. From 1 to 1e9. @defaultValue 1,000,000 */
  readonly entriesExpected?: number;
  /** Share of absent entries that the filter may take for present. Above 0 and below 0.5. @defaultValue 0.01 */
  readonly falsePositiveRate?: number;
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
  entriesExpected: 1_000_000,
  falsePositiveRate: 0.01,
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
  const all = { ...DISK_TIER_DEFAULTS, ...given };
  return Object.freeze({
    bytesMax: checkInteger(optionPath(path, 'bytesMax'), all.bytesMax, 2 ** 16, 2 ** 46),
    compressFromBytes: checkInteger(optionPath(path, 'compressFromBytes'), all.compressFromBytes, 0),
    lastUseMs: checkInteger(optionPath(path, 'lastUseMs'), all.lastUseMs, 0, WEEK_MS),
    guard: checkBoolean(optionPath(path, 'guard'), all.guard),
    entriesExpected: checkInteger(optionPath(path, 'entriesExpected'), all.entriesExpected, 1, 1e9),
    falsePositiveRate: checkRate(optionPath(path, 'falsePositiveRate'), all.falsePositiveRate),
  });
}

function checkRate(path: string, value: unknown): number {
  if (typeof value !== 'number') throw typeError(path, 'a number', value);
  if (value > 0 && value < 0.5) return value;
  throw new MillraceError('ERR_OPTION_RANGE', `${path} must be above 0 and below 0.5, got ${value}`);
}
