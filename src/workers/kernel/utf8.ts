/**
 * UTF-8: decoding and encoding of single code points, and the check or repair of bytes from outside.
 *
 * Ill-formed input is replaced as the WHATWG `TextDecoder` does it: one U+FFFD for each maximal part that begins some
 * well-formed sequence (Unicode 17.0 §3.9, table 3-7), and one for each other byte. A byte order mark is kept.
 */

export const REPLACEMENT: u32 = 0xfffd;

/** U+FFFD as its three bytes EF BF BD in memory order. */
const REPLACEMENT_BYTES: u32 = 0xbdbfef;
const REPLACEMENT_WIDTH: usize = 3;

const CHUNK_BYTES: usize = 16;

/** U+FFFD written since `resetReplacements`. */
let replacedCount: u32 = 0;

export function replacements(): u32 {
  return replacedCount;
}

export function resetReplacements(): void {
  replacedCount = 0;
}

/** Counts a U+FFFD that the caller has written itself, for a lone surrogate for instance. */
export function noteReplacement(): void {
  replacedCount++;
}

/**
 * Bytes of the sequence that begins with `lead`: the number of its leading one bits, or 1 for ASCII.
 *
 * Only for the lead byte of a well-formed sequence.
 */
export function widthOf(lead: u32): u32 {
  const ones = clz(~(lead << 24));
  return ones + u32(ones == 0);
}

/** The code point at `pointer`, in well-formed text. */
export function decode(pointer: usize): u32 {
  const lead = <u32>load<u8>(pointer);
  if (lead < 0x80) return lead;
  const second = payload(pointer + 1);
  if (lead < 0xe0) return ((lead & 0x1f) << 6) | second;
  const third = payload(pointer + 2);
  if (lead < 0xf0) return ((lead & 0x0f) << 12) | (second << 6) | third;
  return ((lead & 0x07) << 18) | (second << 12) | (third << 6) | payload(pointer + 3);
}

/** Writes a code point that is no surrogate; returns the address after it. */
export function encode(codePoint: u32, out: usize): usize {
  if (codePoint < 0x80) {
    store<u8>(out, codePoint);
    return out + 1;
  }
  if (codePoint < 0x800) {
    store<u8>(out, 0xc0 | (codePoint >> 6));
    store<u8>(out, 0x80 | (codePoint & 0x3f), 1);
    return out + 2;
  }
  if (codePoint < 0x10000) {
    store<u8>(out, 0xe0 | (codePoint >> 12));
    store<u8>(out, 0x80 | ((codePoint >> 6) & 0x3f), 1);
    store<u8>(out, 0x80 | (codePoint & 0x3f), 2);
    return out + 3;
  }
  store<u8>(out, 0xf0 | (codePoint >> 18));
  store<u8>(out, 0x80 | ((codePoint >> 12) & 0x3f), 1);
  store<u8>(out, 0x80 | ((codePoint >> 6) & 0x3f), 2);
  store<u8>(out, 0x80 | (codePoint & 0x3f), 3);
  return out + 4;
}

/** Whether the bytes from `start` to `end` are well-formed UTF-8. Reads up to 15 bytes past `end`. */
export function isWellFormed(start: usize, end: usize): bool {
  let at = start;
  while (at < end) {
    at += asciiRun(v128.load(at));
    while (at < end && load<u8>(at) >= 0x80) {
      const width = sequenceAt(at, end);
      if (width < 0) return false;
      at += <usize>width;
    }
  }
  return true;
}

/**
 * Copies the bytes from `start` to `end`, with U+FFFD in place of what is ill-formed; returns the address after the copy.
 *
 * The copy takes up to three times the room, and up to 15 bytes after it are overwritten. It must not overlap the source.
 */
export function copyWellFormed(start: usize, end: usize, out: usize): usize {
  let at = start;
  while (at < end) {
    const chunk = v128.load(at);
    v128.store(out, chunk); // what is not the ASCII run is overwritten by what follows
    const run = min<usize>(asciiRun(chunk), end - at);
    at += run;
    out += run;
    while (at < end && load<u8>(at) >= 0x80) {
      const width = sequenceAt(at, end);
      if (width > 0) {
        store<u32>(out, load<u32>(at));
        at += <usize>width;
        out += <usize>width;
      } else {
        store<u32>(out, REPLACEMENT_BYTES);
        replacedCount++;
        at += <usize>-width;
        out += REPLACEMENT_WIDTH;
      }
    }
  }
  return out;
}

/** Number of ASCII bytes at the beginning of the chunk. */
function asciiRun(chunk: v128): usize {
  return min<usize>(<usize>ctz(i8x16.bitmask(chunk)), CHUNK_BYTES);
}

/**
 * The width of the sequence at `at`, whose first byte is not ASCII, if it is well-formed; else minus the length of the
 * maximal ill-formed part.
 */
function sequenceAt(at: usize, end: usize): i32 {
  const lead = <u32>load<u8>(at);
  const second = byteAt(at + 1, end);
  if (lead < 0xe0) return lead >= 0xc2 && isContinuation(second) ? 2 : -1;
  if (lead < 0xf0) {
    // Below A0 the sequence would be longer than needed; from A0 on after ED it would be a surrogate.
    const low: u32 = lead == 0xe0 ? 0xa0 : 0x80;
    const high: u32 = lead == 0xed ? 0x9f : 0xbf;
    if (second < low || second > high) return -1;
    return isContinuation(byteAt(at + 2, end)) ? 3 : -2;
  }
  // Below 90 the sequence would be longer than needed; from 90 on after F4, and after F5, it would be above U+10FFFF.
  const low: u32 = lead == 0xf0 ? 0x90 : 0x80;
  const high: u32 = lead == 0xf4 ? 0x8f : 0xbf;
  if (lead > 0xf4 || second < low || second > high) return -1;
  if (!isContinuation(byteAt(at + 2, end))) return -2;
  return isContinuation(byteAt(at + 3, end)) ? 4 : -3;
}

/** The byte, or past the end 0, which continues no sequence. */
function byteAt(at: usize, end: usize): u32 {
  return at < end ? <u32>load<u8>(at) : 0;
}

function isContinuation(byte: u32): bool {
  return (byte & 0xc0) == 0x80;
}

/** The six bits that a continuation byte adds. */
function payload(pointer: usize): u32 {
  return (<u32>load<u8>(pointer)) & 0x3f;
}
