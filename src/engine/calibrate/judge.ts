import { FILTER_REASONS, type AllThresholds, type FilterName } from '../../core/filters.js';
import type { FilterCalibration, Share, ThresholdCalibration, ThresholdEffect } from './calibration.js';
import { C4_LINE_RULES, CHECKS, type Check } from './checks.js';
import { ROW_FIELDS } from './fields.js';
import type { Proposer } from './propose.js';
import { thresholdOf } from './thresholds.js';
import type { Totals } from './totals.js';

/** What a filter does by the thresholds that it was given, and what each of them would have to be. */
export function judgeFilter(
  filter: FilterName,
  filters: AllThresholds,
  totals: Totals,
  proposer: Proposer,
): FilterCalibration {
  const [kept = 0, ...reasons] = totals.verdicts(filter);
  const names: readonly string[] = FILTER_REASONS[filter];
  const checks = [...CHECKS.entries()].filter(([, check]) => check.filter === filter);
  return {
    dropped: shareOf(totals.documents - kept, totals.documents),
    reasons: Object.fromEntries(names.map((name, index) => [name, shareOf(reasons[index]!, totals.documents)])),
    thresholds: Object.fromEntries(
      checks.map(([index, check]) => [check.threshold, judgeCheck(index, check, filters, totals, proposer)]),
    ),
    lines: filter === 'c4_quality' ? removedLines(totals) : {},
  };
}

export function shareOf(documents: number, of: number): Share {
  return { documents, share: of === 0 ? 0 : documents / of };
}

function judgeCheck(
  index: number,
  check: Check,
  filters: AllThresholds,
  totals: Totals,
  proposer: Proposer,
): ThresholdCalibration {
  const { field, bound } = check;
  const { judged, failed } = totals.check(index);
  const value = thresholdOf(filters, check);
  return {
    field,
    bound,
    value,
    effect: effectOf(value, judged, failed),
    drops: shareOf(failed, totals.documents),
    position: value === null || judged === 0 ? null : (bound === 'min' ? failed : judged - failed) / judged,
    alone: proposer.alone(index),
  };
}

function effectOf(value: number | null, judged: number, failed: number): ThresholdEffect {
  if (value === null) return 'off';
  if (judged === 0) return 'nothing';
  if (failed === 0) return 'never';
  return failed === judged ? 'always' : 'some';
}

function removedLines(totals: Totals): Record<string, number> {
  const sumOf = (statistic: string): number => {
    const path = `filters.c4_quality.stats.${statistic}`;
    const { count, sum } = totals.moments(ROW_FIELDS.findIndex((field) => field.path === path));
    return count === 0 ? 0 : sum;
  };
  const lines = sumOf('lines');
  return Object.fromEntries(
    C4_LINE_RULES.map(([rule, statistic]) => [rule, lines === 0 ? 0 : sumOf(statistic) / lines]),
  );
}
