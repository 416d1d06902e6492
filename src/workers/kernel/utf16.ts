/** From the UTF-16 of JavaScript's strings to UTF-8. */
import { REPLACEMENT, encode, noteReplacement } from './utf8';

const UNIT_BYTES: usize = 2;
/** Units that are narrowed together while they are ASCII. */
const RUN_UNITS: usize = 16;
const BEYOND_ASCII: i16 = -128; // 0xff80

const SURROGATE_MASK: u32 = 0xfc00;
const HIGH_SURROGATE: u32 = 0xd800;
const LOW_SURROGATE: u32 = 0xdc00;

/**
 * Writes the units in [start, end) as well-formed UTF-8 and returns the end of it.
 *
 * A lone surrogate becomes U+FFFD and is counted. Takes up to three bytes for a unit, and overwrites up to 16 behind.
 */
export function transcode(start: usize, end: usize, out: usize): usize {
  let at = start;
  while (at < end) {
    const first = v128.load(at);
    const second = v128.load(at, 16);
    if (v128.any_true(v128.and(v128.or(first, second), i16x8.splat(BEYOND_ASCII)))) {
      const runEnd = min(at + RUN_UNITS * UNIT_BYTES, end);
      while (at < runEnd) {
        const units = unitsAt(at, end);
        out = encode(codePointAt(at, units), out);
        at += units * UNIT_BYTES;
      }
    } else {
      v128.store(out, i8x16.narrow_i16x8_u(first, second));
      const units = min((end - at) / UNIT_BYTES, RUN_UNITS);
      at += units * UNIT_BYTES;
      out += units;
    }
  }
  return out;
}

/** Units of the code point: two where a surrogate has its other half. */
function unitsAt(at: usize, end: usize): usize {
  if (!isSurrogate(at, HIGH_SURROGATE) || at + UNIT_BYTES == end) return 1;
  return isSurrogate(at + UNIT_BYTES, LOW_SURROGATE) ? 2 : 1;
}

function codePointAt(at: usize, units: usize): u32 {
  const unit = <u32>load<u16>(at);
  if (units == 2) return 0x10000 + ((unit & 0x3ff) << 10) + ((<u32>load<u16>(at, UNIT_BYTES)) & 0x3ff);
  if (!isSurrogate(at, HIGH_SURROGATE) && !isSurrogate(at, LOW_SURROGATE)) return unit;
  noteReplacement();
  return REPLACEMENT;
}

function isSurrogate(at: usize, kind: u32): bool {
  return ((<u32>load<u16>(at)) & SURROGATE_MASK) == kind;
}
