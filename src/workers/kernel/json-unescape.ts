/** What the raw bytes of a JSON string stand for. */
import { REPLACEMENT, copyWellFormed, encode, isWellFormed, noteReplacement } from './utf8';

export const QUOTE: u8 = 0x22;
export const BACKSLASH: u8 = 0x5c;
export const LETTER_U: u8 = 0x75;

const SHORT_ESCAPE_BYTES: usize = 2;
const UNICODE_ESCAPE_BYTES: usize = 6;
export const HEX_DIGITS: u32 = 4;

/** `\u` as a little-endian number. */
const UNICODE_ESCAPE: u16 = 0x755c;

const SURROGATE_MASK: u32 = 0xfc00;
const HIGH_SURROGATE: u32 = 0xd800;
const LOW_SURROGATE: u32 = 0xdc00;

/** Bytes that are copied together. */
const BLOCK_BYTES: usize = 64;

/** The byte that `\` and a byte from 0x20 to 0x7f stand for; `u` for itself, 0 where there is no such escape. */
const FIRST_ESCAPE: u8 = 0x20;
const ESCAPE_COUNT: u8 = 96;
// prettier-ignore
const ESCAPES = memory.data<u8>([
  0, 0, 0x22, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x2f, // !"#$%&'()*+,-./
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 0123456789:;<=>?
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // @ABCDEFGHIJKLMNO
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x5c, 0, 0, 0, // PQRSTUVWXYZ[\]^_
  0, 0, 0x08, 0, 0, 0, 0x0c, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0, // `abcdefghijklmno
  0, 0, 0x0d, 0, 0x09, 0x75, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // pqrstuvwxyz{|}~
]);

/** For `stopBits`: a stop at each byte from 0x80 on, or at none of them. */
const SIGN_BITS: v128 = i8x16.splat(-128);
const NO_BITS: v128 = i8x16.splat(0);

/** The value of a piece of a string: at most four U+FFFD, and what a wide store writes beyond. */
const PIECE = memory.data(32);

/** Where the source goes on after the part that was decoded last. */
let resumeAt: usize = 0;

/** The byte that `\` and `letter` stand for; `u` for `u`; 0 when there is no such escape. */
export function escapedBy(letter: u8): u8 {
  const index: u8 = letter - FIRST_ESCAPE;
  return index < ESCAPE_COUNT ? load<u8>(ESCAPES + index) : 0;
}

/** How many of the bytes at `address` are hexadecimal digits before the first that is none; at most 16. */
export function hexDigitsAt(address: usize): u32 {
  const chunk = v128.load(address);
  const digit = i8x16.le_u(i8x16.sub(chunk, i8x16.splat(0x30)), i8x16.splat(9));
  const lowerCase = v128.or(chunk, i8x16.splat(0x20));
  const letter = i8x16.le_u(i8x16.sub(lowerCase, i8x16.splat(0x61)), i8x16.splat(5));
  return ctz(~i8x16.bitmask(v128.or(digit, letter)));
}

/**
 * Writes the value of a string that `parseRow` has validated, as well-formed UTF-8; returns the end of it. `end` must be
 * where the closing quote is.
 *
 * A surrogate escape without its partner and every maximal ill-formed part becomes one U+FFFD and is counted
 * (`replacements`). The value takes at most three times the bytes of `start`–`end`; up to 64 bytes past it are overwritten.
 * Source and output must not overlap.
 */
export function unescape(start: usize, end: usize, out: usize): usize {
  out = unescapeRun(start, end, out, true);
  if (resumeAt == end) return out;
  // Escapes are ASCII: what is well-formed with them is so without.
  if (isWellFormed(resumeAt, end)) return unescapeRun(resumeAt, end, out, false);
  return unescapeRepairing(resumeAt, end, out);
}

/** Decodes escapes and copies the rest, up to the end or, with `asciiOnly`, to the first byte from 0x80 on. */
function unescapeRun(start: usize, end: usize, out: usize, asciiOnly: bool): usize {
  const stopBits = asciiOnly ? SIGN_BITS : NO_BITS;
  while (start < end) {
    // One search for a whole block: a search from each escape on would wait for the one before it.
    const block = start;
    let stops = stopsInBlock(block, stopBits);
    copyBlock(block, out);
    while (stops != 0) {
      const stop = block + <usize>ctz(stops);
      if (stop >= end) break;
      out += stop - start;
      const value = shortEscapeAt(stop);
      if (value != 0) {
        store<u8>(out++, value);
        start = stop + SHORT_ESCAPE_BYTES;
      } else if (load<u8>(stop) == BACKSLASH) {
        out = writeEscapes(stop, out);
        start = resumeAt;
      } else {
        resumeAt = stop;
        return out;
      }
      copyBlock(start, out);
      const done = start - block;
      stops = done < BLOCK_BYTES ? stops & (u64.MAX_VALUE << done) : 0;
    }
    const blockEnd = min(block + BLOCK_BYTES, end);
    if (start < blockEnd) {
      out += blockEnd - start;
      start = blockEnd;
    }
  }
  resumeAt = end;
  return out;
}

