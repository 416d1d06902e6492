/** A bench beside a saved one. */
import type { BenchComparison, ComparedMeasure } from '../../monitor/page/model.js';
import { judgeChange } from '../../monitor/statistics/change.js';
import { median } from '../../monitor/statistics/median.js';
import { isLessBetter, type SuiteResult } from './result.js';
import type { CaseUnit } from './suite.js';

/** What is saved of a case: the value of each round. */
export interface SavedMeasure {
  readonly unit: CaseUnit;
  readonly rounds: readonly number[];
}

/** The cases by suite and name; baselines too, since they say whether the machine has changed. */
export function measuresOf(suites: readonly SuiteResult[]): Record<string, SavedMeasure> {
  return Object.fromEntries(
    suites.flatMap(({ name: suite, cases }) =>
      cases.map(({ name, unit, rounds }) => [`${suite}: ${name}`, { unit, rounds }] as const),
    ),
  );
}

/** Those measures that both have, in the order of this run; by the tests of `judgeChange`. @param random - in [0, 1), seeded. */
export function compareMeasures(
  saved: Readonly<Record<string, SavedMeasure>>,
  measured: Readonly<Record<string, SavedMeasure>>,
  random: () => number,
): ComparedMeasure[] {
  return Object.entries(measured).flatMap(([name, { unit, rounds }]) => {
    const before = saved[name];
    if (before?.unit !== unit) return [];
    const better = isLessBetter(unit) ? 'lower' : 'higher';
    const { ratio, low, high, isSignificant, severity } = judgeChange(before.rounds, rounds, better, { random });
    return {
      name,
      unit,
      before: median(before.rounds),
      after: median(rounds),
      ratio: { value: ratio, low, high },
      isSignificant,
      severity,
    };
  });
}

/** Whether something of the package itself, not a baseline beside it, got much worse. */
export function hasCritical(comparison: BenchComparison | null): boolean {
  return comparison?.measures.some(({ severity }) => severity === 'critical') ?? false;
}
