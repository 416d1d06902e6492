/** What the lines of the prose begin with and hold: list markers, and gaps between words. */
import { GAP, LINE_FIRST, LIST, countMarks, hasMarks, isMarked, nextMark } from '../marks';
import { NEWLINE, SPACE } from '../masks';
import { hasBit, nextClear } from '../units';
import { segmentCount, segmentEnd, segmentStart } from './prose';

const CARRIAGE_RETURN: u8 = 0x0d;
const ASTERISK: u8 = 0x2a;
const PLUS: u8 = 0x2b;

let dashes: u32 = 0;
let asterisks: u32 = 0;
let pluses: u32 = 0;
let gaps: u32 = 0;

/** Looks through the lines of the prose. */
export function readProseLines(text: usize, bytes: usize, masks: usize): void {
  dashes = 0;
  asterisks = 0;
  pluses = 0;
  gaps = 0;
  const hasMarkers = hasMarks(LIST);
  const hasGaps = hasMarks(GAP);
  for (let segment: u32 = 0; segment < segmentCount(); segment++) {
    const from = segmentStart(segment);
    const to = segmentEnd(segment);
    if (hasMarkers) countMarkers(text, bytes, masks, from, to);
    if (hasGaps) countGaps(masks, from, to);
  }
}

/** Lines that begin with a list marker. */
export function listLines(): u32 {
  return dashes + asterisks + pluses;
}

/** The most frequent of `-`, `*` and `+` among those. */
export function commonestMarker(): u32 {
  return max(dashes, max(asterisks, pluses));
}

/** Runs of two or more spaces between the first and the last character of a line. */
export function gapCount(): u32 {
  return gaps;
}

function countMarkers(text: usize, bytes: usize, masks: usize, from: usize, to: usize): void {
  for (let at = nextMark(LIST, from, to); at < to; at = nextMark(LIST, at + 1, to)) {
    if (!isSpaceInLine(text, bytes, masks, at + 1)) continue;
    const marker = load<u8>(text + at);
    if (marker == ASTERISK) asterisks++;
    else if (marker == PLUS) pluses++;
    else dashes++;
  }
}

/** White space that is part of a line: not its LF, nor a CR right before that or before the end of the text. */
function isSpaceInLine(text: usize, bytes: usize, masks: usize, at: usize): bool {
  if (at >= bytes || !hasBit(masks, SPACE, at) || hasBit(masks, NEWLINE, at)) return false;
  if (load<u8>(text + at) != CARRIAGE_RETURN) return true;
  return at + 1 < bytes && !hasBit(masks, NEWLINE, at + 1);
}

/** White space counts as a whole: between two lines or behind the last one it holds no gap, however many runs it has. */
function countGaps(masks: usize, from: usize, to: usize): void {
  let at = nextMark(GAP, from, to);
  while (at < to) {
    const next = nextClear(masks, SPACE, at, to);
    if (next < to && !isMarked(LINE_FIRST, next)) gaps += countMarks(GAP, at, next);
    at = nextMark(GAP, next, to);
  }
}