/** The same for text of which some is ill-formed. */
function unescapeRepairing(start: usize, end: usize, out: usize): usize {
  while (start < end) {
    if (load<u8>(start) == BACKSLASH) {
      out = writeEscapes(start, out);
      start = resumeAt;
    } else {
      const segmentEnd = backslashFrom(start, end);
      out = copyWellFormed(start, segmentEnd, out);
      start = segmentEnd;
    }
  }
  return out;
}

/** What the short escape at `at` stands for; 0 when there is none. */
function shortEscapeAt(at: usize): u8 {
  if (load<u8>(at) != BACKSLASH) return 0;
  const value = escapedBy(load<u8>(at, 1));
  return value == LETTER_U ? 0 : value;
}

/** One bit for each backslash and each byte that shares a bit with its lane of `stopBits`, which has sign bits at most. */
function stopsInBlock(block: usize, stopBits: v128): u64 {
  const low = stopsIn(v128.load(block, 0), stopBits) | (stopsIn(v128.load(block, 16), stopBits) << 16);
  const high = stopsIn(v128.load(block, 32), stopBits) | (stopsIn(v128.load(block, 48), stopBits) << 16);
  return (<u64>low) | ((<u64>high) << 32);
}

function stopsIn(chunk: v128, stopBits: v128): u32 {
  return i8x16.bitmask(v128.or(v128.and(chunk, stopBits), i8x16.eq(chunk, i8x16.splat(BACKSLASH))));
}

function copyBlock(from: usize, out: usize): void {
  v128.store(out, v128.load(from, 0), 0);
  v128.store(out, v128.load(from, 16), 16);
  v128.store(out, v128.load(from, 32), 32);
  v128.store(out, v128.load(from, 48), 48);
}

/** Writes what the escapes from `start` on stand for, up to the first other byte, at the latest the closing quote. */
function writeEscapes(start: usize, out: usize): usize {
  do {
    const codePoint = decodeEscape(start);
    if (codePoint < 0) noteReplacement();
    out = encode(codePoint < 0 ? REPLACEMENT : codePoint, out);
    start = resumeAt;
  } while (load<u8>(start) == BACKSLASH);
  return out;
}

/** The first backslash from `start` on, or `end`. */
function backslashFrom(start: usize, end: usize): usize {
  for (; start < end; start += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(start), i8x16.splat(BACKSLASH)));
    if (found != 0) return min(start + ctz(found), end);
  }
  return end;
}

/** What the escape at `start` stands for, or the pair that begins there; -1 for a surrogate without its partner. */
function decodeEscape(start: usize): i32 {
  const value = escapedBy(load<u8>(start, 1));
  if (value == LETTER_U) return decodeUnicodeEscape(start);
  resumeAt = start + SHORT_ESCAPE_BYTES;
  return value;
}

function decodeUnicodeEscape(start: usize): i32 {
  const unit = codeUnitAt(start);
  const next = start + UNICODE_ESCAPE_BYTES;
  resumeAt = next;
  if ((unit & SURROGATE_MASK) == LOW_SURROGATE) return -1;
  if ((unit & SURROGATE_MASK) != HIGH_SURROGATE) return unit;
  // Nothing is read past the end: there the closing quote stands, which begins no escape.
  if (load<u16>(next) != UNICODE_ESCAPE) return -1;
  const low = codeUnitAt(next);
  if ((low & SURROGATE_MASK) != LOW_SURROGATE) return -1;
  resumeAt = next + UNICODE_ESCAPE_BYTES;
  return 0x10000 + ((unit - HIGH_SURROGATE) << 10) + (low - LOW_SURROGATE);
}

/** The four hexadecimal digits of the `\uXXXX` at `escape`, decoded side by side. */
function codeUnitAt(escape: usize): u32 {
  const digits = load<u32>(escape, 2);
  // A letter has bit 6, and its low four bits are nine less than its value.
  const values = (digits & 0x0f0f0f0f) + ((digits >>> 6) & 0x01010101) * 9;
  const bytes = ((values << 4) | (values >>> 8)) & 0x00ff00ff;
  return ((bytes << 8) | (bytes >>> 16)) & 0xffff;
}

/**
 * Whether a raw string stands for exactly the well-formed text. A lone surrogate stands for no text, an ill-formed part for
 * U+FFFD (which counts as a replacement).
 */
export function standsFor(start: usize, end: usize, text: usize, textEnd: usize): bool {
  while (start < end) {
    let pieceEnd: usize = 0;
    if (load<u8>(start) == BACKSLASH) {
      const codePoint = decodeEscape(start);
      if (codePoint < 0) return false;
      pieceEnd = encode(codePoint, PIECE);
      start = resumeAt;
    } else {
      const next = sequenceEnd(start);
      pieceEnd = copyWellFormed(start, next, PIECE);
      start = next;
    }
    const bytes = pieceEnd - PIECE;
    if (bytes > textEnd - text || memory.compare(PIECE, text, bytes) != 0) return false;
    text += bytes;
  }
  return text == textEnd;
}

/**
 * Where a string may be cut after `start` without cutting a sequence, which has three continuation bytes at most. The
 * closing quote is none.
 */
function sequenceEnd(start: usize): usize {
  const longest = start + 4;
  do start++;
  while (start < longest && (load<u8>(start) & 0xc0) == 0x80);
  return start;
}
