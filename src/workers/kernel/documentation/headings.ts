/** Headings: prose lines of up to three spaces, one to six `#`, and white space or the end of the line. */
import { HEADING, hasMarks, nextMark } from '../marks';
import { SPACE, TOKEN_START } from '../masks';
import { takeWork } from '../memory';
import { countBits, hasBit } from '../units';
import { isFlush, lineEndAt, runEnd, segmentCount, segmentEnd, segmentStart } from './prose';

const LEVEL_MAX: usize = 6;

/** Offset of the first `#` of each heading, u32 each, in order. */
let starts: usize = 0;
let count: u32 = 0;
let tokens: u32 = 0;
let skips: u32 = 0;
let level: usize = 0;

/** Finds the headings of the prose. A heading with its line break takes two bytes or more. */
export function findHeadings(text: usize, bytes: usize, masks: usize): void {
  count = 0;
  tokens = 0;
  skips = 0;
  level = LEVEL_MAX;
  if (!hasMarks(HEADING)) return;
  starts = takeWork(((bytes >>> 1) + 1) << 2);
  for (let segment: u32 = 0; segment < segmentCount(); segment++) {
    findInSegment(text, masks, segmentStart(segment), segmentEnd(segment));
  }
}

export function headingCount(): u32 {
  return count;
}

/** Offset of the first `#` of the heading; only white space of its line is before it. */
export function headingStart(index: u32): usize {
  return <usize>load<u32>(starts + ((<usize>index) << 2));
}

/** Tokens of the texts of all headings. */
export function headingTokens(): u32 {
  return tokens;
}

/** Headings more than one level deeper than the heading before. */
export function levelSkips(): u32 {
  return skips;
}

function findInSegment(text: usize, masks: usize, from: usize, to: usize): void {
  for (let at = nextMark(HEADING, from, to); at < to; at = nextMark(HEADING, at + 1, to)) {
    if (isFlush(text, at)) readHeading(text, masks, at);
  }
}

function readHeading(text: usize, masks: usize, at: usize): void {
  const lineEnd = lineEndAt(masks, at);
  const end = runEnd(text, at);
  if (end - at > LEVEL_MAX || (end < lineEnd && !hasBit(masks, SPACE, end))) return;
  store<u32>(starts + ((<usize>count) << 2), <u32>at);
  count++;
  tokens += countBits(masks, TOKEN_START, end, lineEnd);
  skips += <u32>(end - at > level + 1);
  level = end - at;
}
