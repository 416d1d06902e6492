import { FILTER_NAMES, FILTER_REASONS, type FilterName } from '../../core/filters.js';
import { REJECTION_AS_REPEAT, REJECTION_BY_EXPRESSION } from '../../workers/kernel/rejections.js';

/** How many documents were rejected for one reason. */
export interface Rejection {
  /** `keep-if` for those that the expression rejected, `dedup` for those that repeat another. */
  readonly filter: FilterName | 'keep-if' | 'dedup';
  /** One of the filter's reasons, the expression, or `duplicate`. */
  readonly reason: string;
  readonly documents: number;
}

/** The filter and reason of each number, from 1. */
const REASONS = FILTER_NAMES.flatMap((filter) => FILTER_REASONS[filter].map((reason) => ({ filter, reason })));

/**
 * The reasons for which documents were rejected, the most frequent first; of equally frequent ones that which is checked first.
 *
 * @param counts - documents by the number of their reason, as `kernel/rejections.ts` has them; trailing zeros may be missing.
 * @param keepIf - the expression of the run.
 */
export function rejectionsOf(counts: readonly number[], keepIf = ''): Rejection[] {
  const byFilters = REASONS.map((reason, index) => ({ ...reason, documents: counts[index + 1] ?? 0 }));
  const byExpression = {
    filter: 'keep-if' as const,
    reason: keepIf,
    documents: counts[REJECTION_BY_EXPRESSION] ?? 0,
  };
  const asRepeats = { filter: 'dedup' as const, reason: 'duplicate', documents: counts[REJECTION_AS_REPEAT] ?? 0 };
  return [...byFilters, byExpression, asRepeats]
    .filter(({ documents }) => documents > 0)
    .sort((left, right) => right.documents - left.documents);
}

/** The counts by number with those of a further part of the run. */
export function addRejections(counts: readonly number[], more: Uint32Array): readonly number[] {
  if (!more.some((count) => count > 0)) return counts;
  return Array.from(more, (count, number) => (counts[number] ?? 0) + count);
}
