/** What people write themselves: counts and entropy with regular expressions and a `Map`, for scale. */

/** The measures that are defined as the engine's are. On ASCII prose the others agree as well. */
export interface PlainReport {
  readonly bytes: number;
  readonly chars: number;
  readonly words: number;
  readonly tokens: number;
  readonly distinctTokens: number;
  readonly lines: number;
  readonly sentences: number;
  /** Shannon 1948; in bits. */
  readonly charEntropy: number;
  readonly tokenEntropy: number;
  readonly sentenceEntropy: number;
}

/** @param text - well-formed. */
export function plainReport(text: string): PlainReport {
  const chars = [...text];
  const tokens = text.toLowerCase().match(/[\p{L}\p{M}\p{N}_]+/gu) ?? [];
  const sentences = text.split(/(?<=[.!?]["')\]}]*)\s+/).filter((sentence) => /[\p{L}\p{M}\p{N}_]/u.test(sentence));
  const tokenCounts = countEach(tokens);
  return {
    bytes: Buffer.byteLength(text),
    chars: chars.length,
    words: countWords(text),
    tokens: tokens.length,
    distinctTokens: tokenCounts.size,
    lines: text.match(/.*\n|.+$/g)?.length ?? 0,
    sentences: sentences.length,
    charEntropy: entropyOf(countEach(chars), chars.length),
    tokenEntropy: entropyOf(tokenCounts, tokens.length),
    sentenceEntropy: entropyOf(countEach(sentences.map(countWords)), sentences.length),
  };
}

export function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

export function countEach<T>(symbols: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const symbol of symbols) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  return counts;
}

export function entropyOf(counts: ReadonlyMap<unknown, number>, total: number): number {
  let bits = 0;
  for (const count of counts.values()) bits -= (count / total) * Math.log2(count / total);
  return bits;
}
