/**
 * Readability of English: reading ease (Flesch 1948) and grade (Kincaid 1975).
 */
import { sentences, spelledTokens } from './text-units.js';

export interface ReferenceReadability {
  readonly fleschReadingEase: number | null;
  readonly fleschKincaidGrade: number | null;
}

/** Over the tokens that the text spells in ASCII letters only: the Kelvin sign is none, although it lower-cases to `k`. */
export function referenceReadability(text: string): ReferenceReadability {
  const counted = spelledTokens(text).filter((token) => /^[A-Za-z]+$/u.test(token));
  if (counted.length === 0) return { fleschReadingEase: null, fleschKincaidGrade: null };

  const tokensPerSentence = counted.length / Math.max(sentences(text).length, 1);
  const allSyllables = counted.reduce((sum, token) => sum + syllables(token), 0);
  const syllablesPerToken = allSyllables / counted.length;
  return {
    fleschReadingEase: 206.835 - 1.015 * tokensPerSentence - 84.6 * syllablesPerToken,
    fleschKincaidGrade: 0.39 * tokensPerSentence + 11.8 * syllablesPerToken - 15.59,
  };
}

/** Runs of vowels; a final `e` is silent unless it is the only vowel or `l` stands before it. */
export function syllables(token: string): number {
  const letters = token.toLowerCase();
  const runs = Array.from(letters.matchAll(/[aeiouy]+/gu)).length;
  const isSilent = letters.endsWith('e') && !letters.endsWith('le') && runs > 1;
  return Math.max(isSilent ? runs - 1 : runs, 1);
}
