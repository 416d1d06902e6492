import type { Document } from '../../core/document.js';
import type { FilterName } from '../../core/filters.js';
import { resolveMeasures, type MeasureOptions, type MeasureSettings } from '../../core/measures.js';
import { checkInteger, checkKnown } from '../../core/options.js';
import type { Report } from '../../core/report.js';
import { refusalOf } from '../documents/documents-batch.js';
import { checksOf, type Check } from './checks.js';
import { explainDimensions, type Advice, type DimensionExplanation } from './dimensions.js';
import { measure } from './measure.js';
import { readabilityInWords } from './readability.js';
import { findRepeats, type Repeats } from './repeats.js';
import { MAX_BYTES_LIMIT } from '../options.js';

/** Options of `explain`. */
export interface ExplainOptions extends Pick<MeasureOptions, 'asOf' | 'weights' | 'filters'> {
  /**
   * Ill-formed parts that whoever decoded the text has replaced by U+FFFD already; the report counts them with those that are
   * replaced now. Integer, 0 or more.
   *
   * @defaultValue 0
   */
  readonly replaced?: number;
}

/** One document's report with all that its numbers come from: a plain object that `JSON.stringify` keeps whole. */
export interface Explanation {
  readonly schema: 1;
  /** The report, with the statistics of the filters. */
  readonly report: Report;
  /** Such as `plain English, grade 8`; `null` for a text without a word of English letters. */
  readonly readability: string | null;
  /** The dimensions of the documentation profile with their parts. */
  readonly dimensions: readonly DimensionExplanation[];
  /** What would raise `documentation.overall`, most gain first: an entry for each part that applies and is below 1. */
  readonly advice: readonly Advice[];
  /** Every check of each filter, in their order. */
  readonly checks: Readonly<Record<FilterName, readonly Check[]>>;
  /** What the text repeats most. */
  readonly repeats: Repeats;
}

const OPTION_NAMES = ['asOf', 'weights', 'filters', 'replaced'] as const satisfies readonly (keyof ExplainOptions)[];

/**
 * Explains the report of one document: the parts of each dimension, each check of each filter, and what repeats.
 *
 * Works on the calling thread, in about a second for a text of some MB; for many documents there is `createEngine`.
 *
 * @throws MillraceError `ERR_TEXT_TYPE`, `ERR_DOCUMENT_TOO_LARGE` above 128 MiB, `ERR_OUT_OF_MEMORY`, and `ERR_OPTION_TYPE`,
 * `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN` for options.
 */
export function explain(document: Document, options: ExplainOptions = {}): Explanation {
  checkKnown('explain', options, OPTION_NAMES);
  const replacedBefore = checkInteger('explain.replaced', options.replaced ?? 0, 0);
  const { asOf, weights, filters } = options;
  const settings = resolveMeasures('explain', { asOf, weights, filters });
  const refusal = refusalOf(document.text, MAX_BYTES_LIMIT);
  if (refusal !== undefined) throw refusal;
  const text = document.text.toWellFormed();
  const { report: measured, parts } = measure(document, settings);
  const replaced = replacedBefore + (measured.replaced ?? 0);
  const report = replaced === 0 ? measured : { ...measured, replaced };
  return {
    schema: 1,
    report,
    readability: readabilityInWords(report.readability),
    ...explainDimensions(report, parts, text, settings),
    checks: explainChecks(report, settings),
    repeats: findRepeats(text),
  };
}

function explainChecks({ filters }: Report, { filters: thresholds }: MeasureSettings): Explanation['checks'] {
  return {
    gopher_quality: checksOf('gopher_quality', filters.gopher_quality, thresholds.gopher_quality),
    gopher_repetition: checksOf('gopher_repetition', filters.gopher_repetition, thresholds.gopher_repetition),
    c4_quality: checksOf('c4_quality', filters.c4_quality, thresholds.c4_quality),
    fineweb_quality: checksOf('fineweb_quality', filters.fineweb_quality, thresholds.fineweb_quality),
  };
}
