import type { Rule } from './rule.js';
import { BLANK, PROSE, type Structure } from './structure.js';

/** The form that the engine counts: up to three blanks, one to six number signs, white space. */
const ATX = /^( {0,3})(#{1,6})(?=\s|$)/;
const SIGNS = /^ {0,3}#/;
const NO_SPACE = /^( {0,3})(#{1,6})(?=[\p{Lu}\p{N}])/u;
/** A line of its own above `===` or `---`: a title, and nothing that has a meaning of its own at the start of a line. */
const TITLE = /^(?![#>|*+\-=~`<[]|\d+[.)]\s)\S(?!.* {2}).{0,98}[^\s.,;:]\s*$/;
const UNDERLINE = /^(?:={3,}|-{3,})[ \t]*$/;
/** In reStructuredText, an underline is a heading whatever it is made of, and number signs are not. */
const RESTRUCTURED_TEXT = /^(?:\.\. [\w-]+::|[~^"]{4,}[ \t]*$)/m;

/** A line that begins with one number sign may be a hash tag; with more, it is a heading. */
const HEADING_CHARS_MAX = 100;

/**
 * Headings in one form, the one with number signs: those that are underlined are rewritten, a missing blank after the signs is
 * added, and levels that the document never uses are closed up (1, 3, 4 become 1, 2, 3), which keeps what is above what.
 */
export const headings: Rule = {
  name: 'headings',
  mayApply: (text) => /(?:^|\n) {0,3}#/.test(text) || /\n(?:===|---)/.test(text),
  apply(text, context) {
    const structure = context.structureOf(text);
    const lines: (string | undefined)[] = [...structure.lines];
    const underlined = RESTRUCTURED_TEXT.test(text) ? 0 : rewriteUnderlined(lines, structure);
    const marked = linesWithSigns(lines, structure);
    const spaced = addSpaces(lines, marked, structure);
    const levelled = closeUpLevels(lines, marked);
    const count = underlined + spaced + levelled;
    return count === 0 ? { text, count } : { text: lines.filter((line) => line !== undefined).join('\n'), count };
  },
};

function rewriteUnderlined(lines: (string | undefined)[], { lines: given, kinds }: Structure): number {
  let count = 0;
  for (let at = 0; at + 1 < given.length; at++) {
    const underline = given[at + 1]!;
    if (kinds[at] !== PROSE || kinds[at + 1] !== PROSE || !UNDERLINE.test(underline)) continue;
    if ((at > 0 && kinds[at - 1] !== BLANK) || !TITLE.test(given[at]!)) continue;
    lines[at] = `${underline.startsWith('=') ? '#' : '##'} ${given[at]!.trim()}`;
    lines[at + 1] = undefined;
    count++;
  }
  return count;
}

/** Numbers of the lines that begin with number signs. */
function linesWithSigns(lines: readonly (string | undefined)[], { kinds }: Structure): number[] {
  const marked: number[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at];
    if (kinds[at] === PROSE && line !== undefined && SIGNS.test(line)) marked.push(at);
  }
  return marked;
}

function addSpaces(lines: (string | undefined)[], marked: readonly number[], { kinds }: Structure): number {
  const hasHeadings = marked.some((at) => isHeadingForSure(lines[at]!));
  let count = 0;
  for (const at of marked) {
    const line = lines[at]!;
    if (!isHeadingWithoutSpace(line, hasHeadings)) continue;
    if ((at > 0 && kinds[at - 1] !== BLANK) || (at + 1 < lines.length && kinds[at + 1] !== BLANK)) continue;
    lines[at] = line.replace(NO_SPACE, '$1$2 ');
    count++;
  }
  return count;
}

function isHeadingForSure(line: string): boolean {
  const signs = (ATX.exec(line) ?? NO_SPACE.exec(line))?.[2];
  return signs !== undefined && (signs.length > 1 || ATX.test(line));
}

function isHeadingWithoutSpace(line: string, hasHeadings: boolean): boolean {
  const signs = NO_SPACE.exec(line)?.[2];
  if (signs === undefined || line.length > HEADING_CHARS_MAX) return false;
  // `#1` and `#Topic` are used in running text; `##` is not.
  return signs.length > 1 || (hasHeadings && /^\s*#\p{Lu}[^#]*\s[^#]*[^#.,;]$/u.test(line));
}

function closeUpLevels(lines: (string | undefined)[], marked: readonly number[]): number {
  const levelOf = (at: number): number => ATX.exec(lines[at]!)?.[2]?.length ?? 0;
  const used = [...new Set(marked.map(levelOf))].filter((level) => level > 0).sort((a, b) => a - b);
  const highest = used[0] ?? 1;
  if (used.every((level, rank) => level === highest + rank)) return 0;
  let count = 0;
  for (const at of marked) {
    const level = levelOf(at);
    const target = highest + used.indexOf(level);
    if (level === 0 || target === level) continue;
    lines[at] = lines[at]!.replace(ATX, `$1${'#'.repeat(target)}`);
    count++;
  }
  return count;
}
