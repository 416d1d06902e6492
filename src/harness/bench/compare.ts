/** A bench beside a saved one. */
import type { BenchComparison, ComparedMeasure } from '../../monitor/page/model.js';
import { judgeChange } from '../../monitor/statistics/change.js';
import { median } from '../../monitor/statistics/median.js';
import type { SavedBench } from './baselines.js';
import { isLessBetter, type BenchResult, type SuiteResult } from './result.js';
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
      cases.map(({ name, unit, rounds }) => [measureName(suite, name), { unit, rounds }] as const),
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

/** A result with what became of each measure since the saved one. @param random - in [0, 1), seeded. */
export function withComparison(result: BenchResult, before: SavedBench, random: () => number): BenchResult {
  const { name: baseline, savedAt, machine, documents } = before;
  const comparison: BenchComparison = {
    ...{ baseline, savedAt },
    isSameMachine: isSame(machine, result.machine, ['cpu', 'cores', 'memoryBytes', 'platform']),
    measures: compareMeasures(before.measures, measuresOf(result.suites), random),
  };
  const isSameText = isSame(documents, result.documents, ['source', 'count', 'bytes', 'seed']);
  const note = `The baseline ${baseline} was measured with other documents: differences may be theirs.`;
  return { ...result, comparison, notes: isSameText ? result.notes : [...result.notes, note] };
}

function isSame<T>(left: T, right: T, names: readonly (keyof T)[]): boolean {
  return names.every((name) => left[name] === right[name]);
}

/** Whether a case of the package, and not a baseline beside it, got much worse. */
export function hasCritical({ suites, comparison }: BenchResult): boolean {
  const subjects = new Set(
    suites.flatMap(({ name: suite, cases }) =>
      cases.filter(({ role }) => role === 'subject').map(({ name }) => measureName(suite, name)),
    ),
  );
  return comparison?.measures.some(({ name, severity }) => severity === 'critical' && subjects.has(name)) ?? false;
}

function measureName(suite: string, name: string): string {
  return `${suite}: ${name}`;
}
