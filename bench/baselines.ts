/** What people write themselves, for scale. */
import { countEach, countWords, entropyOf } from '../src/harness/bench/plain-scorer.js';
import type { ReferenceReport } from '../test/reference/report.js';

/** 1 for ASCII white space. */
const IS_SPACE = new Uint8Array(256);
for (const byte of Buffer.from(' \t\n\v\f\r')) IS_SPACE[byte] = 1;

/** Counts words parted by ASCII white space, without a branch. */
export function countWordsInBytes(text: Uint8Array): number {
  let words = 0;
  let wasSpace = 1;
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- an iterator takes four times as long here
  for (let at = 0; at < text.length; at++) {
    const isSpace = IS_SPACE[text[at]!]!;
    words += wasSpace & (isSpace ^ 1);
    wasSpace = isSpace;
  }
  return words;
}

/**
 * All measures of one text in the obvious way, with regular expressions and a `Map`.
 *
 * On ASCII prose they are those of the engine; elsewhere the definitions differ in details (scripts without spaces).
 */
export function obviousReport(text: string): ReferenceReport {
  const tokens = text.toLowerCase().match(/[\p{L}\p{M}\p{N}_]+/gu) ?? [];
  const chars = [...text];
  const sentences = text.split(/(?<=[.!?]["')\]}]*)\s+/).filter(hasToken);

  const charCounts = countEach(chars);
  const tokenCounts = countEach(tokens);
  const char = entropyOf(charCounts, chars.length);
  const token = entropyOf(tokenCounts, tokens.length);
  const sentence = entropyOf(countEach(sentences.map(countWords)), sentences.length);
  return {
    bytes: Buffer.byteLength(text),
    chars: chars.length,
    words: countWords(text),
    tokens: tokens.length,
    distinctTokens: tokenCounts.size,
    lines: text.match(/.*\n|.+$/g)?.length ?? 0,
    paragraphs: text.split(/\n\s*\n/).filter(isNotBlank).length,
    sentences: sentences.length,
    entropy: {
      char,
      token,
      sentence,
      evenness: tokenCounts.size < 2 ? null : token / Math.log2(tokenCounts.size),
      redundancy: charCounts.size < 2 ? charCounts.size || null : 1 - char / Math.log2(charCounts.size),
      aggregate: 0.2 * Math.min(char / 6, 1) + 0.5 * Math.min(token / 12, 1) + 0.3 * Math.min(sentence / 4, 1),
    },
  };
}

function hasToken(text: string): boolean {
  return /[\p{L}\p{M}\p{N}_]/u.test(text);
}

function isNotBlank(text: string): boolean {
  return /\S/.test(text);
}
