import { resolveFilters } from '../../core/filter-options.js';
import { FILTER_NAMES, type AllThresholds } from '../../core/filters.js';
import type { Check } from './checks.js';

/** The threshold of a check; `null` when the check is off. */
export function thresholdOf(
  filters: AllThresholds,
  { filter, threshold }: Pick<Check, 'filter' | 'threshold'>,
): number | null {
  const thresholds: Readonly<Record<string, number | true | null>> = filters[filter];
  const value = thresholds[threshold];
  return typeof value === 'number' ? value : null;
}

/** These thresholds with others in place of some. */
export function withThresholds(
  filters: AllThresholds,
  changes: Iterable<readonly [check: Check, value: number]>,
): AllThresholds {
  const changed: Record<string, Record<string, unknown>> = {};
  for (const name of FILTER_NAMES) changed[name] = { ...filters[name] };
  for (const [{ filter, threshold }, value] of changes) changed[filter] = { ...changed[filter], [threshold]: value };
  return resolveFilters('filters', changed);
}
