/**
 * What the filters have in common: a verdict, checks against thresholds, and repeated elements.
 */
import type { Threshold } from '../options.js';
import { lengthOf } from '../strings.js';

/** Statistics by name, in the order of their definition; `null` where there is no value. */
export type ReferenceStats = Readonly<Record<string, number | null>>;

export interface ReferenceVerdict {
  readonly keep: boolean;
  /** The first check that failed; `null` for a document that is kept. */
  readonly reason: string | null;
  readonly stats: ReferenceStats;
}

export interface Check {
  readonly fails: boolean;
  readonly reason: string;
}

/** The verdict of checks in their order. */
export function verdict(checks: readonly Check[], stats: ReferenceStats): ReferenceVerdict {
  const failed = checks.find((check) => check.fails);
  return { keep: failed === undefined, reason: failed?.reason ?? null, stats };
}

/** Fails for a value above the threshold, not at it. */
export function above(value: number | null | undefined, threshold: Threshold, reason: string): Check {
  return { fails: isNumber(value) && threshold !== null && value > threshold, reason };
}

/** Fails for a value below the threshold, not at it. */
export function below(value: number | null | undefined, threshold: Threshold, reason: string): Check {
  return { fails: isNumber(value) && threshold !== null && value < threshold, reason };
}

/** `null` when there is nothing to divide by. */
export function ratio(value: number, total: number): number | null {
  return total === 0 ? null : value / total;
}

export interface Duplicates {
  readonly count: number;
  readonly chars: number;
}

/** The elements that were there before, and their code points. */
export function duplicates(elements: readonly string[]): Duplicates {
  const seen = new Set<string>();
  let count = 0;
  let chars = 0;
  for (const element of elements) {
    if (seen.has(element)) {
      count++;
      chars += lengthOf(element);
    }
    seen.add(element);
  }
  return { count, chars };
}

function isNumber(value: number | null | undefined): value is number {
  return value !== null && value !== undefined;
}
