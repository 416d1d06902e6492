import { MillraceError } from '../core/errors.js';
import { checkNumber, checkOptions, optionPath } from '../core/options.js';
import type { Report } from '../core/report.js';
import { checkNumberField, numberReader } from './fields.js';

/** What a version of a document is judged by: a number of its report, or several with their weights. Higher is better. */
export type Profile = string | Readonly<Record<string, number>>;

/** Path → weight. Weights may be negative, for numbers that should fall; none is 0. */
export type ResolvedProfile = Readonly<Record<string, number>>;

/** The score of a report by a profile. */
export type Score = (report: Report) => number;

const WEIGHT_MAX = 1e6;

/** @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`. */
export function resolveProfile(path: string, value: unknown): ResolvedProfile {
  if (typeof value === 'string') return Object.freeze({ [checkNumberField(path, value)]: 1 });
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const given = Object.entries(checkOptions(path, value, names));
  const weights = given.map(([field, weight]): [string, number] => [
    checkNumberField(path, field),
    checkNumber(optionPath(path, field), weight, -WEIGHT_MAX, WEIGHT_MAX),
  ]);
  const used = weights.filter(([, weight]) => weight !== 0);
  if (used.length > 0) return Object.freeze(Object.fromEntries(used));
  throw new MillraceError('ERR_OPTION_RANGE', `${path} must have a weight that is not 0, got none`);
}

/** The sum of a profile's numbers by their weights. A `null` counts as 0, as it does in `miair`. */
export function scoreBy(profile: ResolvedProfile): Score {
  const parts = Object.entries(profile).map(([path, weight]) => ({ read: numberReader(path), weight }));
  return (report) => {
    let score = 0;
    for (const { read, weight } of parts) score += weight * (read(report) ?? 0);
    return score;
  };
}
