/**
 * The second classification, for complete reports: text → bit masks of what filters and the documentation profile look for.
 *
 *   block k of the text (64 bytes)  ─▶  record k (16 masks of 64 bits)
 *
 * Bit i of a mask speaks of byte i of the block; a code point beyond ASCII is marked at its first byte only. Most marks are rare
 * in most texts: `hasMarks` tells at once whether there is one in the whole text, and a pass that looks for it is left out.
 */
import { find, findAt, findPairAt, join } from './bits';
import { asciiCount } from './chars';
import { BLOCK_BYTES, HIGH, NEWLINE, SPACE, TERMINAL, TOKEN_END, WORD_START, hasHigh, maskBytes } from './masks';
import { takeWork } from './memory';
import { CLASS_ALPHABETIC, CLASS_PUNCT, CLASS_SPACE, CLASS_TERMINAL, classOf } from './unicode';
import { decode } from './utf8';

export const MARK_RECORD_BYTES: usize = 128;
const RECORD_SHIFT: usize = 1; // a record takes twice as many bytes as its block

/** A letter: general category L. */
export const ALPHA: usize = 0;
/** Neither white space nor of PUNCT_SET: what makes a run of characters a word to Gopher. */
export const INK: usize = 8;
/** The first byte of a line (LF) that is not white space. */
export const LINE_FIRST: usize = 16;
/** Such a byte that is a `#`. */
export const HEADING: usize = 24;
/** Such a byte that is a backtick or `~`, of which fences are made. */
export const FENCE: usize = 32;
/** Such a byte that is `-`, `*` or `+`. */
export const LIST: usize = 40;
/** The third dot of three in a row. */
export const DOTS: usize = 48;
/** The second U+0020 of a run. */
export const GAP: usize = 56;
/** A line break other than LF: CR, VT, FF, U+001C–001E, U+0085, U+2028, U+2029. */
export const BREAK: usize = 64;
/** A digit right behind a terminal, a dot most often, right behind a digit. */
export const VERSION: usize = 72;
/** The byte behind a token that ends in `ed`, whatever its case. What stands before the text may make one of a `d` at its start. */
export const ED_END: usize = 80;
/** A `(` right behind a `]`. What stands before the text may make one of a `(` at its start. */
export const LINK: usize = 88;
/** `{` */
export const BRACE: usize = 96;
/** `[` */
export const BRACKET: usize = 104;
/** Where a phrase that C4 looks for may stand: a `j`, and what `markPhrases` adds. */
export const PHRASE: usize = 112;

/** All masks of the text in one record: which marks there are at all. */
const SUMMARY: usize = memory.data(128, 16);

const DOT: u32 = 0x2e;
const TWO_DOTS: u32 = 0x2e2e;
const ELLIPSIS: u32 = 0x2026;
const KELVIN_SIGN: u32 = 0x212a;

/** Address of the first record; valid until the next document. */
export let marks: usize = 0;
/** Occurrences of `…` and of `#`. */
export let ellipsisChars: u32 = 0;
export let hashes: u32 = 0;

/** Which bytes the text holds that only some texts hold: what is not there is not looked for. */
let holdsBreaks: bool = false;
let holdsFences: bool = false;
let holdsLinks: bool = false;
let holdsBraces: bool = false;
let holdsBrackets: bool = false;
let holdsJ: bool = false;
/** Whether all white space is U+0020 or LF. */
let isPlain: bool = false;

/** Masks of the block before, for what spans two blocks. */
let terminalBefore: u64 = 0;
let digitBefore: u64 = 0;
let blankBefore: u64 = 0;

/** Whether the mark at `slot` is anywhere in the text. */
export function hasMarks(slot: usize): bool {
  return load<u64>(SUMMARY + slot) != 0;
}

/** Address of the record of the block that holds the byte at `offset`. */
export function markRecordAt(offset: usize): usize {
  return marks + ((offset & ~(BLOCK_BYTES - 1)) << RECORD_SHIFT);
}

/** Whether the mark at `slot` is on the byte at `offset`. */
export function isMarked(slot: usize, offset: usize): bool {
  return ((load<u64>(markRecordAt(offset) + slot) >>> (offset & 63)) & 1) != 0;
}

