/** Flesch 1948; Kincaid 1975: reading ease and grade, over tokens of ASCII letters. */
import { SLOT_KINCAID_GRADE, SLOT_READING_EASE } from './report-slots';
import { put } from './report-values';
import { sentenceCount } from './sentences';
import { countSyllables, letterTokenCount, syllableCount } from './syllables';

/** To be called when the sentences are found. */
export function measureReadability(text: usize, bytes: usize, masks: usize): void {
  countSyllables(text, bytes, masks);
  const words = <f64>letterTokenCount();
  const wordsPerSentence = words / <f64>max(sentenceCount(), 1);
  const syllablesPerWord = <f64>syllableCount() / words; // 0/0 is NaN, and so are both grades then
  put(SLOT_READING_EASE, 206.835 - 1.015 * wordsPerSentence - 84.6 * syllablesPerWord);
  put(SLOT_KINCAID_GRADE, 0.39 * wordsPerSentence + 11.8 * syllablesPerWord - 15.59);
}
