/** Baselines that several suites have beside their own results. */
import { MillraceError } from '../../../core/errors.js';
import type { BenchDocuments } from '../documents.js';
import { plainReport } from '../plain-scorer.js';
import { scoring, type BenchCase, type SuiteContext } from '../suite.js';

/** Names of the baselines, as they are shown. */
export const PLAIN = 'regular expressions and a Map (counts and entropy)';
export const WORD_COUNT = 'wc -w';

/** It is some ten times as slow: of so many documents it does one. */
const PLAIN_SHARE = 8;

/** A plain TypeScript scorer on one thread, over the first documents. */
export function plainScorer(context: SuiteContext, documents: BenchDocuments): BenchCase {
  const few = documents.first(Math.ceil(documents.count / PLAIN_SHARE));
  return scoring({ name: PLAIN, role: 'baseline' }, context, few, () => {
    for (const { text } of few.documents) plainReport(text);
  });
}

/** `wc -w` over the same texts on one core; none where the machine has no such program. */
export function wordCounts(context: SuiteContext, documents: BenchDocuments): BenchCase[] {
  const { wordCount, clock } = context;
  if (wordCount === undefined) return [];
  return [
    {
      name: WORD_COUNT,
      role: 'baseline',
      unit: 'docs/min',
      against: [],
      documentBytes: documents.bytes / documents.count,
      run: async () => (60_000 * documents.count) / (await wordCount.measure(await documents.textFile(), clock)),
    },
  ];
}

/** The names of those baselines that there are. */
export function namesOf(cases: readonly BenchCase[]): string[] {
  return cases.map(({ name }) => name);
}

/** @throws MillraceError `ERR_INTERNAL`: what gives wrong results is not timed. */
export function checkSame(what: string, actual: unknown, expected: unknown): void {
  if (Object.is(actual, expected)) return;
  throw new MillraceError(
    'ERR_INTERNAL',
    `${what} is ${String(actual)}, expected ${String(expected)}: nothing is timed`,
  );
}

/** Likewise, for sums of floating-point numbers in another order. */
export function checkClose(what: string, actual: number, expected: number): void {
  if (Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected))) return;
  checkSame(what, actual, expected);
}
