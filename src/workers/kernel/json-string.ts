/** Strings as JSON writes them: where one ends, and how a text becomes one. */
import { refuse } from './json-refusal';
import { BACKSLASH, HEX_DIGITS, LETTER_U, QUOTE, escapedBy, hexDigitsAt } from './json-unescape';

/** Bytes that are looked at together. */
const BLOCK_BYTES: usize = 64;

const FIRST_PRINTABLE: u8 = 0x20;

/** The letter of a control character's short escape; 0 where it has none. */
const CONTROL_LETTERS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0x62, 0x74, 0x6e, 0, 0x66, 0x72, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);
const SHORT_ESCAPE_BYTES: usize = 2;

/** `\u00` as a little-endian number: what the escape of every other control character begins with. */
const CONTROL_ESCAPE: u32 = 0x3030755c;
const CONTROL_ESCAPE_BYTES: usize = 6;
const HEX = memory.data<u8>([
  0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
]);

/** Of the string whose end was found last: whether it has a backslash, whether it has a byte from 0x80 on. */
export let stringEscaped: bool = false;
export let stringWide: bool = false;

/**
 * The closing quote of the string whose first byte is at `start`, or 0 after `refuse`; sets `stringEscaped`, `stringWide`.
 *
 * It does not know where the line ends: a zero byte must be there, which no string holds.
 */
export function stringEnd(start: usize): usize {
  // Keys and ids mostly end within the first chunk.
  const chunk = v128.load(start);
  const specials = i8x16.bitmask(specialsIn(chunk));
  const at = start + ctz(specials);
  if (specials == 0 || load<u8>(at) != QUOTE) return longStringEnd(start);
  stringEscaped = false;
  stringWide = (i8x16.bitmask(chunk) & (specials - 1) & ~specials) != 0;
  return at;
}

function longStringEnd(start: usize): usize {
  let escaped = false;
  let wide = i8x16.splat(0);
  let spill: u64 = 0; // bit 0: the block's first byte belongs to an escape that the block before began
  let block = start;
  while (true) {
    let specials = specialsInBlock(block) & ~spill;
    spill = 0;
    while (specials != 0) {
      const bit = ctz(specials);
      const at = block + <usize>bit;
      const byte = load<u8>(at);
      if (byte == QUOTE) {
        const before = (specials - 1) & ~specials;
        stringEscaped = escaped;
        stringWide = i8x16.bitmask(wide) != 0 || (wideInBlock(block) & before) != 0;
        return at;
      }
      if (byte != BACKSLASH) return refuse(at);
      if (!isEscape(at)) return 0;
      escaped = true;
      // The byte after the backslash may be a quote or a backslash: one that ends or begins nothing.
      specials &= ~((<u64>3) << bit);
      spill = <u64>(bit == 63);
    }
    wide = v128.or(wide, foldBlock(block));
    block += BLOCK_BYTES;
  }
}

/** Whether the backslash at `at` begins an escape that JSON knows. */
function isEscape(at: usize): bool {
  const value = escapedBy(load<u8>(at, 1));
  const digits = value == LETTER_U ? hexDigitsAt(at + 2) : HEX_DIGITS;
  if (value != 0 && digits >= HEX_DIGITS) return true;
  refuse(value == 0 ? at + 1 : at + 2 + digits);
  return false;
}

/**
 * Writes well-formed UTF-8 as `JSON.stringify` would, without the quotes; returns the end of it.
 *
 * It takes at most six times the bytes of `start`–`end`; up to 16 bytes past it are overwritten. Source and output must not
 * overlap.
 */
export function escapeInto(start: usize, end: usize, out: usize): usize {
  while (start < end) {
    const chunk = v128.load(start);
    v128.store(out, chunk);
    const specials = i8x16.bitmask(specialsIn(chunk));
    if (specials == 0) {
      start += 16;
      out += 16;
      continue;
    }
    start += ctz(specials);
    out += ctz(specials);
    if (start >= end) break;
    out = writeEscaped(load<u8>(start), out);
    start++;
  }
  return out - (start - end); // the last chunk may have passed the end
}

function writeEscaped(byte: u8, out: usize): usize {
  const letter = byte < FIRST_PRINTABLE ? load<u8>(CONTROL_LETTERS + byte) : byte;
  if (letter != 0) {
    store<u16>(out, BACKSLASH | ((<u16>letter) << 8));
    return out + SHORT_ESCAPE_BYTES;
  }
  store<u32>(out, CONTROL_ESCAPE);
  store<u8>(out, load<u8>(HEX + (byte >>> 4)), 4);
  store<u8>(out, load<u8>(HEX + (byte & 15)), 5);
  return out + CONTROL_ESCAPE_BYTES;
}

/** The bytes that cannot stand for themselves in a string: quote, backslash and control characters. */
function specialsIn(chunk: v128): v128 {
  // Flipping bit 1 takes the quote (0x22) next to the control characters, and space and `!` away: one comparison for both.
  const flipped = v128.xor(chunk, i8x16.splat(0x02));
  const controlOrQuote = i8x16.le_u(flipped, i8x16.splat(0x20));
  return v128.or(controlOrQuote, i8x16.eq(chunk, i8x16.splat(BACKSLASH)));
}

function specialsInBlock(block: usize): u64 {
  const s0 = specialsIn(v128.load(block, 0));
  const s1 = specialsIn(v128.load(block, 16));
  const s2 = specialsIn(v128.load(block, 32));
  const s3 = specialsIn(v128.load(block, 48));
  if (!v128.any_true(v128.or(v128.or(s0, s1), v128.or(s2, s3)))) return 0;
  return bitsOf(s0, s1, s2, s3);
}

/** The bytes from 0x80 on. */
function wideInBlock(block: usize): u64 {
  return bitsOf(v128.load(block, 0), v128.load(block, 16), v128.load(block, 32), v128.load(block, 48));
}

/** Has a sign bit when the block has a byte from 0x80 on. */
function foldBlock(block: usize): v128 {
  const low = v128.or(v128.load(block, 0), v128.load(block, 16));
  const high = v128.or(v128.load(block, 32), v128.load(block, 48));
  return v128.or(low, high);
}

function bitsOf(s0: v128, s1: v128, s2: v128, s3: v128): u64 {
  const low: u32 = i8x16.bitmask(s0) | (i8x16.bitmask(s1) << 16);
  const high: u32 = i8x16.bitmask(s2) | (i8x16.bitmask(s3) << 16);
  return (<u64>low) | ((<u64>high) << 32);
}
