/**
 * Fences, and the prose outside of them.
 *
 *   segment │ fence │ segment │ fence │ segment          (by lines; a segment may be empty)
 *
 * Nearly all texts have no fence and are one segment; every search of the documentation profile goes from segment to segment.
 */
import { FENCE, hasMarks, nextMark } from '../marks';
import { NEWLINE, SPACE } from '../masks';
import { takeWork } from '../memory';
import { nextBit, nextClear } from '../units';

const LF: u8 = 0x0a;
const BLANK: u8 = 0x20;
const BACKTICK: u8 = 0x60;
const TILDE: u8 = 0x7e;

const INDENT_MAX: usize = 3;
const FENCE_CHARS_MIN: usize = 3;
/** Two lines of three characters; only the last fence may lack its second. */
const CLOSED_BYTES_MIN: usize = 8;

/*
 * A fence: where its opening line starts, its content starts and ends, and the line behind it starts; whether it has an info
 * string.
 *   │ start u32 │ content u32 │ content end u32 │ end u32 │ info u32 │
 */
const FENCE_BYTES: usize = 20;
const START: usize = 0;
const CONTENT: usize = 4;
const CONTENT_END: usize = 8;
const END: usize = 12;
const INFO: usize = 16;

let fences: usize = 0;
let fenceCount: u32 = 0;
let textEnd: usize = 0;

/** Finds all fences of the text; offsets are from its start. */
export function findFences(text: usize, bytes: usize, masks: usize): void {
  fenceCount = 0;
  textEnd = bytes;
  if (!hasMarks(FENCE)) return;
  fences = takeWork((bytes / CLOSED_BYTES_MIN + 1) * FENCE_BYTES);
  let at = nextFenceLine(text, masks, 0);
  while (at < bytes) at = nextFenceLine(text, masks, readFence(text, masks, at));
}

export function fencesFound(): u32 {
  return fenceCount;
}

/** Fences with something behind their opening run. */
export function fencesWithInfo(): u32 {
  let total: u32 = 0;
  for (let index: u32 = 0; index < fenceCount; index++) total += <u32>field(index, INFO);
  return total;
}

export function segmentCount(): u32 {
  return fenceCount + 1;
}

/** Offset of the first line of the segment. */
export function segmentStart(index: u32): usize {
  return index == 0 ? 0 : field(index - 1, END);
}

/** Offset behind the last line of the segment. */
export function segmentEnd(index: u32): usize {
  return index == fenceCount ? textEnd : field(index, START);
}

export function contentStart(index: u32): usize {
  return field(index, CONTENT);
}

export function contentEnd(index: u32): usize {
  return field(index, CONTENT_END);
}

/**
 * Whether the first character of a line that is not white space, at `first`, has at most three spaces before it and nothing else.
 */
export function isFlush(text: usize, first: usize): bool {
  let at = first;
  while (at > 0 && first - at <= INDENT_MAX && load<u8>(text + at - 1) == BLANK) at--;
  return first - at <= INDENT_MAX && (at == 0 || load<u8>(text + at - 1) == LF);
}

/** Offset of the LF that ends the line, or the end of the text. */
export function lineEndAt(masks: usize, from: usize): usize {
  return nextBit(masks, NEWLINE, from, textEnd);
}

/** Offset behind the run of the byte that stands at `at`. */
export function runEnd(text: usize, at: usize): usize {
  const byte = load<u8>(text + at);
  let end = at + 1;
  while (end < textEnd && load<u8>(text + end) == byte) end++;
  return end;
}

function field(index: u32, offset: usize): usize {
  return <usize>load<u32>(fences + <usize>index * FENCE_BYTES + offset);
}

/** Offset of the first character of the next line that opens a fence, or the end of the text. */
function nextFenceLine(text: usize, masks: usize, from: usize): usize {
  let at = nextMark(FENCE, from, textEnd);
  while (at < textEnd && !(isFlush(text, at) && opensFence(text, masks, at))) at = nextMark(FENCE, at + 1, textEnd);
  return at;
}

function opensFence(text: usize, masks: usize, at: usize): bool {
  const end = runEnd(text, at);
  if (end - at < FENCE_CHARS_MIN) return false;
  return load<u8>(text + at) == TILDE || !holdsBacktick(text, end, lineEndAt(masks, at));
}

function holdsBacktick(text: usize, from: usize, to: usize): bool {
  for (let at = from; at < to; at++) if (load<u8>(text + at) == BACKTICK) return true;
  return false;
}

/** Notes the fence whose opening run begins at `at`; returns where the line behind it starts. */
function readFence(text: usize, masks: usize, at: usize): usize {
  const run = runEnd(text, at);
  const lineEnd = lineEndAt(masks, at);
  const content = min(lineEnd + 1, textEnd);
  const close = closingLine(text, masks, content, load<u8>(text + at), run - at);
  const end = close == textEnd ? textEnd : min(lineEndAt(masks, close) + 1, textEnd);
  const fence = fences + <usize>fenceCount * FENCE_BYTES;
  store<u32>(fence, <u32>lineStartOf(text, at), START);
  store<u32>(fence, <u32>content, CONTENT);
  store<u32>(fence, <u32>(close == textEnd ? textEnd : lineStartOf(text, close)), CONTENT_END);
  store<u32>(fence, <u32>end, END);
  store<u32>(fence, <u32>(nextClear(masks, SPACE, run, lineEnd) < lineEnd), INFO);
  fenceCount++;
  return end;
}

/** Offset of the first character of the line that closes a fence of this many characters, or the end of the text. */
function closingLine(text: usize, masks: usize, from: usize, char: u8, length: usize): usize {
  for (let at = nextMark(FENCE, from, textEnd); at < textEnd; at = nextMark(FENCE, at + 1, textEnd)) {
    if (load<u8>(text + at) != char || !isFlush(text, at)) continue;
    const end = runEnd(text, at);
    const lineEnd = lineEndAt(masks, at);
    if (end - at >= length && nextClear(masks, SPACE, end, lineEnd) == lineEnd) return at;
  }
  return textEnd;
}

function lineStartOf(text: usize, first: usize): usize {
  let at = first;
  while (at > 0 && load<u8>(text + at - 1) != LF) at--; // three spaces at most
  return at;
}
