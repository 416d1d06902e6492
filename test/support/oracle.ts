/**
 * Expected values from an independent implementation, where a checkout has them beside it.
 *
 * The files are no part of the repository: `../shared` of the repository's root holds `oracle/`, `corpus/` and `spec/`, and
 * tests that need them are skipped where it is absent. Every row is checked as it is read, so that a file of another shape
 * fails with the field's name and not as `undefined` in a comparison.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

const SHARED = resolve(import.meta.dirname, '../../../shared');
const MEASURES_DEV = resolve(SHARED, 'oracle/measures.dev.jsonl.gz');
const MEASURES_EDGE = resolve(SHARED, 'oracle/measures.edge.jsonl.gz');
const FILTERS_DEV = resolve(SHARED, 'oracle/filters.dev.jsonl.gz');
const FILTERS_EDGE = resolve(SHARED, 'oracle/filters.edge.jsonl.gz');
const COLLISIONS = resolve(SHARED, 'oracle/murmur-collisions.json');
const CORPUS = resolve(SHARED, 'corpus/corpus.jsonl.gz');
const PUNCT_SETS = resolve(SHARED, 'spec/punct-sets.json');

/** Whether the expected values are there. All of them or none: a part of them is no basis for a test. */
export const ORACLE_PRESENT = [MEASURES_DEV, MEASURES_EDGE, FILTERS_DEV, FILTERS_EDGE, CORPUS, PUNCT_SETS].every(
  (path) => existsSync(path),
);

/** Whether the pairs of `readCollisions` are there. */
export const COLLISIONS_PRESENT = existsSync(COLLISIONS);

/** For the name of a skipped test: what is missing. */
export const ORACLE_ABSENT_NOTE = `no expected values at ${SHARED}`;

export interface ExpectedEntropy {
  readonly char: number;
  readonly token: number;
  readonly sentence: number;
  readonly evenness: number | null;
  readonly redundancy: number | null;
  readonly aggregate: number;
}

/** Every measure of one document, under the report's names. */
export interface ExpectedMeasures {
  readonly id: string;
  readonly bytes: number;
  readonly chars: number;
  readonly words: number;
  readonly tokens: number;
  readonly distinctTokens: number;
  readonly lines: number;
  readonly paragraphs: number;
  readonly sentences: number;
  readonly entropy: ExpectedEntropy;
  readonly readability: { readonly fleschReadingEase: number | null; readonly fleschKincaidGrade: number | null };
  readonly coherence: number | null;
  readonly documentation: {
    readonly completeness: number;
    readonly clarity: number;
    readonly consistency: number;
    readonly accuracy: number;
    readonly overall: number;
  };
  readonly miair: number;
}

export interface CorpusDocument {
  readonly id: string;
  readonly text: string;
}

/** A text with its expected values. */
export interface ExpectedCase {
  readonly text: string;
  readonly expected: ExpectedMeasures;
}

export interface ExpectedVerdict {
  readonly keep: boolean;
  readonly reason: string | null;
  /** Under the report's names. Of `c4_quality` the sentences are missing: they are not among the expected values. */
  readonly stats: Readonly<Record<string, number | null>>;
}

/** The verdicts of all filters on one document, under the report's names. */
export interface ExpectedFilters {
  readonly id: string;
  readonly filters: {
    readonly gopher_quality: ExpectedVerdict;
    readonly gopher_repetition: ExpectedVerdict;
    readonly c4_quality: ExpectedVerdict;
    readonly fineweb_quality: ExpectedVerdict;
  };
}

/** What C4 leaves of a document that it keeps. */
export interface ExpectedCleanedText {
  /** In code points. */
  readonly chars: number;
  /** Of the UTF-8 form, in hexadecimal digits. */
  readonly sha256: string;
}

/** A text with the expected verdicts. */
export interface ExpectedFilterCase {
  readonly text: string;
  readonly expected: ExpectedFilters;
  /** `null` for a document that C4 drops. */
  readonly cleanedText: ExpectedCleanedText | null;
}

/** The corpus documents that have expected values (about 10 MB of text), in the order of the values. */
export function readDevCases(): ExpectedCase[] {
  const expectedRows = Array.from(readJsonLines(MEASURES_DEV), parseMeasures);
  const texts = corpusTexts(expectedRows.map((row) => row.id));
  return expectedRows.map((expected) => ({ text: textOf(texts, expected.id, MEASURES_DEV), expected }));
}

