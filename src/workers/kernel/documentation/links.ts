/** Links in Markdown: `[text](target)` within a line of the prose, and what their targets look like. */
import { LINK, hasMarks, nextMark } from '../marks';
import { endsWith, startsWith } from '../ascii';
import { segmentCount, segmentEnd, segmentStart } from './prose';

const STEP_BYTES: usize = 16;

const LF: i8 = 0x0a;
const OPEN_PARENTHESIS: i8 = 0x28;
const CLOSE_PARENTHESIS: u8 = 0x29;
/** All bits but the one that the parentheses differ in. */
const EITHER: i8 = -2;
const OPEN_BRACKET: i8 = 0x5b;
const CLOSE_BRACKET: i8 = 0x5d;
const NUMBER_SIGN: u8 = 0x23;
const SLASH: u8 = 0x2f;

let links: u32 = 0;
let sound: u32 = 0;

/** Finds the links of the prose, left to right. */
export function findLinks(text: usize): void {
  links = 0;
  sound = 0;
  if (!hasMarks(LINK)) return;
  for (let segment: u32 = 0; segment < segmentCount(); segment++) {
    findInSegment(text, segmentStart(segment), segmentEnd(segment));
  }
}

export function linkCount(): u32 {
  return links;
}

/** Links whose target looks like a reference to something. */
export function soundLinkCount(): u32 {
  return sound;
}

/**
 * Looks at each `](`: the text of a link holds no bracket, and its target no parenthesis, so that both scans end at the candidate
 * before or behind at the latest.
 */
function findInSegment(text: usize, from: usize, to: usize): void {
  let free = from; // nothing before this can belong to the next link
  for (let at = nextMark(LINK, from + 1, to); at < to; at = nextMark(LINK, at + 1, to)) {
    if (!opensBefore(text, free, at - 1)) continue;
    const target = at + 1;
    const end = targetEnd(text, target, to);
    if (end == target || end == to || load<u8>(text + end) != CLOSE_PARENTHESIS) continue;
    links++;
    sound += <u32>isSound(text + target, text + end);
    free = end + 1;
  }
}

/** Whether the text of a link, at least a character of it, ends at the `]` at `close`. */
function opensBefore(text: usize, free: usize, close: usize): bool {
  for (let end = close; end > free; end -= min(end - free, STEP_BYTES)) {
    const chunk = v128.load(text + end - STEP_BYTES);
    const isBracket = v128.or(i8x16.eq(chunk, i8x16.splat(OPEN_BRACKET)), i8x16.eq(chunk, i8x16.splat(CLOSE_BRACKET)));
    const stops = i8x16.bitmask(v128.or(isBracket, i8x16.eq(chunk, i8x16.splat(LF))));
    if (stops == 0) continue;
    const behind = end + 16 - <usize>clz(stops); // bit 15 is the byte before `end`
    return behind > free && behind < close && load<u8>(text + behind - 1) == OPEN_BRACKET;
  }
  return false;
}

/** Offset of the first byte that no target holds. */
function targetEnd(text: usize, from: usize, to: usize): usize {
  for (let at = from; at < to; at += STEP_BYTES) {
    const chunk = v128.load(text + at);
    const isParenthesis = i8x16.eq(v128.and(chunk, i8x16.splat(EITHER)), i8x16.splat(OPEN_PARENTHESIS));
    const stops = i8x16.bitmask(v128.or(isParenthesis, i8x16.eq(chunk, i8x16.splat(LF))));
    if (stops != 0) return min(at + <usize>ctz(stops), to);
  }
  return to;
}

/** Whether the target in [at, end) begins as an address or path does, or names a document before its fragment. */
function isSound(at: usize, end: usize): bool {
  const first = load<u8>(at);
  if (first == SLASH || first == NUMBER_SIGN) return true;
  if (startsWith(at, end, './') || startsWith(at, end, '../')) return true;
  if (startsWith(at, end, 'http://') || startsWith(at, end, 'https://')) return true;
  if (startsWith(at, end, 'mailto:')) return true;
  let path = at;
  while (path < end && load<u8>(path) != NUMBER_SIGN) path++;
  return endsWith(at, path, '.md') || endsWith(at, path, '.html') || endsWith(at, path, '.pdf');
}