/** The first byte in [from, to) with the mark at `slot`, or `to`. */
export function nextMark(slot: usize, from: usize, to: usize): usize {
  if (from >= to) return to;
  let base = from & ~(BLOCK_BYTES - 1);
  let rest = load<u64>(markRecordAt(from) + slot) & (u64.MAX_VALUE << (from & 63));
  while (rest == 0) {
    base += BLOCK_BYTES;
    if (base >= to) return to;
    rest = load<u64>(markRecordAt(base) + slot);
  }
  return min(base + <usize>ctz(rest), to);
}

/** The number of marks at `slot` in [from, to). */
export function countMarks(slot: usize, from: usize, to: usize): u32 {
  let total: u32 = 0;
  let keep: u64 = u64.MAX_VALUE << (from & 63);
  const last = markRecordAt(to);
  for (let record = markRecordAt(from); record < last; record += MARK_RECORD_BYTES) {
    total += <u32>popcnt(load<u64>(record + slot) & keep);
    keep = u64.MAX_VALUE;
  }
  return total + <u32>popcnt(load<u64>(last + slot) & keep & (((<u64>1) << (to & 63)) - 1));
}

/** Fills the marks of the text, whose masks and characters are there. Bits past the end of the text are clear. */
export function mark(text: usize, bytes: usize, masks: usize): void {
  marks = takeWork(maskBytes(bytes) << RECORD_SHIFT);
  begin();
  let lineBefore: u64 = 1; // the block begins at a line's start, or within the white space at one
  // Also the record behind a last block that is full, for the token that ends with the text.
  for (let offset: usize = 0; offset <= bytes; offset += BLOCK_BYTES) {
    const block = text + offset;
    const record = marks + (offset << RECORD_SHIFT);
    const maskRecord = masks + offset;

    // Adding its LFs to a run of white space carries to the byte behind it.
    const space = load<u64>(maskRecord, SPACE);
    const spacePassed = space + ((load<u64>(maskRecord, NEWLINE) | lineBefore) & space);
    const first = (spacePassed | lineBefore) & load<u64>(maskRecord, WORD_START);
    lineBefore = <u64>(spacePassed < space);
    markBlock(block, validBits(bytes - offset), first, maskRecord, record);
    if (hasHigh) markWide(block, load<u64>(maskRecord, HIGH), record);
  }
  summarise(markRecordAt(bytes));
}

function validBits(left: usize): u64 {
  return left >= BLOCK_BYTES ? u64.MAX_VALUE : ((<u64>1) << left) - 1;
}

function begin(): void {
  ellipsisChars = 0;
  hashes = asciiCount(0x23);
  holdsFences = max(asciiCount(0x60), asciiCount(0x7e)) > 2;
  holdsLinks = asciiCount(0x5d) != 0 && asciiCount(0x28) != 0;
  holdsBraces = asciiCount(0x7b) != 0;
  holdsBrackets = asciiCount(0x5b) != 0;
  holdsJ = asciiCount(0x6a) + asciiCount(0x4a) != 0;
  const separators = asciiCount(0x1c) + asciiCount(0x1d) + asciiCount(0x1e);
  holdsBreaks = asciiCount(0x0b) + asciiCount(0x0c) + asciiCount(0x0d) + separators != 0;
  isPlain = !hasHigh && !holdsBreaks && asciiCount(0x09) + asciiCount(0x1f) == 0;
  terminalBefore = 0;
  digitBefore = 0;
  blankBefore = 0;
}

