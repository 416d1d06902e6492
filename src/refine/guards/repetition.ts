import { share, type Guard } from './guard.js';
import type { Words } from './words.js';

/** Longer texts repeat more words, whoever writes them; so few more tell nothing. */
const CONTENT_WORDS_MIN = 20;

/**
 * The share of content words that are not repetitions, beside the original's. Measures of completeness reward length, and a model
 * that says everything twice is longer.
 */
export const repetitionGuard: Guard = (original, version, { varietyMin }) => {
  if (varietyMin === null || version.words.contentCount < CONTENT_WORDS_MIN) return undefined;
  const ratio = variety(version.words) / variety(original.words);
  return ratio < varietyMin
    ? `variety of words ${share(ratio)} of the original's, at least ${varietyMin} expected`
    : undefined;
};

/** 1 for a text without content words: nothing is repeated. */
function variety({ content, contentCount }: Words): number {
  return contentCount === 0 ? 1 : content.length / contentCount;
}
