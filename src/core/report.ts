import type { DocumentId } from './document.js';
import type { MillraceError } from './errors.js';
import type { FilterName, FilterVerdict } from './filters.js';

/** Shannon 1948; in bits. `null` where a ratio has no denominator. */
export interface EntropyReport {
  /** Over code points, case-sensitive. */
  readonly char: number;
  /** Over lower-cased tokens. */
  readonly token: number;
  /** Over the number of words per sentence. */
  readonly sentence: number;
  /** `token / log2(distinctTokens)` (Pielou 1966); `null` for fewer than 2 distinct tokens. */
  readonly evenness: number | null;
  /** `1 - char / log2(distinct code points)`; 1 for exactly one distinct code point, `null` for none. */
  readonly redundancy: number | null;
  /** `0.2·min(char/6, 1) + 0.5·min(token/12, 1) + 0.3·min(sentence/4, 1)`. */
  readonly aggregate: number;
}

/** Counts and entropy of one document: what `measures: 'entropy'` computes. */
export interface CountsReport {
  readonly schema: 1;
  readonly id: DocumentId;
  /** UTF-8 bytes, after ill-formed parts were replaced. */
  readonly bytes: number;
  /** Unicode code points. */
  readonly chars: number;
  readonly words: number;
  readonly tokens: number;
  readonly distinctTokens: number;
  readonly lines: number;
  readonly paragraphs: number;
  readonly sentences: number;
  readonly entropy: EntropyReport;
  /** Ill-formed parts replaced by U+FFFD; left out when there are none. */
  readonly replaced?: number;
}

/** Flesch 1948; Kincaid 1975. Over tokens of ASCII letters; `null` where there are none. */
export interface ReadabilityReport {
  /** Higher is easier: 60 to 70 is plain English. Unbounded on both sides. */
  readonly fleschReadingEase: number | null;
  /** A school grade of the United States. Unbounded on both sides. */
  readonly fleschKincaidGrade: number | null;
}

/** How well the text is documented, by surface evidence; each 0 to 1. */
export interface DocumentationReport {
  readonly completeness: number;
  readonly clarity: number;
  readonly consistency: number;
  readonly accuracy: number;
  /** The mean of the four by their weights. */
  readonly overall: number;
}

/** All measures of one document: a plain object, complete when it is handed over. */
export interface Report extends CountsReport {
  readonly readability: ReadabilityReport;
  /** Mean cosine similarity of neighbouring sections, 0 to 1; `null` for fewer than 2. */
  readonly coherence: number | null;
  readonly documentation: DocumentationReport;
  /** `100·(0.35·(1 − entropy.aggregate) + 0.35·coherence + 0.3·completeness)`. */
  readonly miair: number;
  readonly filters: { readonly [F in FilterName]: FilterVerdict<F> };
}

/** A document that could not be scored, with its place and its reason. */
export interface Failure {
  readonly error: MillraceError;
  /** Where the document came from: a file, or `memory`. */
  readonly source: string;
  /** Position in its source, from 0. */
  readonly ordinal: number;
  readonly id?: DocumentId;
}

/** Tells the two outcomes of `scoreAll` and `stream` apart. */
export function isFailure(outcome: CountsReport | Failure): outcome is Failure {
  return 'error' in outcome;
}