/** Fills the record of a block, but for what is beyond ASCII; `first` has the first bytes of lines. */
function markBlock(block: usize, valid: u64, first: u64, maskRecord: usize, record: usize): void {
  const a = v128.load(block);
  const b = v128.load(block, 16);
  const c = v128.load(block, 32);
  const d = v128.load(block, 48);

  const alpha = valid & join(isLetter(a), isLetter(b), isLetter(c), isLetter(d));
  const digit = valid & join(isDigit(a), isDigit(b), isDigit(c), isDigit(d));
  store<u64>(record, alpha, ALPHA);
  store<u64>(record, alpha | digit, INK);

  store<u64>(record, first, LINE_FIRST);
  store<u64>(record, hashes == 0 ? 0 : first & find(a, b, c, d, 0x23), HEADING);
  store<u64>(record, holdsFences ? first & join(isFence(a), isFence(b), isFence(c), isFence(d)) : 0, FENCE);
  store<u64>(record, first & join(isList(a), isList(b), isList(c), isList(d)), LIST);

  const terminal = load<u64>(maskRecord, TERMINAL);
  const terminals = terminal & behind(terminal, terminalBefore, 1) & behind(terminal, terminalBefore, 2);
  store<u64>(record, terminals == 0 ? 0 : thirdDots(block, terminals), DOTS);
  store<u64>(record, digit & behind(terminal, terminalBefore, 1) & behind(digit, digitBefore, 2), VERSION);
  terminalBefore = terminal;
  digitBefore = digit;

  const blanks = load<u64>(maskRecord, SPACE) ^ load<u64>(maskRecord, NEWLINE);
  const blank = isPlain ? blanks : blanks & find(a, b, c, d, 0x20);
  store<u64>(record, blank & behind(blank, blankBefore, 1) & ~behind(blank, blankBefore, 2), GAP);
  blankBefore = blank;

  store<u64>(record, holdsBreaks ? valid & join(isBreak(a), isBreak(b), isBreak(c), isBreak(d)) : 0, BREAK);
  store<u64>(record, load<u64>(maskRecord, TOKEN_END) & findPairAt(block - 2, 0x65, 0x64, 0x20), ED_END);
  store<u64>(record, holdsLinks ? valid & findPairAt(block - 1, 0x5d, 0x28, 0) : 0, LINK);
  store<u64>(record, holdsBraces ? valid & find(a, b, c, d, 0x7b) : 0, BRACE);
  store<u64>(record, holdsBrackets ? valid & find(a, b, c, d, 0x5b) : 0, BRACKET);
  store<u64>(record, holdsJ ? valid & findAt(block, 0x6a, 0x20) : 0, PHRASE);
}

/** Those of the bytes behind two terminals that are the third of three dots. */
function thirdDots(block: usize, terminals: u64): u64 {
  let dots: u64 = 0;
  for (let rest = terminals; rest != 0; rest &= rest - 1) {
    const at = block + <usize>ctz(rest);
    if (load<u8>(at) == DOT && load<u16>(at - 2) == TWO_DOTS) dots |= rest & -rest;
  }
  return dots;
}

/**
 * Adds the marks of phrases about cookies and policies, terms of use, and lorem ipsum: the `k` of cookie, the last letter of
 * privacy and policy, the `u` of use and ipsum. Few texts have the words, and only for these it is called.
 */
export function markPhrases(text: usize, bytes: usize): void {
  let oBefore: u64 = 0;
  let cBefore: u64 = 0;
  let blanksBefore: u64 = 0;
  let seen: u64 = 0;
  for (let offset: usize = 0; offset < bytes; offset += BLOCK_BYTES) {
    const block = text + offset;
    const blank = findAt(block, 0x20, 0);
    const c = findAt(block, 0x63, 0x20);
    const o = findAt(block, 0x6f, 0x20);
    const u = findAt(block, 0x75, 0x20);
    const cookie = findAt(block, 0x6b, 0x20) & behind(o, oBefore, 1) & behind(o, oBefore, 2);
    const policy = findAt(block, 0x79, 0x20) & behind(c, cBefore, 1);
    const use = u & behind(o, oBefore, 3) & behind(blank, blanksBefore, 1) & behind(blank, blanksBefore, 4);
    const ipsum = u & behind(o, oBefore, 8) & behind(blank, blanksBefore, 4);
    const record = marks + (offset << RECORD_SHIFT);
    const phrase = load<u64>(record, PHRASE) | (validBits(bytes - offset) & (cookie | policy | use | ipsum));
    store<u64>(record, phrase, PHRASE);
    seen |= phrase;
    oBefore = o;
    cBefore = c;
    blanksBefore = blank;
  }
  store<u64>(SUMMARY, load<u64>(SUMMARY, PHRASE) | seen, PHRASE);
}

