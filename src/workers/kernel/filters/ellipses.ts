/** Ellipses, `...` and `…`, and lines that end with one. */
import { BREAK, DOTS, ellipsisChars, hasMarks, nextMark } from '../marks';
import { HIGH, NEWLINE, SPACE } from '../masks';
import { hasBits, nextBit, nextClear } from '../units';

/** Dots of which one ellipsis is made. */
const DOT_COUNT: usize = 3;
/** `…`, U+2026, in UTF-8: its three bytes as a number, the first the lowest. */
const ELLIPSIS: u32 = 0xa680e2;
const ELLIPSIS_BYTES: usize = 3;
const THREE_BYTES: u32 = 0xffffff;
const DOT_CHAR: u8 = 0x2e;

let ellipses: u32 = 0;
let endings: u32 = 0;

/** Counts both kinds; of dots in a row every three are one. */
export function countEllipses(text: usize, bytes: usize, masks: usize): void {
  ellipses = ellipsisChars;
  endings = 0;
  if (hasMarks(DOTS)) countDots(text, bytes, masks);
  if (ellipsisChars != 0) countEndingChars(text, bytes, masks);
}

export function ellipsisCount(): u32 {
  return ellipses;
}

/** Lines, by any line break, that end with an ellipsis but for the white space behind it. */
export function endEllipsisLineCount(): u32 {
  return endings;
}

function countDots(text: usize, bytes: usize, masks: usize): void {
  let third = nextMark(DOTS, 0, bytes);
  while (third < bytes) {
    let end = third + 1;
    while (end < bytes && load<u8>(text + end) == DOT_CHAR) end++;
    ellipses += <u32>((end - third - 1) / DOT_COUNT + 1);
    endings += <u32>endsLine(bytes, masks, end);
    third = nextMark(DOTS, end, bytes);
  }
}

function countEndingChars(text: usize, bytes: usize, masks: usize): void {
  for (let at = nextBit(masks, HIGH, 0, bytes); at < bytes; at = nextBit(masks, HIGH, at + 1, bytes)) {
    const isEllipsis = (load<u32>(text + at) & THREE_BYTES) == ELLIPSIS;
    if (isEllipsis) endings += <u32>endsLine(bytes, masks, at + ELLIPSIS_BYTES);
  }
}

/** Whether only white space stands between the offset and the next line break or the end of the text. */
function endsLine(bytes: usize, masks: usize, from: usize): bool {
  const next = nextClear(masks, SPACE, from, bytes);
  return next == bytes || hasBits(masks, NEWLINE, from, next) || nextMark(BREAK, from, next) < next;
}
