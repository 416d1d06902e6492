import { MillraceError } from '../core/errors.js';
import { checkInteger, checkOptions, describe } from '../core/options.js';

export interface BloomGuardOptions {
  /** Entries for which the false-positive rate holds. Integer, 1 to 100 million; 1.2 bytes each at 0.01. @defaultValue 1000000 */
  readonly entriesExpected?: number;
  /** The share of absent entries that may be answered with "maybe". 0.000001 to 0.5. @defaultValue 0.01 */
  readonly falsePositiveRate?: number;
}
export type ResolvedBloomGuardOptions = Required<BloomGuardOptions>;

export const BLOOM_GUARD_DEFAULTS: ResolvedBloomGuardOptions = Object.freeze({
  entriesExpected: 1_000_000,
  falsePositiveRate: 0.01,
});

export const GUARD_ENTRIES_MAX = 100_000_000;
const RATE_MIN = 1e-6;
const RATE_MAX = 0.5;

/** @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE` or `ERR_OPTION_UNKNOWN` with the option's path. */
export function resolveBloomGuardOptions(options: BloomGuardOptions, path = 'guard'): ResolvedBloomGuardOptions {
  const given = { ...BLOOM_GUARD_DEFAULTS, ...checkOptions(path, options, Object.keys(BLOOM_GUARD_DEFAULTS)) };
  return Object.freeze({
    entriesExpected: checkInteger(`${path}.entriesExpected`, given.entriesExpected, 1, GUARD_ENTRIES_MAX),
    falsePositiveRate: checkRate(`${path}.falsePositiveRate`, given.falsePositiveRate),
  });
}

function checkRate(path: string, value: unknown): number {
  const message = `${path} must be a number from ${RATE_MIN} to ${RATE_MAX}, got ${describe(value)}`;
  if (typeof value !== 'number') throw new MillraceError('ERR_OPTION_TYPE', message);
  if (!(value >= RATE_MIN && value <= RATE_MAX)) throw new MillraceError('ERR_OPTION_RANGE', message);
  return value;
}
