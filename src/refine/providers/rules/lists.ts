import type { Rule } from './rule.js';
import { PROSE, type Structure } from './structure.js';

/** Signs that word processors put before an item. */
const BULLET = /^(\s*)[•‣◦▪●○■·][ \t]*(?=[\p{L}\p{N}"'“‘«([*_`])/u;
const MARKER = /^( {0,3})([*-])[ \t]+(?=[^\s*-])/;
/** Indented so far that it may be code, and is not changed. */
const NESTED_MARKER = /^( {4,}|\t\s*)([*-])[ \t]+(?=[^\s*-])/;
const MARKER_WITHOUT_SPACE = /^( {0,3})([*-])(?=\p{L}[^*]*$)/u;
const NUMBER_WITHOUT_SPACE = /^( {0,3})(\d{1,3})([.)])(?=\p{L})/u;
const NUMBER = /^( {0,3})(\d{1,3})([.)])/;

/**
 * Items of lists in one form: bullets of word processors become `-`, a document that uses both `-` and `*` gets the one that it uses
 * more, and a blank that is missing after a marker is added where the item beside it shows that this is a list. `+` stays: beside
 * `-` it may mean something.
 */
export const lists: Rule = {
  name: 'lists',
  mayApply: (text) => /(?:^|\n)[ \t]*(?:[•‣◦▪●○■·*-]|\d{1,3}[.)]\p{L})/u.test(text),
  apply(text, context) {
    const structure = context.structureOf(text);
    const lines = [...structure.lines];
    const count = rewriteBullets(lines, structure) + addSpaces(lines, structure) + unifyMarkers(lines, structure);
    return count === 0 ? { text, count } : { text: lines.join('\n'), count };
  },
};

function rewriteBullets(lines: string[], { kinds }: Structure): number {
  return rewrite(lines, kinds, (at) => {
    const isItem = BULLET.test(lines[at]!);
    // One alone may be an ornament. Those above have been rewritten already.
    const isList = isItem && [lines[at - 1], lines[at + 1]].some((other) => other !== undefined && isBulleted(other));
    return isList ? lines[at]!.replace(BULLET, '$1- ') : undefined;
  });
}

function isBulleted(line: string): boolean {
  return BULLET.test(line) || /^\s*- /.test(line);
}

function addSpaces(lines: string[], { kinds }: Structure): number {
  return rewrite(lines, kinds, (at) => {
    const [, indent, marker] = MARKER_WITHOUT_SPACE.exec(lines[at]!) ?? [];
    if (indent !== undefined && hasBeside(lines, at, (line) => line.startsWith(`${indent}${marker!} `)))
      return lines[at]!.replace(MARKER_WITHOUT_SPACE, '$1$2 ');
    const number = NUMBER_WITHOUT_SPACE.exec(lines[at]!);
    if (number === null) return undefined;
    const [, , digits, delimiter] = number;
    const isNext = (line: string, step: number): boolean => {
      const other = NUMBER.exec(line);
      return other !== null && Number(other[2]) === Number(digits) + step && other[3] === delimiter;
    };
    return hasBeside(lines, at, isNext) ? lines[at]!.replace(NUMBER_WITHOUT_SPACE, '$1$2$3 ') : undefined;
  });
}

/** Whether the line above (step -1) or below (step 1) is such. */
function hasBeside(lines: readonly string[], at: number, is: (line: string, step: number) => boolean): boolean {
  const [above, below] = [lines[at - 1], lines[at + 1]];
  return (above !== undefined && is(above, -1)) || (below !== undefined && is(below, 1));
}

/** All of the rarer marker or none: half of them changed would be a worse mixture. */
function unifyMarkers(lines: string[], { kinds }: Structure): number {
  const times = { '*': 0, '-': 0 };
  for (let at = 0; at < lines.length; at++) {
    const marker = (isProse(kinds, at) ? MARKER : NESTED_MARKER).exec(lines[at]!)?.[2];
    if (marker === '*' || marker === '-') times[marker]++;
  }
  if (times['*'] === 0 || times['-'] === 0) return 0;
  const [less, more] = times['*'] > times['-'] ? (['-', '*'] as const) : (['*', '-'] as const);
  const isLess = (at: number): boolean => isProse(kinds, at) && MARKER.exec(lines[at]!)?.[2] === less;
  // A line with a marker and none above or below is as often a footnote as a list.
  const items = [...lines.keys()].filter(isLess);
  const areLists = items.every((at) => hasBeside(lines, at, (line) => MARKER.test(line)));
  if (items.length !== times[less] || !areLists) return 0;
  for (const at of items) lines[at] = lines[at]!.replace(MARKER, `$1${more} `);
  return items.length;
}

/** Replaces the lines of prose for which there is something else. */
function rewrite(lines: string[], kinds: Uint8Array, to: (at: number) => string | undefined): number {
  let count = 0;
  for (let at = 0; at < lines.length; at++) {
    const line = isProse(kinds, at) ? to(at) : undefined;
    if (line === undefined || line === lines[at]) continue;
    lines[at] = line;
    count++;
  }
  return count;
}

function isProse(kinds: Uint8Array, at: number): boolean {
  return kinds[at] === PROSE;
}
