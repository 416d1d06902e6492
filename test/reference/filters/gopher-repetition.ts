/**
 * The Gopher repetition rules (Rae et al. 2021, arXiv:2112.11446, appendix A.1).
 */
import { countEach } from '../entropy.js';
import type { GopherRepetitionOptions } from '../options.js';
import { lengthOf, strip } from '../strings.js';
import { words } from '../text-units.js';
import { above, duplicates, ratio, verdict, type ReferenceVerdict } from './verdict.js';

const TOP_SIZES = [2, 3, 4] as const;
const DUP_SIZES = [5, 6, 7, 8, 9, 10] as const;

/** The verdict on a well-formed text; of the empty one every statistic is `null`. */
export function gopherRepetition(text: string, options: GopherRepetitionOptions): ReferenceVerdict {
  const stats = text === '' ? noStats(statsOf(text)) : statsOf(text);
  const checks = [
    above(stats['dup_para_frac'], options.maxDupParaFrac, 'dup_para_frac'),
    above(stats['dup_para_char_frac'], options.maxDupParaCharFrac, 'dup_para_char_frac'),
    above(stats['dup_line_frac'], options.maxDupLineFrac, 'dup_line_frac'),
    above(stats['dup_line_char_frac'], options.maxDupLineCharFrac, 'dup_line_char_frac'),
    ...TOP_SIZES.map((n) =>
      above(stats[`top_${n}_gram_char_frac`], options[`maxTop${n}GramCharFrac`], `top_${n}_gram`),
    ),
    ...DUP_SIZES.map((n) =>
      above(stats[`dup_${n}_gram_char_frac`], options[`maxDup${n}GramCharFrac`], `duplicated_${n}_n_grams`),
    ),
  ];
  return verdict(checks, stats);
}

function statsOf(text: string): Record<string, number | null> {
  const chars = lengthOf(text);
  const allWords = words(text);
  const paragraphs = strip(text).split(/\n{2,}/u);
  const dupParagraphs = duplicates(paragraphs);
  const lines = text.split(/\n+/u);
  const dupLines = duplicates(lines);

  const stats: Record<string, number | null> = {
    n_paragraphs: paragraphs.length,
    dup_paragraphs: dupParagraphs.count,
    dup_paragraph_chars: dupParagraphs.chars,
    dup_para_frac: ratio(dupParagraphs.count, paragraphs.length),
    dup_para_char_frac: ratio(dupParagraphs.chars, chars),
    n_lines: lines.length,
    dup_lines: dupLines.count,
    dup_line_chars: dupLines.chars,
    dup_line_frac: ratio(dupLines.count, lines.length),
    dup_line_char_frac: ratio(dupLines.chars, chars),
  };
  for (const n of TOP_SIZES) {
    const topChars = topGramChars(allWords, n);
    stats[`top_${n}_gram_chars`] = topChars;
    stats[`top_${n}_gram_char_frac`] = topChars === null ? null : ratio(topChars, chars);
  }
  for (const n of DUP_SIZES) {
    const dupChars = duplicatedGramChars(allWords, n);
    stats[`dup_${n}_gram_chars`] = dupChars;
    stats[`dup_${n}_gram_char_frac`] = ratio(dupChars, chars);
  }
  return stats;
}

function noStats(stats: Readonly<Record<string, number | null>>): Record<string, number | null> {
  return Object.fromEntries(Object.keys(stats).map((name) => [name, null]));
}

/** Length times occurrences of the most frequent n-gram, the first seen among equals; `null` for fewer than n words. */
function topGramChars(allWords: readonly string[], n: number): number | null {
  if (n > allWords.length) return null;
  const grams: string[] = [];
  for (let i = 0; i <= allWords.length - n; i++) grams.push(allWords.slice(i, i + n).join(' '));

  let top = '';
  let most = 0;
  // A Map keeps the order of first occurrence, and only a higher count takes over.
  for (const [gram, count] of countEach(grams)) {
    if (count > most) {
      top = gram;
      most = count;
    }
  }
  return lengthOf(top) * most;
}

/** Code points of the n-grams that were there before; one found is skipped as a whole, so none is counted twice. */
function duplicatedGramChars(allWords: readonly string[], n: number): number {
  const seen = new Set<string>();
  let chars = 0;
  let i = 0;
  while (i <= allWords.length - n) {
    // No separator: `ab` + `c` equals `a` + `bc`.
    const gram = allWords.slice(i, i + n).join('');
    if (seen.has(gram)) {
      chars += lengthOf(gram);
      i += n;
    } else {
      seen.add(gram);
      i += 1;
    }
  }
  return chars;
}