/** Marks the code points beyond ASCII that begin in the block. */
function markWide(block: usize, high: u64, record: usize): void {
  let alpha: u64 = 0;
  let ink: u64 = 0;
  let breaks: u64 = 0;
  let kelvin: u64 = 0;
  for (let rest = high; rest != 0;) {
    const at = <u64>ctz(rest);
    const address = block + <usize>at;
    rest &= rest - 1;
    if ((load<u8>(address) & 0xc0) == 0x80) continue; // not the first byte of its code point
    const codePoint = decode(address);
    const classes = classOf(codePoint);
    const bit = (<u64>1) << at;
    if (classes & CLASS_ALPHABETIC) alpha |= bit;
    if (!(classes & (CLASS_PUNCT | CLASS_TERMINAL | CLASS_SPACE))) ink |= bit;
    if (codePoint == ELLIPSIS) ellipsisChars++;
    else if (codePoint == KELVIN_SIGN) kelvin |= bit;
    else if (codePoint == 0x85 || codePoint == 0x2028 || codePoint == 0x2029) breaks |= bit;
  }
  store<u64>(record, load<u64>(record, ALPHA) | alpha, ALPHA);
  store<u64>(record, load<u64>(record, INK) | ink, INK);
  store<u64>(record, load<u64>(record, BREAK) | breaks, BREAK);
  store<u64>(record, load<u64>(record, PHRASE) | kelvin, PHRASE);
}

/** To be called when all records are written: what has just been stored by halves is waited for when it is loaded as a whole. */
function summarise(lastRecord: usize): void {
  for (let slot: usize = 0; slot < MARK_RECORD_BYTES; slot += 32) {
    let seen = i64x2.splat(0);
    let alsoSeen = i64x2.splat(0);
    for (let record = marks + slot; record <= lastRecord + slot; record += MARK_RECORD_BYTES) {
      seen = v128.or(seen, v128.load(record));
      alsoSeen = v128.or(alsoSeen, v128.load(record, 16));
    }
    v128.store(SUMMARY + slot, seen);
    v128.store(SUMMARY + slot, alsoSeen, 16);
  }
}

/** The mask moved up by `by` bytes, with what the block before has there. */
function behind(mask: u64, before: u64, by: u64): u64 {
  return (mask << by) | (before >>> (64 - by));
}

/* Each of these sets the sign bit of the bytes that are of the class, which is what `join` gathers. */

/* Ranges are moved to the lowest numbers there are: a comparison of signed bytes is one instruction, of unsigned ones four. */

function isLetter(chunk: v128): v128 {
  return i8x16.lt_s(i8x16.add(v128.or(chunk, i8x16.splat(0x20)), i8x16.splat(0x1f)), i8x16.splat(-128 + 26));
}

function isDigit(chunk: v128): v128 {
  return i8x16.lt_s(i8x16.add(chunk, i8x16.splat(0x50)), i8x16.splat(-128 + 10));
}

/** CR, VT, FF (0x0b to 0x0d) and 0x1c to 0x1e. */
function isBreak(chunk: v128): v128 {
  const early = i8x16.lt_u(i8x16.sub(chunk, i8x16.splat(0x0b)), i8x16.splat(3));
  return v128.or(early, i8x16.lt_u(i8x16.sub(chunk, i8x16.splat(0x1c)), i8x16.splat(3)));
}

/** A backtick or `~`: 0x60 and 0x7e. */
function isFence(chunk: v128): v128 {
  return v128.or(i8x16.eq(chunk, i8x16.splat(0x60)), i8x16.eq(chunk, i8x16.splat(0x7e)));
}

/** `*`, `+` or `-`: 0x2a, 0x2b and 0x2d. */
function isList(chunk: v128): v128 {
  const isEven = i8x16.eq(v128.and(chunk, i8x16.splat(-2)), i8x16.splat(0x2a));
  return v128.or(isEven, i8x16.eq(chunk, i8x16.splat(0x2d)));
}
