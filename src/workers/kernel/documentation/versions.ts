/** Version numbers: `1.2` or `v1.2.3`, with no letter, mark, number or `_` directly before or behind. */
import { VERSION, hasMarks, nextMark } from '../marks';
import { TOKEN_END, TOKEN_START } from '../masks';
import { hasBit } from '../units';

const DOT: u8 = 0x2e;
const LETTER_V: u8 = 0x76;
const LOWER: u8 = 0x20;

/** Counts the versions of the text, left to right; they do not overlap. */
export function countVersions(text: usize, bytes: usize, masks: usize): u32 {
  if (!hasMarks(VERSION)) return 0;
  let total: u32 = 0;
  let free: usize = 0; // nothing before this can belong to the next version
  for (let at = nextMark(VERSION, 0, bytes); at < bytes; at = nextMark(VERSION, max(at + 1, free), bytes)) {
    if (load<u8>(text + at - 1) != DOT) continue;
    const start = startOf(text, at - 1);
    if (start < free || !hasBit(masks, TOKEN_START, start) || hasBit(masks, TOKEN_END, start)) continue;
    const end = endOf(text, bytes, masks, at);
    if (end == 0) continue;
    total++;
    free = end;
  }
  return total;
}

/** Where a version whose first dot is at `dot` would have to start: at its digits, or at a `v` before them. */
function startOf(text: usize, dot: usize): usize {
  let at = dot;
  while (at > 0 && isDigit(load<u8>(text + at - 1))) at--;
  return at > 0 && (load<u8>(text + at - 1) | LOWER) == LETTER_V ? at - 1 : at;
}

/**
 * Where the version ends whose second number starts at `at`, or 0.
 *
 * A third number is taken if it ends where a token does; without it the dot behind the second number is no obstacle.
 */
function endOf(text: usize, bytes: usize, masks: usize, at: usize): usize {
  const second = digitsEnd(text, bytes, at);
  if (second < bytes && load<u8>(text + second) == DOT) {
    const third = digitsEnd(text, bytes, second + 1);
    return third > second + 1 && isFree(masks, third) ? third : second;
  }
  return isFree(masks, second) ? second : 0;
}

/** Whether what stands behind the digits that end at `end` is of no token. */
function isFree(masks: usize, end: usize): bool {
  return hasBit(masks, TOKEN_END, end) && !hasBit(masks, TOKEN_START, end);
}

function digitsEnd(text: usize, bytes: usize, from: usize): usize {
  let at = from;
  while (at < bytes && isDigit(load<u8>(text + at))) at++;
  return at;
}

function isDigit(byte: u8): bool {
  return byte >= 0x30 && byte <= 0x39;
}
