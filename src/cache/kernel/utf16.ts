/**
 * From the UTF-16 of JavaScript's strings to UTF-8, and for strings that have none to WTF-8 (https://simonsapin.github.io/wtf-8/):
 * a lone surrogate is encoded as other code points are, in three bytes. So different strings have different bytes; with a
 * replacement character a text would get the key of another.
 */

const UNIT_BYTES: usize = 2;
/** Units that are narrowed together while they are ASCII. */
const RUN_UNITS: usize = 16;
/** Bytes of the units that are narrowed together in plain English. */
const LONG_RUN_BYTES: usize = 64;
const BEYOND_ASCII: i16 = -128; // 0xff80
const BEYOND_ASCII_TWICE: u32 = 0xff80ff80;

const SURROGATE_MASK: u32 = 0xfc00;
const HIGH_SURROGATE: u32 = 0xd800;
const LOW_SURROGATE: u32 = 0xdc00;

/**
 * Encodes the units in [start, end) at `out` and returns the end of it.
 *
 * Takes up to three bytes for a unit; reads up to 30 bytes behind the units and writes up to 16 behind what is returned.
 */
export function encodeUnits(start: usize, end: usize, out: usize): usize {
  let at = start;
  while (at < end) {
    for (; at + LONG_RUN_BYTES <= end && isAscii(at); at += LONG_RUN_BYTES) {
      v128.store(out, i8x16.narrow_i16x8_u(v128.load(at), v128.load(at, 16)));
      v128.store(out, i8x16.narrow_i16x8_u(v128.load(at, 32), v128.load(at, 48)), 16);
      out += LONG_RUN_BYTES / UNIT_BYTES;
    }
    const first = v128.load(at);
    const second = v128.load(at, 16);
    v128.store(out, i8x16.narrow_i16x8_u(first, second));
    const ascii = min(asciiUnits(first, second), (end - at) / UNIT_BYTES);
    at += ascii * UNIT_BYTES;
    out += ascii;
    if (ascii == RUN_UNITS) continue;

    // Other scripts come in words with one blank in between: stay until two units of ASCII come.
    while (at < end && (load<u32>(at) & BEYOND_ASCII_TWICE) != 0) {
      const unit = <u32>load<u16>(at);
      at += UNIT_BYTES;
      if (unit < 0x80) {
        store<u8>(out, unit);
        out += 1;
      } else if (unit < 0x800) {
        store<u16>(out, 0x80c0 | (unit >> 6) | ((unit & 0x3f) << 8));
        out += 2;
      } else if (isHigh(unit) && at < end && isLow(load<u16>(at))) {
        store<u32>(out, fourBytes(0x10000 + ((unit & 0x3ff) << 10) + ((<u32>load<u16>(at)) & 0x3ff)));
        at += UNIT_BYTES;
        out += 4;
      } else {
        store<u32>(out, threeBytes(unit)); // and a zero, which the next unit overwrites
        out += 3;
      }
    }
  }
  return out;
}

/** Whether all units of a long run are ASCII. */
function isAscii(at: usize): bool {
  const all = v128.or(v128.or(v128.load(at), v128.load(at, 16)), v128.or(v128.load(at, 32), v128.load(at, 48)));
  return !v128.any_true(v128.and(all, i16x8.splat(BEYOND_ASCII)));
}

/** How many of sixteen units are ASCII, up to the first that is not. */
function asciiUnits(first: v128, second: v128): usize {
  const beyond = i16x8.splat(BEYOND_ASCII);
  const others = v128.or(v128.and(first, beyond), v128.and(second, beyond));
  if (!v128.any_true(others)) return RUN_UNITS;
  const zero = i16x8.splat(0);
  const ascii = i8x16.narrow_i16x8_s(i16x8.eq(v128.and(first, beyond), zero), i16x8.eq(v128.and(second, beyond), zero));
  return ctz(~i8x16.bitmask(ascii));
}

function isHigh(unit: u32): bool {
  return (unit & SURROGATE_MASK) == HIGH_SURROGATE;
}

function isLow(unit: u32): bool {
  return (unit & SURROGATE_MASK) == LOW_SURROGATE;
}

/** The bytes of a code point from 0x800 up, the first one lowest. */
function threeBytes(unit: u32): u32 {
  return 0x8080e0 | (unit >> 12) | ((unit & 0xfc0) << 2) | ((unit & 0x3f) << 16);
}

/** The bytes of a code point from 0x10000 up, the first one lowest. */
function fourBytes(codePoint: u32): u32 {
  return (
    0x808080f0 |
    (codePoint >> 18) |
    ((codePoint & 0x3f000) >> 4) |
    ((codePoint & 0xfc0) << 10) |
    ((codePoint & 0x3f) << 24)
  );
}
