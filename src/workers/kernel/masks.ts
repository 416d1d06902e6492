/**
 * The first pass: text → bit masks, one cache line of masks for 64 bytes of text.
 *
 *   block k of the text (64 bytes)  ─▶  record k (8 masks of 64 bits)
 *   │ token start │ token end │ word start │ space │ newline │ terminal │ high │ paragraph │
 *
 * Bit i of a mask speaks of byte i of the block. All bytes of a code point carry its space and terminal bits. A token or
 * word start is the first byte of one; a token end is the byte after the last one. Bits past the end of the text are clear,
 * but for the end of a token that ends with the text; there is always a record for that. The paragraph starts are `countUnits`'.
 */
import { join } from './bits';
import { CLASS_SOLO, CLASS_SPACE, CLASS_TERMINAL, CLASS_TOKEN, classOf } from './unicode';
import { decode, widthOf } from './utf8';
import { countWideChar } from './chars';

export const BLOCK_BYTES: usize = 64;
export const RECORD_BYTES: usize = 64;

/** Byte offsets of the masks in a record. */
export const TOKEN_START: usize = 0;
export const TOKEN_END: usize = 8;
export const WORD_START: usize = 16;
export const SPACE: usize = 24;
export const NEWLINE: usize = 32;
export const TERMINAL: usize = 40;
export const HIGH: usize = 48;
/** The first byte of a paragraph that is not white space. */
export const PARAGRAPH: usize = 56;

/*
 * ASCII classes by two 16-entry tables: class(byte) = LOW[byte & 15] & HIGH_NIBBLE[byte >> 4]. Bits 0–3 mean "token", 4–6
 * "space", 7 "terminal" (`!` and `.`; `?` is compared by itself, since it shares its row with the digits). Bytes from 0x80 on
 * have no class here.
 *
 *   bit  high nibble  low nibbles   bytes
 *   0    3            0–9           0–9
 *   1    4, 6         1–15          A–O a–o
 *   2    5, 7         0–10          P–Z p–z
 *   3    5            15            _
 *   4    0            9–13          tab, LF, VT, FF, CR
 *   5    1            12–15         U+001C–001F
 *   6    2            0             space
 *   7    2            1, 14         ! .
 */
// 0x87, 0xa2 and 0xc0 are written as the signed bytes they are.
const LOW_NIBBLE: v128 = i8x16(
  0x45,
  -0x79,
  0x07,
  0x07,
  0x07,
  0x07,
  0x07,
  0x07,
  0x07,
  0x17,
  0x16,
  0x12,
  0x32,
  0x32,
  -0x5e,
  0x2a,
);
const HIGH_NIBBLE: v128 = i8x16(0x10, 0x20, -0x40, 0x01, 0x02, 0x0c, 0x02, 0x04, 0, 0, 0, 0, 0, 0, 0, 0);

/** Whether the document of the last `classify` holds a byte from 0x80 on. */
export let hasHigh: bool = false;

/** The bits of code points beyond ASCII in the current block, and those that reach into the next one. */
let wideToken: u64 = 0;
let wideSpace: u64 = 0;
let wideTerminal: u64 = 0;
/** Before and after a code point that is a token by itself. */
let wideBreak: u64 = 0;
let spillToken: u64 = 0;
let spillSpace: u64 = 0;
let spillTerminal: u64 = 0;
let spillBreak: u64 = 0;
let spillBytes: u32 = 0;

/** Address of the record that holds the byte at `offset`. */
export function recordAt(masks: usize, offset: usize): usize {
  return masks + (offset & ~(BLOCK_BYTES - 1));
}

/** Bytes that the masks of a text of `bytes` take. */
export function maskBytes(bytes: usize): usize {
  return (bytes + BLOCK_BYTES) & ~(BLOCK_BYTES - 1);
}

