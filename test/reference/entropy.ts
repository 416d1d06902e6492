/**
 * Entropy of a text in bits (Shannon 1948), and the ratios made of it.
 */
import { sentences, tokens, words } from './text-units.js';

export interface ReferenceEntropy {
  readonly char: number;
  readonly token: number;
  readonly sentence: number;
  readonly evenness: number | null;
  readonly redundancy: number | null;
  readonly aggregate: number;
}

/** All entropy measures of a well-formed text. */
export function referenceEntropy(text: string): ReferenceEntropy {
  const charCounts = countEach(text);
  const tokenCounts = countEach(tokens(text));
  const sentenceCounts = countEach(sentences(text).map((sentence) => words(sentence).length));

  const char = shannonEntropy(charCounts);
  const token = shannonEntropy(tokenCounts);
  const sentence = shannonEntropy(sentenceCounts);
  return {
    char,
    token,
    sentence,
    evenness: evenness(token, tokenCounts.size),
    redundancy: redundancy(char, charCounts.size),
    aggregate: aggregate(char, token, sentence),
  };
}

/** How often each symbol occurs. A string is a sequence of code points. */
export function countEach<T>(symbols: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const symbol of symbols) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  return counts;
}

/** `H = −Σ p·log2 p`, as `Σ p·log2(1/p)` so that a single symbol gives 0 and not −0. */
export function shannonEntropy(counts: ReadonlyMap<unknown, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  let bits = 0;
  for (const count of counts.values()) bits += (count / total) * Math.log2(total / count);
  return bits;
}

function evenness(tokenEntropy: number, distinctTokens: number): number | null {
  return distinctTokens < 2 ? null : tokenEntropy / Math.log2(distinctTokens);
}

function redundancy(charEntropy: number, distinctChars: number): number | null {
  if (distinctChars === 0) return null;
  if (distinctChars === 1) return 1;
  return 1 - charEntropy / Math.log2(distinctChars);
}

function aggregate(char: number, token: number, sentence: number): number {
  return 0.2 * Math.min(char / 6, 1) + 0.5 * Math.min(token / 12, 1) + 0.3 * Math.min(sentence / 4, 1);
}
