/**
 * The FineWeb quality rules (Penedo et al. 2024, arXiv:2406.17557).
 */
import { classBody } from '../code-points.js';
import type { FinewebQualityOptions } from '../options.js';
import { countOf, lengthOf, strip } from '../strings.js';
import { TERMINAL } from '../terminal.js';
import { words } from '../text-units.js';
import { above, below, duplicates, ratio, verdict, type ReferenceVerdict } from './verdict.js';

const ENDS_WITH_TERMINAL = new RegExp(`^[${classBody(TERMINAL.map((codePoint) => [codePoint, codePoint]))}]$`, 'u');

/** The verdict on a well-formed text; one of white space only is `empty` and has no ratios. */
export function finewebQuality(text: string, options: FinewebQualityOptions): ReferenceVerdict {
  const lines = text.split('\n').filter((line) => strip(line) !== '');
  const punctLines = lines.filter(endsWithTerminal).length;
  const shortLines = lines.filter((line) => lengthOf(line) <= options.shortLineLength).length;
  const dupChars = duplicates(lines).chars;
  const newlines = countOf(text, '\n');
  const counts = {
    n_lines: lines.length,
    n_punct_lines: punctLines,
    n_short_lines: shortLines,
    dup_line_chars: dupChars,
    n_newlines: newlines,
  };
  if (lines.length === 0) {
    const noRatios = { line_punct_ratio: null, short_line_ratio: null, char_dup_ratio: null, list_ratio: null };
    return verdict([{ fails: true, reason: 'empty' }], { ...counts, ...noRatios });
  }

  const stats = {
    ...counts,
    line_punct_ratio: ratio(punctLines, lines.length),
    short_line_ratio: ratio(shortLines, lines.length),
    char_dup_ratio: ratio(dupChars, lengthOf(text) - newlines),
    list_ratio: ratio(newlines, words(text).length),
  };
  const checks = [
    below(stats.line_punct_ratio, options.minLinePunctRatio, 'line_punct_ratio'),
    above(stats.short_line_ratio, options.maxShortLineRatio, 'short_line_ratio'),
    above(stats.char_dup_ratio, options.maxCharDupRatio, 'char_dup_ratio'),
    above(stats.list_ratio, options.maxListRatio, 'list_ratio'),
  ];
  return verdict(checks, stats);
}

/** The line unstripped: a CR or a space at its end is no terminal. */
function endsWithTerminal(line: string): boolean {
  return ENDS_WITH_TERMINAL.test(Array.from(line).at(-1) ?? '');
}
