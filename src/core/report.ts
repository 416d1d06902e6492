import type { DocumentId } from './document.js';
import type { MillraceError } from './errors.js';

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

/** All measures of one document: a plain object, complete when it is handed over. */
export interface Report {
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
export function isFailure(outcome: Report | Failure): outcome is Failure {
  return 'error' in outcome;
}
