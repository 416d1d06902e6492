import type { ReadabilityReport } from '../../core/report.js';

/** Flesch's own words for his scale (1948, "A new readability yardstick"), from the easiest: the least ease of each. */
const SCALE: readonly (readonly [easeMin: number, words: string])[] = [
  [90, 'very easy'],
  [80, 'easy'],
  [70, 'fairly easy'],
  [60, 'plain English'],
  [50, 'fairly difficult'],
  [30, 'difficult'],
  [-Infinity, 'very difficult'],
];

/** School and college in the United States. */
const GRADE_MAX = 18;

/** `plain English, grade 8`; `null` for a text without a word of English letters. */
export function readabilityInWords({ fleschReadingEase, fleschKincaidGrade }: ReadabilityReport): string | null {
  if (fleschReadingEase === null || fleschKincaidGrade === null) return null;
  const words = SCALE.find(([easeMin]) => fleschReadingEase >= easeMin)?.[1] ?? '';
  return `${words}, ${gradeInWords(Math.round(fleschKincaidGrade))}`;
}

function gradeInWords(grade: number): string {
  if (grade < 1) return 'below grade 1';
  return grade > GRADE_MAX ? `beyond grade ${GRADE_MAX}` : `grade ${grade}`;
}
