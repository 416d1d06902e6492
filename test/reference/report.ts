/**
 * The reference model: the measures of one document, computed slowly and obviously.
 *
 * It is written from the definitions alone, with the host's regular expressions and `Map`s, and shares no code with the
 * engine, so that property tests can compare the two. General categories and scripts are those of the host's Unicode
 * version.
 */
import { wellFormed } from './code-points.js';
import { referenceCoherence } from './coherence.js';
import { referenceDocumentation, type ReferenceDocumentation } from './documentation.js';
import { referenceEntropy, type ReferenceEntropy } from './entropy.js';
import { c4Quality } from './filters/c4-quality.js';
import { finewebQuality } from './filters/fineweb-quality.js';
import { gopherQuality } from './filters/gopher-quality.js';
import { gopherRepetition } from './filters/gopher-repetition.js';
import type { ReferenceVerdict } from './filters/verdict.js';
import { resolveReferenceOptions, type FilterOptions, type ReferenceOptions } from './options.js';
import { referenceReadability, type ReferenceReadability } from './readability.js';
import { lines, paragraphs, sentences, tokens, words } from './text-units.js';

/** Counts and entropy. */
export interface ReferenceReport {
  /** Of the UTF-8 form, after lone surrogates were replaced. */
  readonly bytes: number;
  readonly chars: number;
  readonly words: number;
  readonly tokens: number;
  readonly distinctTokens: number;
  readonly lines: number;
  readonly paragraphs: number;
  readonly sentences: number;
  readonly entropy: ReferenceEntropy;
  /** Lone surrogates replaced by U+FFFD; left out when there are none. */
  readonly replaced?: number;
}

export type ReferenceFilters = { readonly [Name in keyof FilterOptions]: ReferenceVerdict };

/** All measures, and the verdicts of the filters with their statistics. */
export interface ReferenceFullReport extends ReferenceReport {
  readonly readability: ReferenceReadability;
  readonly coherence: number | null;
  readonly documentation: ReferenceDocumentation;
  readonly miair: number;
  readonly filters: ReferenceFilters;
}

/**
 * Measures any string. Time and memory grow with its length; meant for texts of up to a few MB.
 *
 * With options, of which each has its default, everything is measured; without them only counts and entropy are.
 */
export function referenceReport(anyText: string, options: ReferenceOptions): ReferenceFullReport;
// Last, because this is the signature that `texts.map(referenceReport)` is inferred from.
export function referenceReport(anyText: string): ReferenceReport;
export function referenceReport(anyText: string, options?: ReferenceOptions): ReferenceReport {
  const { text, replaced } = wellFormed(anyText);
  const report = { ...entropyReport(text), ...(replaced > 0 && { replaced }) };
  return options === undefined ? report : fullReport(text, report, options);
}

/** What C4 leaves of any string; `null` when it drops the document. */
export function referenceCleanedText(anyText: string, options: ReferenceOptions = {}): string | null {
  const { filters } = resolveReferenceOptions(options);
  return c4Quality(wellFormed(anyText).text, filters.c4_quality).cleanedText;
}

function entropyReport(text: string): ReferenceReport {
  const allTokens = tokens(text);
  return {
    bytes: Buffer.byteLength(text, 'utf8'),
    chars: [...text].length,
    words: words(text).length,
    tokens: allTokens.length,
    distinctTokens: new Set(allTokens).size,
    lines: lines(text).length,
    paragraphs: paragraphs(text).length,
    sentences: sentences(text).length,
    entropy: referenceEntropy(text),
  };
}

function fullReport(text: string, report: ReferenceReport, options: ReferenceOptions): ReferenceFullReport {
  const { asOf, weights, filters } = resolveReferenceOptions(options);
  const coherence = referenceCoherence(text);
  const documentation = referenceDocumentation(text, asOf, weights);
  return {
    ...report,
    readability: referenceReadability(text),
    coherence,
    documentation,
    miair: miair(report.entropy.aggregate, coherence, documentation.completeness),
    filters: {
      gopher_quality: gopherQuality(text, filters.gopher_quality),
      gopher_repetition: gopherRepetition(text, filters.gopher_repetition),
      c4_quality: c4Quality(text, filters.c4_quality).verdict,
      fineweb_quality: finewebQuality(text, filters.fineweb_quality),
    },
  };
}

/** The score of a refinement loop: order, coherence and completeness, 0–100. */
function miair(aggregate: number, coherence: number | null, completeness: number): number {
  return 100 * (0.35 * (1 - aggregate) + 0.35 * (coherence ?? 0) + 0.3 * completeness);
}
