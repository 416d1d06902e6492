/**
 * Operations on strings as the definitions have them, where those of the host differ: lengths are in code points, and
 * white space is that of `code-points.ts`.
 */
import { classBody, WHITE_SPACE } from './code-points.js';

const IS_WHITE_SPACE = new RegExp(`^[${classBody(WHITE_SPACE)}]$`, 'u');

/** Where `splitLines` breaks; CRLF is one break. */
const LINE_BREAK = new RegExp(
  `\\r\\n|[${classBody([
    [0x000a, 0x000d],
    [0x001c, 0x001e],
    [0x0085, 0x0085],
    [0x2028, 0x2029],
  ])}]`,
  'u',
);

/** Length in code points. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Whether one UTF-16 unit is white space; no white space is beyond the BMP. */
export function isWhiteSpace(unit: string): boolean {
  return IS_WHITE_SPACE.test(unit);
}

/** Without the white space at both ends. */
export function strip(text: string): string {
  return stripStart(stripEnd(text));
}

/** Without the white space at the start. */
export function stripStart(text: string): string {
  return stripStartWhere(text, isWhiteSpace);
}

/** Without the white space at the end. */
export function stripEnd(text: string): string {
  return stripEndWhere(text, isWhiteSpace);
}

/** Without the UTF-16 units at the start that are to be stripped. */
export function stripStartWhere(text: string, isStripped: (unit: string) => boolean): string {
  let start = 0;
  while (start < text.length && isStripped(text.charAt(start))) start++;
  return text.slice(start);
}

/** Without the UTF-16 units at the end that are to be stripped. */
export function stripEndWhere(text: string, isStripped: (unit: string) => boolean): string {
  let end = text.length;
  while (end > 0 && isStripped(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** The lines between all kinds of line breaks, of which the one at the very end opens no further line. */
export function splitLines(text: string): string[] {
  const parts = text.split(LINE_BREAK);
  if (parts.at(-1) === '') parts.pop();
  return parts;
}

/** How often `part` occurs, left to right, without overlaps. */
export function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}
