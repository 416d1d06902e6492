/** A bench beside a saved one. */
import { compareWith, type Baseline, type Measured } from '../../monitor/baselines.js';
import type { BenchComparison, Unit } from '../../monitor/page/model.js';
import { isLessBetter, type BenchResult } from './result.js';

/** Not what was measured but what with: without the same documents, speeds do not compare. */
const DOCUMENT_BYTES = 'documents/bytes';

/** The rounds of each case as `<suite>/<case>`; baselines too, since they say whether the machine has changed. */
export function measuresOf({ suites, documents }: BenchResult): Measured[] {
  const cases = suites.flatMap(({ name: suite, cases: all }) =>
    all.map(({ name, unit, rounds }) => ({
      name: measureName(suite, name),
      unit,
      better: isLessBetter(unit) ? ('lower' as const) : ('higher' as const),
      values: rounds,
    })),
  );
  return [...cases, { name: DOCUMENT_BYTES, unit: 'bytes', better: 'higher', values: [documents.bytes] }];
}

/** A result with what became of each measure since the saved one. */
export function withComparison(result: BenchResult, before: Baseline): BenchResult {
  const {
    measures,
    missing: _missing,
    added: _added,
    ...saved
  } = compareWith(before, measuresOf(result), result.machine);
  const documents = measures.find(({ name }) => name === DOCUMENT_BYTES);
  const comparison: BenchComparison = {
    ...saved,
    measures: measures
      .filter((measure) => measure !== documents)
      .map(({ name, unit, before: was, after, ratio, low, high, isSignificant, severity }) => ({
        ...{ name, unit: unitOf(unit), before: was, after, ratio: { value: ratio, low, high } },
        ...{ isSignificant, severity },
      })),
  };
  if (documents !== undefined && documents.before === documents.after) return { ...result, comparison };
  const note = `The baseline ${before.name} was measured with other documents: differences may be theirs.`;
  return { ...result, comparison, notes: [...result.notes, note] };
}

function unitOf(unit: string): Unit {
  return unit === 'docs/min' || unit === 'ops/s' || unit === 'bytes' ? unit : 'number';
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
  return `${suite}/${name}`;
}
