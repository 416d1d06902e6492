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
const BLOCK_BYTES: usize = 64;

/** What can be wrong with two neighbouring bytes; see `errorsIn`. */
const TOO_SHORT: u8 = 1; // a lead byte before ASCII or before another lead byte
const TOO_LONG: u8 = 2; // ASCII before a continuation byte
const OVERLONG_3: u8 = 4; // E0 80–9F
const TOO_LARGE: u8 = 8; // F4 90–BF, F5–FF 90–BF
const SURROGATE: u8 = 16; // ED A0–BF
const OVERLONG_2: u8 = 32; // C0–C1 80–BF
const OVERLONG_4: u8 = 64; // F0 80–8F; also F5–FF 80–8F, which is too large
const TWO_CONTINUATIONS: u8 = 128; // right only in the third or fourth byte of a sequence

/** Errors that several entries of the tables have in common. */
const ANY_LOW: u8 = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;
const LARGE_LOW: u8 = ANY_LOW | TOO_LARGE | OVERLONG_4;
const LEAD_F: u8 = TOO_SHORT | TOO_LARGE | OVERLONG_4;
const CONTINUATION: u8 = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS;

/** The errors that each high nibble of the first byte allows: ASCII, continuation, C, D, E, F. */
// prettier-ignore
const ERRORS_BY_HIGH_NIBBLE: v128 = i8x16(
  TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
  TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS,
  TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE, LEAD_F,
);

/** Each low nibble of the first byte: of C0, E0 and F0, of C1, of F4, of F5 to FF and ED. */
// prettier-ignore
const ERRORS_BY_LOW_NIBBLE: v128 = i8x16(
  ANY_LOW | OVERLONG_2 | OVERLONG_3 | OVERLONG_4, ANY_LOW | OVERLONG_2, ANY_LOW, ANY_LOW,
  ANY_LOW | TOO_LARGE, LARGE_LOW, LARGE_LOW, LARGE_LOW,
  LARGE_LOW, LARGE_LOW, LARGE_LOW, LARGE_LOW,
  LARGE_LOW, LARGE_LOW | SURROGATE, LARGE_LOW, LARGE_LOW,
);

/** Each high nibble of the second byte: ASCII, continuation, lead. */
// prettier-ignore
const ERRORS_BY_SECOND: v128 = i8x16(
  TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
  CONTINUATION | OVERLONG_3 | OVERLONG_4, CONTINUATION | OVERLONG_3 | TOO_LARGE,
  CONTINUATION | SURROGATE | TOO_LARGE, CONTINUATION | SURROGATE | TOO_LARGE,
  TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
);

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
 * Bytes of the sequence that begins with `lead`, the lead byte of a well-formed sequence.
 *
 * Branches, and not the number of leading ones: text is mostly of one script, so the branches are predicted and the next
 * sequence is begun before this one is loaded. That makes a walk of `decode` and `widthOf` up to three times as fast.
 */
