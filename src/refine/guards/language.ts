import { share, type Guard } from './guard.js';
import { contained } from './containment.js';
import type { Words } from './words.js';

/** Fewer letters, or function words, are too few to tell a language by. */
const LETTERS_MIN = 20;
const FUNCTION_WORDS_MIN = 10;

/**
 * Two measures without a model. Scripts: the overlap of the shares that each script has of the letters. Function words: how many
 * of the short words of the original the version still has; a translation loses them, a revision does not.
 */
export const languageGuard: Guard = (original, version, { languageMin }) => {
  if (languageMin === null) return undefined;
  const scripts = scriptOverlap(original.words, version.words);
  if (scripts < languageMin) return `overlap of scripts ${share(scripts)}, at least ${languageMin} expected`;
  const { functions } = original.words;
  const total = functions.length;
  if (total < FUNCTION_WORDS_MIN) return undefined;
  const held = contained(functions, version.words.functions);
  if (held >= languageMin * total) return undefined;
  return `function words kept ${share(held / total)}, at least ${languageMin} expected`;
};

function scriptOverlap({ letters: before }: Words, { letters: after }: Words): number {
  const total = sum(before);
  const totalAfter = sum(after);
  if (total < LETTERS_MIN || totalAfter === 0) return 1;
  let overlap = 0;
  for (let script = 0; script < before.length; script++) {
    overlap += Math.min(before[script]! / total, after[script]! / totalAfter);
  }
  return overlap;
}

function sum(counts: readonly number[]): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
