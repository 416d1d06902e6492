/** Words and lengths as the definitions have them, for strings of JavaScript. */

/** Python's `str.isspace`, as first and last code points. */
const WHITE_SPACE: readonly (readonly [first: number, last: number])[] = [
  [0x09, 0x0d],
  [0x1c, 0x20],
  [0x85, 0x85],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
];

const SPACES = WHITE_SPACE.map(([first, last]) => `${escapeOf(first)}-${escapeOf(last)}`).join('');
const WORDS = new RegExp(`[^${SPACES}]+`, 'g');
const ENDS = new RegExp(`^[${SPACES}]+|(?<![${SPACES}])[${SPACES}]+$`, 'g');

/** A maximal run of what is not white space, and where it begins. */
export interface Word {
  readonly text: string;
  readonly at: number;
}

export function* wordsOf(text: string): Generator<Word, void> {
  for (const match of text.matchAll(WORDS)) yield { text: match[0], at: match.index };
}

/** Without the white space at both ends. */
export function strip(text: string): string {
  return text.replace(ENDS, '');
}

/** Length in code points of a well-formed string. */
export function codePointsIn(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at++) pairs += Number((text.charCodeAt(at) & 0xfc00) === 0xd800);
  return text.length - pairs;
}

function escapeOf(codePoint: number): string {
  return `\\u${codePoint.toString(16).padStart(4, '0')}`;
}
