/**
 * Code points: the alphabet in which every text unit is defined, and the fixed classes of it.
 */

/** An inclusive range of code points. */
export type CodePointRange = readonly [first: number, last: number];

/** White space as Python's `str.isspace` has it; `\s` differs (it has U+FEFF and lacks U+001C–001F and U+0085). */
export const WHITE_SPACE: readonly CodePointRange[] = [
  [0x0009, 0x000d],
  [0x001c, 0x001f],
  [0x0020, 0x0020],
  [0x0085, 0x0085],
  [0x00a0, 0x00a0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2028],
  [0x2029, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
];

export interface WellFormed {
  /** The text with one U+FFFD in the place of each lone surrogate. */
  readonly text: string;
  /** How many were replaced; a U+FFFD that was there before is not counted. */
  readonly replaced: number;
}

/** Replaces each lone surrogate; under the `u` flag a surrogate of a pair does not match. */
export function wellFormed(text: string): WellFormed {
  let replaced = 0;
  const result = text.replace(/[\uD800-\uDFFF]/gu, () => {
    replaced++;
    return '\uFFFD';
  });
  return { text: result, replaced };
}

/** The inside of a regular expression's character class (flag `u`) for these ranges. */
export function classBody(ranges: readonly CodePointRange[]): string {
  return ranges.map(([first, last]) => `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`).join('');
}
