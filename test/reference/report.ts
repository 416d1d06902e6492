/**
 * The reference model: the measures of one document, computed slowly and obviously.
 *
 * It is written from the definitions alone, with the host's regular expressions and `Map`s, and shares no code with the
 * engine, so that property tests can compare the two. General categories and scripts are those of the host's Unicode
 * version.
 */
import { wellFormed } from './code-points.js';
import { referenceEntropy, type ReferenceEntropy } from './entropy.js';
import { lines, paragraphs, sentences, tokens, words } from './text-units.js';

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

/** Measures any string. Time and memory grow with its length; meant for texts of up to a few MB. */
export function referenceReport(anyText: string): ReferenceReport {
  const { text, replaced } = wellFormed(anyText);
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
    ...(replaced > 0 && { replaced }),
  };
}
