import { editProse } from './prose.js';
import { replaceCounted, type Edit, type Rule } from './rule.js';
import { BLANK, CODE, PROSE, TABLE, type Structure } from './structure.js';

const BLANK_LINES_MAX = 2;
const BEFORE_GAP = /[\p{L}\p{M}\p{N}.,;:!?)\]}"'’”»…]/u;
const AFTER_GAP = /[\p{L}\p{N}([{"'‘“«]/u;
const SENTENCE_END = /[.,;:!?]/;
const NEXT_LINE_ITEM = /^\s*(?:[#>*+-]|\d+[.)])/;

/**
 * Blanks that say nothing: at the ends of lines, several between two words, lines of only blanks, and more than two empty lines.
 * Two at the end of a line within a paragraph stay, since in Markdown they break the line; so do columns, which are blanks that
 * end at the same place in the line above or below, and whatever stands at the start of a line.
 */
export const spacing: Rule = {
  name: 'spacing',
  mayApply: (text) => /^\n|[ \t]\n|[^\s] {2}|\n\n\n\n/.test(text) || /\n\n$|[ \t]$/.test(text.slice(-2)),
  apply(text, context) {
    const ends = tidyEnds(text, context.structureOf(text));
    const structure = context.structureOf(ends.text);
    if (!hasGaps(structure)) return ends;
    const columns = tabularLines(structure);
    const gaps = editProse(
      ends.text,
      { ...structure, kinds: columns },
      (stretch) =>
        replaceCounted(stretch, / {2,}/g, (gap, at) => {
          const isBetweenWords =
            BEFORE_GAP.test(stretch.charAt(at - 1)) && AFTER_GAP.test(stretch.charAt(at + gap.length));
          return isBetweenWords ? ' ' : gap;
        }),
      (kind) => kind === CODE || kind === TABLE,
    );
    return { text: gaps.text, count: ends.count + gaps.count };
  },
};

function tidyEnds(text: string, { lines, kinds }: Structure): Edit {
  if (kinds.every((kind) => kind === BLANK)) return { text, count: 0 };
  const kept: string[] = [];
  let count = 0;
  for (let at = 0; at < lines.length; at++) {
    if (kinds[at] === BLANK) {
      const start = at;
      while (at + 1 < lines.length && kinds[at + 1] === BLANK) at++;
      const given = at + 1 - start;
      const left = blankLinesLeft(given, start === 0, at + 1 === lines.length);
      for (let line = 0; line < left; line++) kept.push('');
      if (left !== given || lines.slice(start, at + 1).some((line) => line !== '')) count++;
      continue;
    }
    const line = lines[at]!;
    const tidied =
      kinds[at] === CODE ? line : tidyEnd(line, kinds[at] === PROSE && kinds[at + 1] === PROSE, lines[at + 1]);
    if (tidied !== line) count++;
    kept.push(tidied);
  }
  return count === 0 ? { text, count } : { text: kept.join('\n'), count };
}

/** How many of a run of blank lines stay; the last of a text is what follows its last line feed. */
function blankLinesLeft(given: number, isFirst: boolean, isLast: boolean): number {
  if (isFirst) return 0;
  return isLast || given > BLANK_LINES_MAX ? 1 : given;
}

function tidyEnd(line: string, isWithinParagraph: boolean, next: string | undefined): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--;
  const bare = line.slice(0, end);
  const isBreak = isWithinParagraph && line.endsWith('  ') && next !== undefined && !NEXT_LINE_ITEM.test(next);
  return isBreak && !/^\s*#/.test(line) ? `${bare}  ` : bare;
}

/**
 * Kinds, with `TABLE` for lines with columns: where a gap ends at the same place as one in the line above, or where, not at the end
 * of a sentence, it ends where a word begins in the line above or below.
 */
function tabularLines({ lines, kinds }: Structure): Uint8Array {
  const found = Uint8Array.from(kinds);
  let above: readonly number[] = NO_GAPS;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const ends = kinds[at] === PROSE && line.includes('  ') ? gapEndsOf(line) : NO_GAPS;
    if (ends.some((end) => isColumn(line, end, lines[at - 1]) || isColumn(line, end, lines[at + 1]))) found[at] = TABLE;
    if (ends.length > 0 && above.length > 0 && haveCommon(ends, above)) found[at] = found[at - 1] = TABLE;
    above = ends;
  }
  return found;
}

const NO_GAPS: readonly number[] = [];

function hasGaps({ lines, kinds }: Structure): boolean {
  return lines.some((line, at) => kinds[at] === PROSE && line.includes('  ') && gapEndsOf(line).length > 0);
}

function gapEndsOf(line: string): number[] {
  return [...line.matchAll(/ {2,}/g)].map(({ 0: gap, index }) => index + gap.length).filter((end) => end < line.length);
}

function isColumn(line: string, end: number, other = ''): boolean {
  if (other.charAt(end - 1) !== ' ' || other.charAt(end) === ' ' || end >= other.length) return false;
  let word = end;
  while (line.charAt(word - 1) === ' ') word--;
  return !SENTENCE_END.test(line.charAt(word - 1));
}

/** Both ascend. */
function haveCommon(ends: readonly number[], others: readonly number[]): boolean {
  for (let at = 0, other = 0; at < ends.length && other < others.length;) {
    if (ends[at] === others[other]) return true;
    if (ends[at]! < others[other]!) at++;
    else other++;
  }
  return false;
}
