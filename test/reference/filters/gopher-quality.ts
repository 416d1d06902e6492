/**
 * The Gopher quality rules (Rae et al. 2021, arXiv:2112.11446, appendix A.1).
 */
import { classBody } from '../code-points.js';
import type { GopherQualityOptions } from '../options.js';
import { PUNCT } from '../punct.js';
import { countOf, lengthOf, splitLines, stripEnd, stripStart } from '../strings.js';
import { TERMINAL } from '../terminal.js';
import { words } from '../text-units.js';
import { above, below, ratio, verdict, type ReferenceVerdict } from './verdict.js';

const STOP_WORDS = ['the', 'be', 'to', 'of', 'and', 'that', 'have', 'with'];
/** Outside PUNCT and TERMINAL. */
const IS_NO_SYMBOL = new RegExp(
  `[^${classBody(PUNCT)}${classBody(TERMINAL.map((codePoint) => [codePoint, codePoint]))}]`,
  'u',
);
const IS_ALPHABETIC = /\p{L}/u;

/** The verdict on a well-formed text. */
export function gopherQuality(text: string, options: GopherQualityOptions): ReferenceVerdict {
  const allWords = words(text);
  const nonSymbolWords = allWords.filter((word) => IS_NO_SYMBOL.test(word));
  const nonSymbolChars = nonSymbolWords.reduce((sum, word) => sum + lengthOf(word), 0);
  const allLines = splitLines(text);

  const hashes = countOf(text, '#');
  const ellipses = countOf(text, '...') + countOf(text, '\u2026');
  const bulletLines = allLines.map(stripStart).filter(startsWithBullet).length;
  const endEllipsisLines = allLines.map(stripEnd).filter(endsWithEllipsis).length;
  const alphaWords = allWords.filter((word) => IS_ALPHABETIC.test(word)).length;
  const distinctWords = new Set(allWords);
  const stopWords = STOP_WORDS.filter((word) => distinctWords.has(word)).length;

  const stats = {
    n_chars: lengthOf(text),
    n_words: allWords.length,
    n_non_symbol_words: nonSymbolWords.length,
    mean_word_length: ratio(nonSymbolChars, nonSymbolWords.length),
    n_hash: hashes,
    n_ellipsis: ellipses,
    n_lines: allLines.length,
    n_bullet_lines: bulletLines,
    n_end_ellipsis_lines: endEllipsisLines,
    n_alpha_words: alphaWords,
    stop_word_count: stopWords,
    hash_ratio: ratio(hashes, allWords.length),
    ellipsis_ratio: ratio(ellipses, allWords.length),
    bullet_line_frac: ratio(bulletLines, allLines.length),
    end_ellipsis_line_frac: ratio(endEllipsisLines, allLines.length),
    alpha_word_frac: ratio(alphaWords, allWords.length),
  };
  const checks = [
    below(stats.n_non_symbol_words, options.minWords, 'gopher_short_doc'),
    above(stats.n_non_symbol_words, options.maxWords, 'gopher_long_doc'),
    below(stats.mean_word_length, options.minMeanWordLength, 'gopher_below_avg_threshold'),
    above(stats.mean_word_length, options.maxMeanWordLength, 'gopher_above_avg_threshold'),
    above(stats.hash_ratio, options.maxHashRatio, 'gopher_too_many_hashes'),
    above(stats.ellipsis_ratio, options.maxEllipsisRatio, 'gopher_too_many_ellipsis'),
    above(stats.bullet_line_frac, options.maxBulletLineFrac, 'gopher_too_many_bullets'),
    above(stats.end_ellipsis_line_frac, options.maxEndEllipsisLineFrac, 'gopher_too_many_end_ellipsis'),
    below(stats.alpha_word_frac, options.minAlphaWordFrac, 'gopher_below_alpha_threshold'),
    below(stats.stop_word_count, options.minStopWords, 'gopher_enough_stop_words'),
  ];
  return verdict(checks, stats);
}

function startsWithBullet(line: string): boolean {
  return line.startsWith('\u2022') || line.startsWith('-');
}

function endsWithEllipsis(line: string): boolean {
  return line.endsWith('...') || line.endsWith('\u2026');
}
