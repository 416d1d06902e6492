/**
 * Proves that the reference model agrees with every expected value of independent implementations: measures and filters, of
 * real documents and of short texts at the edges; and with what C4 leaves of a document, by its digest. Where the expected
 * values are not there, it says so and skips.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { referenceCleanedText, referenceReport } from '../reference/report.js';
import { completeDifferences } from '../support/compare.js';
import {
  ORACLE_ABSENT_NOTE,
  ORACLE_PRESENT,
  readDevCases,
  readDevFilterCases,
  readEdgeCases,
  readEdgeFilterCases,
  type ExpectedCase,
  type ExpectedFilterCase,
} from '../support/oracle.js';

/** The year from which the expected values count. */
const AS_OF = 2026;

describe.skipIf(!ORACLE_PRESENT)(ORACLE_PRESENT ? 'the reference model' : `skipped: ${ORACLE_ABSENT_NOTE}`, () => {
  it('agrees on short texts at the edges', () => {
    expect(readEdgeCases().length).toBeGreaterThan(40);
    expect(readEdgeFilterCases().length).toBe(readEdgeCases().length - 1);
    expect(allDifferences(readEdgeCases(), readEdgeFilterCases())).toEqual([]);
  });

  it('agrees on real documents', { timeout: 300_000 }, () => {
    const measures = readDevCases();
    const filters = readDevFilterCases();
    expect(measures.length).toBeGreaterThan(1000);
    expect(filters.length).toBe(measures.length);
    expect(allDifferences(measures, filters)).toEqual([]);
  });
});

/** Of all documents; one without expected verdicts, the empty text, is compared by its measures only. */
function allDifferences(measures: readonly ExpectedCase[], filters: readonly ExpectedFilterCase[]): string[] {
  const filterCases = new Map(filters.map((each) => [each.expected.id, each]));
  return measures.flatMap(({ text, expected }) => {
    const actual = referenceReport(text, { asOf: AS_OF });
    const found = completeDifferences(expected.id, actual, expected);
    const filterCase = filterCases.get(expected.id);
    if (filterCase === undefined) return text === '' ? found : [...found, `${expected.id}: no expected verdicts`];
    return [
      ...found,
      ...completeDifferences(expected.id, actual, filterCase.expected),
      ...cleanedTextDifferences(filterCase),
    ];
  });
}

function cleanedTextDifferences({ text, expected, cleanedText }: ExpectedFilterCase): string[] {
  const actual = digestOf(referenceCleanedText(text));
  const want = cleanedText && `${cleanedText.chars} characters, ${cleanedText.sha256}`;
  return actual === want ? [] : [`${expected.id}: the cleaned text is ${actual}, expected ${want}`];
}

function digestOf(text: string | null): string | null {
  if (text === null) return null;
  return `${[...text].length} characters, ${createHash('sha256').update(text, 'utf8').digest('hex')}`;
}
