/** Links in Markdown: `[text](target)` within a line of the prose, and what their targets look like. */
import { LINK, hasMarks, nextMark } from '../marks';
import { endsWith, startsWith } from '../ascii';
import { segmentCount, segmentEnd, segmentStart } from './prose';

const LF: u8 = 0x0a;
const OPEN_PARENTHESIS: u8 = 0x28;
const CLOSE_PARENTHESIS: u8 = 0x29;
const OPEN_BRACKET: u8 = 0x5b;
const CLOSE_BRACKET: u8 = 0x5d;
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
  for (let at = nextMark(LINK, from, to); at < to; at = nextMark(LINK, at + 1, to)) {
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
  let at = close;
  while (at > free) {
    const byte = load<u8>(text + at - 1);
    if (byte == OPEN_BRACKET) return at < close;
    if (byte == CLOSE_BRACKET || byte == LF) return false;
    at--;
  }
  return false;
}

/** Offset of the first byte that no target holds. */
function targetEnd(text: usize, from: usize, to: usize): usize {
  let at = from;
  while (at < to) {
    const byte = load<u8>(text + at);
    if (byte == OPEN_PARENTHESIS || byte == CLOSE_PARENTHESIS || byte == LF) break;
    at++;
  }
  return at;
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
