import type { DocumentId } from '../core/document.js';
import { FILTER_REASONS, type FilterName, type FilterVerdict } from '../core/filters.js';
import type { CountsReport, EntropyReport, Report } from '../core/report.js';
import { c4QualityStats, finewebQualityStats, gopherQualityStats, gopherRepetitionStats } from './filter-stats.js';
import * as slots from './kernel/report-slots.js';

/* The verdicts that a filter can give, by their number in the row: made once, and frozen since reports share them. */
const GOPHER_QUALITY = verdictsOf('gopher_quality');
const GOPHER_REPETITION = verdictsOf('gopher_repetition');
const C4_QUALITY = verdictsOf('c4_quality');
const FINEWEB_QUALITY = verdictsOf('fineweb_quality');

/** Makes the reports of one kind out of the kernel's rows of doubles. */
export interface ReportDecoder<R extends CountsReport> {
  /** Doubles of a row. */
  readonly slots: number;
  /** @param at - index of the row's first double; the row must be there. */
  decode(id: DocumentId, rows: Float64Array, at: number): R;
}

export const COUNTS_DECODER: ReportDecoder<CountsReport> = { slots: slots.ENTROPY_SLOTS, decode: decodeCounts };
export const REPORT_DECODER: ReportDecoder<Report> = { slots: slots.REPORT_SLOTS, decode: decodeReport };
export const STATS_DECODER: ReportDecoder<Report> = { slots: slots.STATS_SLOTS, decode: decodeReportWithStats };

/**
 * Counts and entropy.
 *
 * `| 0` has the counts, which all fit, stored in the object itself: as doubles each would be an allocation of its own.
 */
function decodeCounts(id: DocumentId, rows: Float64Array, at: number): CountsReport {
  const report: CountsReport = {
    schema: 1,
    id,
    bytes: rows[at + slots.SLOT_BYTES]! | 0,
    chars: rows[at + slots.SLOT_CHARS]! | 0,
    words: rows[at + slots.SLOT_WORDS]! | 0,
    tokens: rows[at + slots.SLOT_TOKENS]! | 0,
    distinctTokens: rows[at + slots.SLOT_DISTINCT_TOKENS]! | 0,
    lines: rows[at + slots.SLOT_LINES]! | 0,
    paragraphs: rows[at + slots.SLOT_PARAGRAPHS]! | 0,
    sentences: rows[at + slots.SLOT_SENTENCES]! | 0,
    entropy: decodeEntropy(rows, at),
  };
  const replaced = rows[at + slots.SLOT_REPLACED]!;
  return replaced === 0 ? report : { ...report, replaced };
}

/** Written out, not put together from `decodeCounts`: one literal, one shape, and no copy on the way. */
function decodeReport(id: DocumentId, rows: Float64Array, at: number): Report {
  const report: Report = {
    schema: 1,
    id,
    bytes: rows[at + slots.SLOT_BYTES]! | 0,
    chars: rows[at + slots.SLOT_CHARS]! | 0,
    words: rows[at + slots.SLOT_WORDS]! | 0,
    tokens: rows[at + slots.SLOT_TOKENS]! | 0,
    distinctTokens: rows[at + slots.SLOT_DISTINCT_TOKENS]! | 0,
    lines: rows[at + slots.SLOT_LINES]! | 0,
    paragraphs: rows[at + slots.SLOT_PARAGRAPHS]! | 0,
    sentences: rows[at + slots.SLOT_SENTENCES]! | 0,
    entropy: decodeEntropy(rows, at),
    readability: {
      fleschReadingEase: nullable(rows[at + slots.SLOT_READING_EASE]!),
      fleschKincaidGrade: nullable(rows[at + slots.SLOT_KINCAID_GRADE]!),
    },
    coherence: nullable(rows[at + slots.SLOT_COHERENCE]!),
    documentation: {
      completeness: rows[at + slots.SLOT_COMPLETENESS]!,
      clarity: rows[at + slots.SLOT_CLARITY]!,
      consistency: rows[at + slots.SLOT_CONSISTENCY]!,
      accuracy: rows[at + slots.SLOT_ACCURACY]!,
      overall: rows[at + slots.SLOT_OVERALL]!,
    },
    miair: rows[at + slots.SLOT_MIAIR]!,
    filters: {
      gopher_quality: verdictOf(GOPHER_QUALITY, rows[at + slots.SLOT_GOPHER_QUALITY]!),
      gopher_repetition: verdictOf(GOPHER_REPETITION, rows[at + slots.SLOT_GOPHER_REPETITION]!),
      c4_quality: verdictOf(C4_QUALITY, rows[at + slots.SLOT_C4_QUALITY]!),
      fineweb_quality: verdictOf(FINEWEB_QUALITY, rows[at + slots.SLOT_FINEWEB_QUALITY]!),
    },
  };
  const replaced = rows[at + slots.SLOT_REPLACED]!;
  return replaced === 0 ? report : { ...report, replaced };
}

function decodeReportWithStats(id: DocumentId, rows: Float64Array, at: number): Report {
  const report = decodeReport(id, rows, at);
  const { gopher_quality, gopher_repetition, c4_quality, fineweb_quality } = report.filters;
  const filters = {
    gopher_quality: { ...gopher_quality, stats: gopherQualityStats(rows, at) },
    gopher_repetition: { ...gopher_repetition, stats: gopherRepetitionStats(rows, at) },
    c4_quality: { ...c4_quality, stats: c4QualityStats(rows, at) },
    fineweb_quality: { ...fineweb_quality, stats: finewebQualityStats(rows, at) },
  };
  return { ...report, filters };
}

function decodeEntropy(rows: Float64Array, at: number): EntropyReport {
  return {
    char: rows[at + slots.SLOT_ENTROPY_CHAR]!,
    token: rows[at + slots.SLOT_ENTROPY_TOKEN]!,
    sentence: rows[at + slots.SLOT_ENTROPY_SENTENCE]!,
    evenness: nullable(rows[at + slots.SLOT_EVENNESS]!),
    redundancy: nullable(rows[at + slots.SLOT_REDUNDANCY]!),
    aggregate: rows[at + slots.SLOT_AGGREGATE]!,
  };
}

function verdictsOf<F extends FilterName>(filter: F): readonly FilterVerdict<F>[] {
  const reasons: readonly FilterVerdict<F>['reason'][] = [null, ...FILTER_REASONS[filter]];
  return reasons.map((reason) => Object.freeze({ keep: reason === null, reason }));
}

function verdictOf<F extends FilterName>(verdicts: readonly FilterVerdict<F>[], code: number): FilterVerdict<F> {
  return verdicts[code]!;
}

function nullable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
