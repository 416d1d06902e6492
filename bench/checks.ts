/** Refuses to measure what is wrong. */
import type { CountsReport } from '../src/core/report.js';
import type { Kernel } from '../src/workers/kernel-host.js';
import * as slots from '../src/workers/kernel/report-slots.js';
import { referenceReport, type ReferenceReport } from '../test/reference/report.js';
import { countWordsInBytes, obviousReport } from './baselines.js';
import type { DocumentSet } from './document-set.js';

/** So many documents of a set, evenly spread, are compared with the reference model. */
const SAMPLE_SIZE = 50;
const TOLERANCE = 1e-9;
/** Baselines count by other definitions (white space, scripts without spaces): their totals agree roughly. */
const ROUGHLY = 0.03;

const COUNTS = ['bytes', 'chars', 'words', 'tokens', 'distinctTokens', 'lines', 'paragraphs', 'sentences'] as const;
const RATIOS = ['char', 'token', 'sentence', 'evenness', 'redundancy', 'aggregate'] as const;

/** The part that the reports of the engine and those of the reference model share. */
export type Measures = Pick<CountsReport & ReferenceReport, (typeof COUNTS)[number] | 'entropy' | 'replaced'>;

/** The kernel's reports of a whole set, of which a sample agrees with the reference model. */
export function checkedReports(kernel: Kernel, set: DocumentSet): Measures[] {
  const reports = set.documents.map(({ text }) => readRow(kernel.scoreText(text)));
  const step = Math.max(1, Math.floor(set.documents.length / SAMPLE_SIZE));
  for (let index = 0; index < set.documents.length; index += step) {
    const { text } = set.documents[index]!;
    checkSame(`kernel, ${set.name}, document ${index}`, reports[index]!, referenceReport(text));
    checkRoughly('byte loop', countWordsInBytes(Buffer.from(text)), text.split(/[ \t-\r]+/).filter(Boolean).length, 0);
  }
  return reports;
}

/** All reports agree with those of the kernel. */
export function checkReports(what: string, actual: readonly Measures[], expected: readonly Measures[]): void {
  if (actual.length !== expected.length) throw new Error(`${what}: ${actual.length} reports of ${expected.length}`);
  for (const [index, report] of actual.entries()) checkSame(`${what}, document ${index}`, report, expected[index]!);
}

/** The words that a baseline finds in a whole set are about as many as the kernel finds. */
export function checkWords(what: string, words: number, reports: readonly Measures[]): void {
  checkRoughly(what, words, total(reports, 'words'), ROUGHLY);
}

/** The regular expressions find about as much of everything as the kernel, over the first documents of a set. */
export function checkObviousReports(set: DocumentSet, reports: readonly Measures[]): void {
  const sample = set.documents.slice(0, 10 * SAMPLE_SIZE);
  const obvious = sample.map(({ text }) => obviousReport(text));
  for (const name of COUNTS) {
    const expected = total(reports.slice(0, sample.length), name);
    checkRoughly(`regular expressions, ${name}`, total(obvious, name), expected, ROUGHLY);
  }
}

function readRow(row: Float64Array): Measures {
  const replaced = row[slots.SLOT_REPLACED]!;
  return {
    bytes: row[slots.SLOT_BYTES]!,
    chars: row[slots.SLOT_CHARS]!,
    words: row[slots.SLOT_WORDS]!,
    tokens: row[slots.SLOT_TOKENS]!,
    distinctTokens: row[slots.SLOT_DISTINCT_TOKENS]!,
    lines: row[slots.SLOT_LINES]!,
    paragraphs: row[slots.SLOT_PARAGRAPHS]!,
    sentences: row[slots.SLOT_SENTENCES]!,
    entropy: {
      char: row[slots.SLOT_ENTROPY_CHAR]!,
      token: row[slots.SLOT_ENTROPY_TOKEN]!,
      sentence: row[slots.SLOT_ENTROPY_SENTENCE]!,
      evenness: nullForNaN(row[slots.SLOT_EVENNESS]!),
      redundancy: nullForNaN(row[slots.SLOT_REDUNDANCY]!),
      aggregate: row[slots.SLOT_AGGREGATE]!,
    },
    ...(replaced > 0 && { replaced }),
  };
}

function nullForNaN(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

function checkSame(what: string, actual: Measures, expected: Measures): void {
  for (const name of COUNTS) checkValue(`${what}: ${name}`, actual[name], expected[name]);
  for (const name of RATIOS) checkValue(`${what}: ${name}`, actual.entropy[name], expected.entropy[name]);
  checkValue(`${what}: replaced`, actual.replaced ?? 0, expected.replaced ?? 0);
}

function checkValue(what: string, actual: number | null, expected: number | null): void {
  if (actual === expected) return;
  const isClose =
    actual !== null && expected !== null && Math.abs(actual - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));
  if (!isClose) throw new Error(`${what} is ${actual}, expected ${expected}: nothing is timed`);
}

function checkRoughly(what: string, actual: number, expected: number, tolerance: number): void {
  if (Math.abs(actual - expected) <= tolerance * expected) return;
  throw new Error(`${what}: ${actual}, expected about ${expected}: nothing is timed`);
}

function total(reports: readonly Measures[], name: (typeof COUNTS)[number]): number {
  return reports.reduce((sum, report) => sum + report[name], 0);
}
