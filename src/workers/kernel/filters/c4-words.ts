/** Lines and words by the white space between them: stripping a line, and finding a word that is too long. */
import { BLOCK_BYTES, SPACE } from '../masks';
import { hasBit } from '../units';
import { codePointsIn } from '../utf8';

/** What SPACE bits are compared with: all that differ are looked for. */
const TO_SPACE: u64 = 0;
const TO_INK: u64 = u64.MAX_VALUE;

/** The first byte in [from, to) that is not white space, or `to`. */
export function strippedStart(masks: usize, from: usize, to: usize): usize {
  return from < to && hasBit(masks, SPACE, from) ? next(masks, TO_INK, from, to) : from;
}

/** The byte behind the last one in [from, to) that is not white space, or `from`. */
export function strippedEnd(masks: usize, from: usize, to: usize): usize {
  return from < to && hasBit(masks, SPACE, to - 1) ? behindLast(masks, TO_INK, from, to) : to;
}

/**
 * Whether a word in [from, to), at whose ends words end, has more than `lengthMax` characters.
 *
 * Such a word has as many bytes, so one look for white space is enough for a stretch of that many.
 */
export function holdsLongWord(text: usize, masks: usize, from: usize, to: usize, lengthMax: f64): bool {
  const stretch = <usize>Math.max(lengthMax, 0) + 1;
  let at = from; // no word began before and reaches here
  while (at + stretch <= to) {
    const behindSpace = behindLast(masks, TO_SPACE, at, at + stretch);
    if (behindSpace > at) {
      at = behindSpace;
      continue;
    }
    const end = next(masks, TO_SPACE, at + stretch, to);
    if (<usize>codePointsIn(text + at, text + end) >= stretch) return true;
    at = end;
  }
  return false;
}

/** The first byte in [from, to) of the kind that is looked for, or `to`. */
function next(masks: usize, kind: u64, from: usize, to: usize): usize {
  if (from >= to) return to;
  let base = from & ~(BLOCK_BYTES - 1);
  let bits = (load<u64>(masks + base, SPACE) ^ kind) & (u64.MAX_VALUE << (from & 63));
  while (bits == 0) {
    base += BLOCK_BYTES;
    if (base >= to) return to;
    bits = load<u64>(masks + base, SPACE) ^ kind;
  }
  return min(base + <usize>ctz(bits), to);
}

/** The byte behind the last one in [from, to) of the kind that is looked for, or `from`. */
function behindLast(masks: usize, kind: u64, from: usize, to: usize): usize {
  let base = to & ~(BLOCK_BYTES - 1);
  let bits = (load<u64>(masks + base, SPACE) ^ kind) & (((<u64>1) << (to & 63)) - 1);
  while (bits == 0) {
    if (base <= from) return from;
    base -= BLOCK_BYTES;
    bits = load<u64>(masks + base, SPACE) ^ kind;
  }
  return max(base + BLOCK_BYTES - <usize>clz(bits), from);
}