/** Short texts at the edges of the definitions. */
export function readEdgeCases(): ExpectedCase[] {
  return Array.from(readJsonLines(MEASURES_EDGE), (row) => ({
    text: stringAt(recordAt(row, 'row'), 'text'),
    expected: parseMeasures(row),
  }));
}

/** The documents of `readDevCases` with the expected verdicts of the filters. */
export function readDevFilterCases(): ExpectedFilterCase[] {
  const rows = Array.from(readJsonLines(FILTERS_DEV), parseFilters);
  const texts = corpusTexts(rows.map(({ expected }) => expected.id));
  return rows.map((row) => ({ text: textOf(texts, row.expected.id, FILTERS_DEV), ...row }));
}

/** The texts of `readEdgeCases` with the expected verdicts of the filters; the empty text has none. */
export function readEdgeFilterCases(): ExpectedFilterCase[] {
  const texts = new Map(readEdgeCases().map(({ text, expected }) => [expected.id, text]));
  return Array.from(readJsonLines(FILTERS_EDGE), (row) => {
    const { expected, cleanedText } = parseFilters(row);
    const text = textOf(texts, expected.id, FILTERS_EDGE);
    if (stringAt(recordAt(row, 'row'), 'text') !== text) {
      throw new Error(`${FILTERS_EDGE}: ${expected.id} has another text in ${MEASURES_EDGE}`);
    }
    return { text, expected, cleanedText };
  });
}

/** All corpus documents (about 58 MB of text), one at a time. */
export function* readCorpus(): Generator<CorpusDocument> {
  for (const row of readJsonLines(CORPUS)) {
    const document = recordAt(row, 'row');
    yield { id: stringAt(document, 'id'), text: stringAt(document, 'text') };
  }
}

/** The code point set of this name, as the definitions list it. */
export function readPunctSet(name: 'PUNCT' | 'TERMINAL'): number[] {
  const sets = recordAt(JSON.parse(readFileSync(PUNCT_SETS, 'utf8')), PUNCT_SETS);
  const set = sets[name];
  if (!Array.isArray(set)) throw new TypeError(`${name} must be an array, got ${typeof set}`);
  return set.map((codePoint: unknown, index) => asNumber(codePoint, `${name}[${index}]`));
}

/** Pairs of different texts with one MurmurHash3 x64 128 digest of their UTF-8. */
export function readCollisions(): [string, string][] {
  const { pairs } = recordAt(JSON.parse(readFileSync(COLLISIONS, 'utf8')), COLLISIONS);
  if (!Array.isArray(pairs)) throw new TypeError(`pairs must be an array, got ${typeof pairs}`);
  return pairs.map((pair: unknown, index) => {
    const [one, other] = Array.isArray(pair) ? pair : [];
    if (typeof one !== 'string' || typeof other !== 'string')
      throw new TypeError(`pairs[${index}] must be two strings`);
    return [one, other];
  });
}

/** The texts of these documents, by id. */
function corpusTexts(ids: readonly string[]): Map<string, string> {
  const wanted = new Set(ids);
  const texts = new Map<string, string>();
  for (const { id, text } of readCorpus()) {
    if (wanted.has(id)) texts.set(id, text);
  }
  return texts;
}

function textOf(texts: ReadonlyMap<string, string>, id: string, path: string): string {
  const text = texts.get(id);
  if (text === undefined) throw new Error(`${path}: ${id} has no text`);
  return text;
}

function* readJsonLines(path: string): Generator {
  const bytes = gunzipSync(readFileSync(path));
  // Decoded line by line: the whole corpus as one string would double the memory.
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    yield JSON.parse(bytes.toString('utf8', start, end));
    start = end + 1;
  }
}

