/** Words that say that something is missing: TODO, FIXME, XXX and TBD, with nothing but ASCII punctuation around them. */
import { findAt } from '../bits';
import { asciiCount } from '../chars';
import { BLOCK_BYTES, SPACE } from '../masks';
import { hasBit } from '../units';

/* Four bytes of text as a number: the first is the lowest. */
const TODO: u32 = 0x4f444f54;
const FIXM: u32 = 0x4d584946;
const XXX: u32 = 0x585858;
const TBD: u32 = 0x444254;
const LETTER_E: u8 = 0x45;
const THREE_BYTES: u32 = 0xffffff;

/** The third letter of each, by which they are found, and what stands before each `D`. */
const LETTER_D: i8 = 0x44;
const LETTER_X: i8 = 0x58;
const LETTER_T: i8 = 0x54;
const THIRD: usize = 2;

/** Counts the markers of the text, whose characters are counted. */
export function countMarkers(text: usize, bytes: usize, masks: usize): u32 {
  if (asciiCount(LETTER_X) == 0 && (asciiCount(LETTER_D) == 0 || asciiCount(LETTER_T) == 0)) return 0;
  let total: u32 = 0;
  for (let base: usize = 0; base < bytes; base += BLOCK_BYTES) {
    let rest = findAt(text + base, LETTER_D, 0) | findAt(text + base, LETTER_X, 0);
    for (; rest != 0; rest &= rest - 1) {
      const at = base + <usize>ctz(rest);
      if (at >= THIRD && at < bytes) total += <u32>isMarkerAt(text, bytes, masks, at - THIRD);
    }
  }
  return total;
}

function isMarkerAt(text: usize, bytes: usize, masks: usize, start: usize): bool {
  const length = markerLength(text + start, bytes - start);
  return length != 0 && isWord(text, bytes, masks, start, start + length);
}

/** The length of the marker that stands at the address, three bytes before the end or more, or 0. */
function markerLength(address: usize, left: usize): usize {
  const four = load<u32>(address);
  if (four == TODO) return left >= 4 ? 4 : 0;
  if (four == FIXM) return left >= 5 && load<u8>(address, 4) == LETTER_E ? 5 : 0;
  const three = four & THREE_BYTES;
  return three == XXX || three == TBD ? 3 : 0;
}

/** Whether [start, end) is what is left of a word without its leading and trailing ASCII punctuation. */
function isWord(text: usize, bytes: usize, masks: usize, start: usize, end: usize): bool {
  let before = start;
  while (before > 0 && isAsciiPunctuation(load<u8>(text + before - 1))) before--;
  if (before > 0 && !hasBit(masks, SPACE, before - 1)) return false;
  let behind = end;
  while (behind < bytes && isAsciiPunctuation(load<u8>(text + behind))) behind++;
  return behind == bytes || hasBit(masks, SPACE, behind);
}

function isAsciiPunctuation(byte: u8): bool {
  if (byte <= 0x20 || byte >= 0x7f) return false;
  const lower = byte | 0x20;
  return !(byte >= 0x30 && byte <= 0x39) && !(lower >= 0x61 && lower <= 0x7a);
}
