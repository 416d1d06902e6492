/**
 * Lines as Python's `splitlines` has them: LF is one line break of eleven, and CRLF is one, not two.
 *
 * Most texts have no other break than LF; then these lines are those of the text, and only bullets are looked for.
 */
import { BREAK, LINE_FIRST, LIST, hasMarks, isMarked, markRecordAt, nextMark } from '../marks';
import { BLOCK_BYTES, HIGH, NEWLINE, SPACE, recordAt } from '../masks';
import { hasBit, lineCount, nextClear } from '../units';

const LF: u8 = 0x0a;
const CARRIAGE_RETURN: u8 = 0x0d;
const DASH: u8 = 0x2d;
/** `•`, U+2022, in UTF-8: its three bytes as a number, the first the lowest. */
const BULLET_CHAR: u32 = 0xa280e2;
const THREE_BYTES: u32 = 0xffffff;

let lines: u32 = 0;
let bullets: u32 = 0;

/** Counts lines, and those that begin with a bullet behind their white space. */
export function countSplitLines(text: usize, bytes: usize, masks: usize): void {
  lines = lineCount();
  bullets = countBullets(text, bytes, masks);
  if (hasMarks(BREAK)) addOtherBreaks(text, bytes, masks);
}

export function splitLineCount(): u32 {
  return lines;
}

/** Lines whose first character that is not white space is `•` or `-`. */
export function bulletLineCount(): u32 {
  return bullets;
}

/** Bullets at the start of lines that end with LF. */
function countBullets(text: usize, bytes: usize, masks: usize): u32 {
  let total: u32 = 0;
  for (let offset: usize = 0; offset < bytes; offset += BLOCK_BYTES) {
    const record = markRecordAt(offset);
    const high = load<u64>(recordAt(masks, offset), HIGH);
    let rest = load<u64>(record, LIST) | (load<u64>(record, LINE_FIRST) & high);
    for (; rest != 0; rest &= rest - 1) total += <u32>isBullet(text + offset + <usize>ctz(rest));
  }
  return total;
}

function isBullet(address: usize): bool {
  return load<u8>(address) == DASH || (load<u32>(address) & THREE_BYTES) == BULLET_CHAR;
}

/** Each break but the CR of a CRLF ends a line of its own. */
function addOtherBreaks(text: usize, bytes: usize, masks: usize): void {
  let seen: usize = 0; // the first character behind the white space that was looked at last
  for (let at = nextMark(BREAK, 0, bytes); at < bytes; at = nextMark(BREAK, at + 1, bytes)) {
    const isPair = load<u8>(text + at) == CARRIAGE_RETURN && at + 1 < bytes && load<u8>(text + at + 1) == LF;
    if (!isPair) lines++;
    if (at < seen) continue;
    seen = nextClear(masks, SPACE, at, bytes);
    // The first character of a line that ends with LF has been looked at.
    if (seen < bytes && !isMarked(LINE_FIRST, seen)) bullets += <u32>isBullet(text + seen);
  }
  if (endsWithBreak(text, bytes, masks)) lines--; // it opens no line
}

/** Whether the text ends with a break other than LF, behind which `lineCount` has seen one more line. */
function endsWithBreak(text: usize, bytes: usize, masks: usize): bool {
  if (hasBit(masks, NEWLINE, bytes - 1)) return false;
  let last = bytes - 1;
  while ((load<u8>(text + last) & 0xc0) == 0x80) last--;
  return isMarked(BREAK, last);
}