function parseMeasures(row: unknown): ExpectedMeasures {
  const measures = recordAt(row, 'row');
  const entropy = recordAt(measures['entropy'], 'entropy');
  const readability = recordAt(measures['readability'], 'readability');
  const documentation = recordAt(measures['documentation'], 'documentation');
  return {
    id: stringAt(measures, 'id'),
    bytes: numberAt(measures, 'bytes'),
    chars: numberAt(measures, 'chars'),
    words: numberAt(measures, 'words'),
    tokens: numberAt(measures, 'tokens'),
    distinctTokens: numberAt(measures, 'distinctTokens'),
    lines: numberAt(measures, 'lines'),
    paragraphs: numberAt(measures, 'paragraphs'),
    sentences: numberAt(measures, 'sentences'),
    entropy: {
      char: numberAt(entropy, 'char'),
      token: numberAt(entropy, 'token'),
      sentence: numberAt(entropy, 'sentence'),
      evenness: numberOrNullAt(entropy, 'evenness'),
      redundancy: numberOrNullAt(entropy, 'redundancy'),
      aggregate: numberAt(entropy, 'aggregate'),
    },
    readability: {
      fleschReadingEase: numberOrNullAt(readability, 'fleschReadingEase'),
      fleschKincaidGrade: numberOrNullAt(readability, 'fleschKincaidGrade'),
    },
    coherence: numberOrNullAt(measures, 'coherence'),
    documentation: {
      completeness: numberAt(documentation, 'completeness'),
      clarity: numberAt(documentation, 'clarity'),
      consistency: numberAt(documentation, 'consistency'),
      accuracy: numberAt(documentation, 'accuracy'),
      overall: numberAt(documentation, 'overall'),
    },
    miair: numberAt(measures, 'miair'),
  };
}

function parseFilters(value: unknown): Omit<ExpectedFilterCase, 'text'> {
  const row = recordAt(value, 'row');
  const c4 = recordAt(row['c4_quality'], 'c4_quality');
  const c4Stats = recordAt(c4['stats'], 'c4_quality.stats');
  return {
    expected: {
      id: stringAt(row, 'id'),
      filters: {
        gopher_quality: parseVerdict(row, 'gopher_quality', parseStats),
        gopher_repetition: parseVerdict(row, 'gopher_repetition', parseStats),
        c4_quality: parseVerdict(row, 'c4_quality', parseLineStats),
        fineweb_quality: parseVerdict(row, 'fineweb_quality', parseStats),
      },
    },
    cleanedText: booleanAt(c4, 'keep')
      ? { chars: numberAt(c4Stats, 'out_chars'), sha256: stringAt(c4Stats, 'out_sha256') }
      : null,
  };
}

type Stats = ExpectedVerdict['stats'];

function parseVerdict(row: UnknownRecord, name: string, parse: (stats: UnknownRecord) => Stats): ExpectedVerdict {
  const verdict = recordAt(row[name], name);
  return {
    keep: booleanAt(verdict, 'keep'),
    reason: verdict['reason'] === null ? null : stringAt(verdict, 'reason'),
    stats: parse(recordAt(verdict['stats'], `${name}.stats`)),
  };
}

function parseStats(stats: UnknownRecord): Stats {
  return Object.fromEntries(Object.keys(stats).map((name) => [name, numberOrNullAt(stats, name)]));
}

/** The reference implementation's names of the line counts, by the report's; it leaves out those that are 0. */
const LINE_STATS = {
  lines: 'line-total',
  kept: 'line-kept',
  too_long_word: 'line-filter-too_long_word',
  no_terminal_punc: 'line-filter-no_terminal_punc',
  too_few_words: 'line-filter-too_few_words',
  javascript: 'line-filter-javascript',
  policy: 'line-filter-policy',
};

function parseLineStats(stats: UnknownRecord): Stats {
  const lineStats = recordAt(stats['line_stats'], 'c4_quality.stats.line_stats');
  const known = new Set(Object.values(LINE_STATS));
  const unknown = Object.keys(lineStats).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new TypeError(`line_stats has unknown names: ${unknown.join(', ')}`);
  return Object.fromEntries(
    Object.entries(LINE_STATS).map(([name, theirs]) => [name, theirs in lineStats ? numberAt(lineStats, theirs) : 0]),
  );
}

type UnknownRecord = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is UnknownRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordAt(value: unknown, name: string): UnknownRecord {
  if (!isRecord(value)) throw new TypeError(`${name} must be an object, got ${JSON.stringify(value)}`);
  return value;
}

function stringAt(record: UnknownRecord, name: string): string {
  const value = record[name];
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string, got ${JSON.stringify(value)}`);
  return value;
}

function booleanAt(record: UnknownRecord, name: string): boolean {
  const value = record[name];
  if (typeof value !== 'boolean') throw new TypeError(`${name} must be a boolean, got ${JSON.stringify(value)}`);
  return value;
}

function numberAt(record: UnknownRecord, name: string): number {
  return asNumber(record[name], name);
}

function numberOrNullAt(record: UnknownRecord, name: string): number | null {
  return record[name] === null ? null : numberAt(record, name);
}

function asNumber(value: unknown, name: string): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${JSON.stringify(value)}`);
  return value;
}