export function widthOf(lead: u32): u32 {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
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

/** Whether the bytes from `start` to `end` are well-formed UTF-8. Reads up to 16 bytes past `end`. */
export function isWellFormed(start: usize, end: usize): bool {
  let before = i8x16.splat(0);
  let errors = i8x16.splat(0);
  let at = start;
  for (; at + BLOCK_BYTES <= end; at += BLOCK_BYTES) {
    const first = v128.load(at);
    const second = v128.load(at, 16);
    const third = v128.load(at, 32);
    const fourth = v128.load(at, 48);
    if (!isAscii(v128.or(before, v128.or(v128.or(first, second), v128.or(third, fourth))))) {
      const half = v128.or(errorsIn(first, before), errorsIn(second, first));
      errors = v128.or(errors, v128.or(half, v128.or(errorsIn(third, second), errorsIn(fourth, third))));
    }
    before = fourth;
  }
  // Up to and with the chunk at `end`: what comes after the text is 0 and shows where a sequence is cut off.
  for (; at <= end; at += CHUNK_BYTES) {
    const chunk = firstBytes(v128.load(at), end - at);
    if (!isAscii(v128.or(before, chunk))) errors = v128.or(errors, errorsIn(chunk, before));
    before = chunk;
  }
  return !v128.any_true(errors);
}

/**
 * Copies the bytes from `start` to `end`, with U+FFFD in place of what is ill-formed; returns the address after the copy.
 *
 * The copy takes up to three times the room, and up to 16 bytes after it are overwritten. It must not overlap the source.
 */
export function copyWellFormed(start: usize, end: usize, out: usize): usize {
  if (!isWellFormed(start, end)) return copyRepaired(start, end, out);
  const shift = out - start;
  for (let at = start; at < end; at += CHUNK_BYTES) v128.store(at + shift, v128.load(at));
  return end + shift;
}

function copyRepaired(start: usize, end: usize, out: usize): usize {
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

function isAscii(chunk: v128): bool {
  return i8x16.bitmask(chunk) == 0;
}

/** The chunk with zeros after its first `count` bytes. */
function firstBytes(chunk: v128, count: usize): v128 {
  const lanes = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(chunk, i8x16.lt_u(lanes, i8x16.splat(<i8>min<usize>(count, CHUNK_BYTES))));
}

/**
 * Not 0 where a sequence goes wrong, given the 16 bytes before the chunk.
 *
 * Keiser and Lemire 2021, "Validating UTF-8 in less than one instruction per byte". What can be wrong with two neighbouring
 * bytes is told by three of their nibbles, each of which has a table of the errors that it allows. That leaves third and
 * fourth bytes: TWO_CONTINUATIONS is an error except there, and only there.
 */
function errorsIn(chunk: v128, before: v128): v128 {
  const one = i8x16.shuffle(before, chunk, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
  const two = i8x16.shuffle(before, chunk, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
  const three = i8x16.shuffle(before, chunk, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28);
  const byLead = i8x16.swizzle(ERRORS_BY_HIGH_NIBBLE, i8x16.shr_u(one, 4));
  const byLeadLow = i8x16.swizzle(ERRORS_BY_LOW_NIBBLE, v128.and(one, i8x16.splat(0x0f)));
  const bySecond = i8x16.swizzle(ERRORS_BY_SECOND, i8x16.shr_u(chunk, 4));
  const pairErrors = v128.and(v128.and(byLead, byLeadLow), bySecond);
  // The high bit where the byte two before is E0 or above, or the byte three before is F0 or above.
  const isThird = i8x16.sub_sat_u(two, i8x16.splat(0x60));
  const isFourth = i8x16.sub_sat_u(three, i8x16.splat(0x70));
  const isLater = v128.and(v128.or(isThird, isFourth), i8x16.splat(TWO_CONTINUATIONS));
  return v128.xor(isLater, pairErrors);
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

/** Code points of the well-formed UTF-8 in [start, end). */
export function codePointsIn(start: usize, end: usize): u32 {
  let total: u32 = 0;
  let at = start;
  for (; at + 16 <= end; at += 16) total += popcnt(i8x16.bitmask(isFirst(v128.load(at))));
  const kept = ((<usize>1) << (end - at)) - 1;
  return total + popcnt(i8x16.bitmask(isFirst(v128.load(at))) & (<i32>kept));
}

/** A bit for each of 64 bytes that is the first, or the only one, of a code point; `high` has those from 0x80 on. */
export function firstBytesOf(block: usize, high: u64): u64 {
  if (high == 0) return u64.MAX_VALUE;
  const lower = i8x16.bitmask(isFirst(v128.load(block))) | (i8x16.bitmask(isFirst(v128.load(block, 16))) << 16);
  const upper = i8x16.bitmask(isFirst(v128.load(block, 32))) | (i8x16.bitmask(isFirst(v128.load(block, 48))) << 16);
  return (<u64>(<u32>lower)) | ((<u64>(<u32>upper)) << 32);
}

/** Bytes that are the first, or the only one, of a code point. */
function isFirst(chunk: v128): v128 {
  return i8x16.ge_s(chunk, i8x16.splat(-64));
}