/** Fills the masks of the well-formed UTF-8 text and counts its code points beyond ASCII. */
export function classify(text: usize, bytes: usize, masks: usize): void {
  const lowNibble = LOW_NIBBLE;
  const highNibble = HIGH_NIBBLE;
  let tokenCarry: u64 = 0;
  let spaceCarry: u64 = 1; // the text begins as if after white space
  let highSeen: u64 = 0;
  resetSpill();
  for (let offset: usize = 0; offset < bytes; offset += BLOCK_BYTES) {
    const block = text + offset;
    const record = masks + offset;
    const left = bytes - offset;
    const valid: u64 = left >= BLOCK_BYTES ? u64.MAX_VALUE : ((<u64>1) << left) - 1;

    const chunk0 = v128.load(block);
    const chunk1 = v128.load(block, 16);
    const chunk2 = v128.load(block, 32);
    const chunk3 = v128.load(block, 48);
    const classes0 = v128.and(byLow(chunk0, lowNibble), byHigh(chunk0, highNibble));
    const classes1 = v128.and(byLow(chunk1, lowNibble), byHigh(chunk1, highNibble));
    const classes2 = v128.and(byLow(chunk2, lowNibble), byHigh(chunk2, highNibble));
    const classes3 = v128.and(byLow(chunk3, lowNibble), byHigh(chunk3, highNibble));
    let token = valid & join(isToken(classes0), isToken(classes1), isToken(classes2), isToken(classes3));
    let space = valid & join(isSpace(classes0), isSpace(classes1), isSpace(classes2), isSpace(classes3));
    let terminal =
      valid &
      join(
        isTerminal(classes0, chunk0),
        isTerminal(classes1, chunk1),
        isTerminal(classes2, chunk2),
        isTerminal(classes3, chunk3),
      );
    const newline = valid & join(isNewline(chunk0), isNewline(chunk1), isNewline(chunk2), isNewline(chunk3));
    const high = valid & join(chunk0, chunk1, chunk2, chunk3);
    let boundary: u64 = 0; // a token boundary even between two token bytes
    if ((high | spillBreak | (<u64>spillBytes)) != 0) {
      addWideCodePoints(block, high);
      token |= wideToken;
      space |= wideSpace;
      terminal |= wideTerminal;
      boundary = wideBreak;
      highSeen |= high;
    }

    const tokenBefore = (token << 1) | tokenCarry;
    const spaceBefore = (space << 1) | spaceCarry;
    store<u64>(record, token & (~tokenBefore | boundary), TOKEN_START);
    store<u64>(record, tokenBefore & (~token | boundary), TOKEN_END);
    store<u64>(record, ~space & spaceBefore & valid, WORD_START);
    store<u64>(record, space, SPACE);
    store<u64>(record, newline, NEWLINE);
    store<u64>(record, terminal, TERMINAL);
    store<u64>(record, high, HIGH);
    tokenCarry = token >>> 63;
    spaceCarry = space >>> 63;
  }
  hasHigh = highSeen != 0;
  if ((bytes & (BLOCK_BYTES - 1)) == 0) writeEndRecord(masks + bytes, tokenCarry);
}

/** Behind a last block that is full stands a record with nothing but the end of a token that ends with the text. */
function writeEndRecord(record: usize, tokenEnd: u64): void {
  memory.fill(record, 0, RECORD_BYTES);
  store<u64>(record, tokenEnd, TOKEN_END);
}

function byLow(chunk: v128, table: v128): v128 {
  return i8x16.swizzle(table, v128.and(chunk, i8x16.splat(0x0f)));
}

/** Pairs of bytes are shifted, which is one instruction where a shift of bytes is five. */
function byHigh(chunk: v128, table: v128): v128 {
  return i8x16.swizzle(table, v128.and(i16x8.shr_u(chunk, 4), i8x16.splat(0x0f)));
}

/* Each of these sets the sign bit of the bytes that are of the class, which is what `join` gathers. */

function isToken(classes: v128): v128 {
  return i8x16.add(v128.and(classes, i8x16.splat(0x0f)), i8x16.splat(0x7f));
}

function isSpace(classes: v128): v128 {
  return i8x16.add(v128.and(classes, i8x16.splat(0x70)), i8x16.splat(0x70));
}

function isTerminal(classes: v128, chunk: v128): v128 {
  return v128.or(classes, i8x16.eq(chunk, i8x16.splat(0x3f)));
}

function isNewline(chunk: v128): v128 {
  return i8x16.eq(chunk, i8x16.splat(0x0a));
}

function resetSpill(): void {
  spillToken = 0;
  spillSpace = 0;
  spillTerminal = 0;
  spillBreak = 0;
  spillBytes = 0;
}

/** Gathers the code points beyond ASCII that begin in this block, and what one of the block before has left over. */
function addWideCodePoints(block: usize, high: u64): void {
  wideToken = spillToken;
  wideSpace = spillSpace;
  wideTerminal = spillTerminal;
  wideBreak = spillBreak;
  let rest = high & ~(((<u64>1) << spillBytes) - 1);
  resetSpill();
  while (rest != 0) {
    const at = <u32>ctz(rest);
    const width = addCodePoint(block + at, at);
    const next = at + width;
    rest = next < 64 ? rest & (u64.MAX_VALUE << next) : 0;
  }
}

/** Adds the code point at `address`, which is byte `at` of the block; returns its width in bytes. */
function addCodePoint(address: usize, at: u32): u32 {
  const codePoint = decode(address);
  const width = widthOf(load<u8>(address));
  const classes = classOf(codePoint);
  countWideChar(codePoint);
  const over = at + width > 64 ? at + width - 64 : 0; // bytes in the next block
  const here = (((<u64>1) << width) - 1) << at;
  const there = ((<u64>1) << over) - 1;
  spillBytes = over;
  if (classes & CLASS_TOKEN) {
    wideToken |= here;
    spillToken = there;
    if (classes & CLASS_SOLO) breakAround(at, width);
  } else if (classes & CLASS_SPACE) {
    wideSpace |= here;
    spillSpace = there;
  } else if (classes & CLASS_TERMINAL) {
    wideTerminal |= here;
    spillTerminal = there;
  }
  return width;
}

function breakAround(at: u32, width: u32): void {
  const after = at + width;
  wideBreak |= (<u64>1) << at;
  if (after < 64) wideBreak |= (<u64>1) << after;
  else spillBreak |= (<u64>1) << (after - 64);
}
