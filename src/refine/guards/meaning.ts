import { share, type Guard } from './guard.js';
import { contained } from './containment.js';

/** Fewer content words are too few to tell a meaning by: one synonym would be most of them. */
const CONTENT_WORDS_MIN = 5;

/**
 * The share of the original's different content words that the version still has (containment, Broder 1997, "On the resemblance
 * and containment of documents"). Repetitions count once, so that taking them out costs nothing.
 */
export const meaningGuard: Guard = (original, version, { meaningMin }) => {
  if (meaningMin === null) return undefined;
  const { content } = original.words;
  const total = content.length;
  if (total < CONTENT_WORDS_MIN) return undefined;
  const held = contained(content, version.words.content);
  if (held >= meaningMin * total) return undefined;
  return `content words kept ${share(held / total)}, at least ${meaningMin} expected`;
};
