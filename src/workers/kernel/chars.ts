/**
 * Code points: how many, how many different, and their entropy.
 *
 * ASCII bytes are counted in eight tables in turn, so that a run of one character does not wait for its own last store; the
 * tables are added up before a counter of theirs, a byte, could overflow.
 * Code points beyond ASCII are counted in pages of 64 that are taken when first touched.
 */
import { entropyOf, isSmall, log2Of, smallTerm, termOf } from './logarithms';
import { takePermanent } from './memory';

const ASCII: u32 = 128;
const TABLE_BYTES: usize = 256;
const TABLES: usize = 8;
/** Bytes after which a counter of one of the tables could have come to 255. */
const SEGMENT_BYTES: usize = TABLES * 255;

const PAGE_SHIFT: u32 = 6;
const PAGE_BYTES: usize = 64 << 2;
const PAGES: usize = 0x110000 >> PAGE_SHIFT;

/** Eight tables of 256 counters of a byte each; zero between segments. Their fixed address spares an addition a byte. */
const BYTE_COUNTS: usize = memory.data(8 * 256, 64);
/** The upper four of them. */
const OTHER_COUNTS: usize = BYTE_COUNTS + 4 * 256;
/** What the segments add up to: a u32 for each ASCII character. */
const ASCII_COUNTS: usize = memory.data(128 << 2, 16);

/** For each page of code points the address of its counters, 0 when untouched; zero between documents. */
let pageOf: usize = 0;
/** The touched page numbers in order of first touch, and the counters of each at the same index. */
let touchedPages: usize = 0;
let pageCounts: usize = 0;
let touchedCount: u32 = 0;
let wideChars: u32 = 0;

let chars: u32 = 0;
let distinct: u32 = 0;
let terms: f64 = 0;

export function prepareChars(): void {
  pageOf = takePermanent(PAGES << 2);
  touchedPages = takePermanent(PAGES << 2);
  pageCounts = takePermanent(PAGES * PAGE_BYTES);
}

/** Counts one code point from U+0080 on. */
export function countWideChar(codePoint: u32): void {
  const slot = pageOf + ((<usize>(codePoint >>> PAGE_SHIFT)) << 2);
  let page = <usize>load<u32>(slot);
  if (page == 0) page = touchPage(codePoint >>> PAGE_SHIFT, slot);
  const counter = page + ((<usize>(codePoint & 63)) << 2);
  store<u32>(counter, load<u32>(counter) + 1);
  wideChars++;
}

/** Counts all ASCII bytes of the text and closes the count of the document; `hasHigh` says whether there are others. */
export function countChars(text: usize, bytes: usize, hasHigh: bool): void {
  chars = 0;
  distinct = 0;
  terms = 0;
  for (let counts: usize = 0; counts < (<usize>ASCII) << 2; counts += 16)
    v128.store(counts, i32x4.splat(0), ASCII_COUNTS);
  for (let done: usize = 0; done < bytes; done += SEGMENT_BYTES) {
    countBytes(text + done, min(bytes - done, SEGMENT_BYTES));
    addUpSegment();
    if (hasHigh) clearHighCounts();
  }
  sumAscii();
  if (hasHigh) sumWide();
}

export function charCount(): u32 {
  return chars;
}

/** Occurrences of an ASCII character. */
export function asciiCount(char: usize): u32 {
  return load<u32>(char << 2, ASCII_COUNTS);
}

export function charEntropy(): f64 {
  return entropyOf(chars, distinct, terms);
}

/** `1 − H / log2(distinct)`: 1 for one distinct code point, NaN for none. */
export function charRedundancy(): f64 {
  if (distinct == 0) return NaN;
  if (distinct == 1) return 1;
  return 1 - charEntropy() / log2Of(distinct);
}

/** Counts the bytes of a segment. */
function countBytes(text: usize, bytes: usize): void {
  const whole = text + (bytes & ~7);
  let at = text;
  for (; at < whole; at += 8) {
    countFour(load<u8>(at), load<u8>(at, 1), load<u8>(at, 2), load<u8>(at, 3));
    countOtherFour(load<u8>(at, 4), load<u8>(at, 5), load<u8>(at, 6), load<u8>(at, 7));
  }
  for (const end = text + bytes; at < end; at++) {
    const only = <usize>load<u8>(at);
    store<u8>(only, load<u8>(only, BYTE_COUNTS) + 1, BYTE_COUNTS);
  }
}

function countFour(first: usize, second: usize, third: usize, fourth: usize): void {
  store<u8>(first, load<u8>(first, BYTE_COUNTS) + 1, BYTE_COUNTS);
  store<u8>(second, load<u8>(second, BYTE_COUNTS + TABLE_BYTES) + 1, BYTE_COUNTS + TABLE_BYTES);
  store<u8>(third, load<u8>(third, BYTE_COUNTS + 2 * TABLE_BYTES) + 1, BYTE_COUNTS + 2 * TABLE_BYTES);
  store<u8>(fourth, load<u8>(fourth, BYTE_COUNTS + 3 * TABLE_BYTES) + 1, BYTE_COUNTS + 3 * TABLE_BYTES);
}

function countOtherFour(first: usize, second: usize, third: usize, fourth: usize): void {
  store<u8>(first, load<u8>(first, OTHER_COUNTS) + 1, OTHER_COUNTS);
  store<u8>(second, load<u8>(second, OTHER_COUNTS + TABLE_BYTES) + 1, OTHER_COUNTS + TABLE_BYTES);
  store<u8>(third, load<u8>(third, OTHER_COUNTS + 2 * TABLE_BYTES) + 1, OTHER_COUNTS + 2 * TABLE_BYTES);
  store<u8>(fourth, load<u8>(fourth, OTHER_COUNTS + 3 * TABLE_BYTES) + 1, OTHER_COUNTS + 3 * TABLE_BYTES);
}

/** Adds the tables to the counts, 16 characters at a time, and clears them. */
function addUpSegment(): void {
  const zero = i8x16.splat(0);
  for (let char: usize = 0; char < ASCII; char += 16) {
    let lower = zero;
    let upper = zero;
    for (let at = char; at < TABLES * TABLE_BYTES; at += TABLE_BYTES) {
      const counts = v128.load(at, BYTE_COUNTS);
      lower = i16x8.add(lower, i16x8.extend_low_i8x16_u(counts));
      upper = i16x8.add(upper, i16x8.extend_high_i8x16_u(counts));
      v128.store(at, zero, BYTE_COUNTS);
    }
    const counts = char << 2;
    addFour(counts, i32x4.extend_low_i16x8_u(lower));
    addFour(counts + 16, i32x4.extend_high_i16x8_u(lower));
    addFour(counts + 32, i32x4.extend_low_i16x8_u(upper));
    addFour(counts + 48, i32x4.extend_high_i16x8_u(upper));
  }
}

function addFour(counts: usize, four: v128): void {
  v128.store(counts, i32x4.add(v128.load(counts, ASCII_COUNTS), four), ASCII_COUNTS);
}

/** Clears the counts of bytes from 0x80 on, which only stood in the way. */
function clearHighCounts(): void {
  for (let table: usize = 0; table < TABLES; table++) {
    memory.fill(BYTE_COUNTS + table * TABLE_BYTES + <usize>ASCII, 0, <usize>ASCII);
  }
}

function sumAscii(): void {
  const zero = i32x4.splat(0);
  let sum = zero;
  let evenTerms: f64 = 0;
  let oddTerms: f64 = 0;
  for (let counts: usize = 0; counts < (<usize>ASCII) << 2; counts += 16) {
    const four = v128.load(counts, ASCII_COUNTS);
    const present = <u32>i32x4.bitmask(i32x4.ne(four, zero));
    if (present == 0) continue;
    sum = i32x4.add(sum, four);
    distinct += popcnt(present);
    const first = i32x4.extract_lane(four, 0);
    const second = i32x4.extract_lane(four, 1);
    const third = i32x4.extract_lane(four, 2);
    const fourth = i32x4.extract_lane(four, 3);
    if (isSmall(first | second | third | fourth)) {
      evenTerms += smallTerm(first) + smallTerm(second);
      oddTerms += smallTerm(third) + smallTerm(fourth);
    } else {
      evenTerms += termOf(first) + termOf(second);
      oddTerms += termOf(third) + termOf(fourth);
    }
  }
  chars +=
    i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
  terms += evenTerms + oddTerms;
}

/** Adds up the touched pages and clears them. */
function sumWide(): void {
  chars += wideChars;
  wideChars = 0;
  for (let touched: u32 = 0; touched < touchedCount; touched++) {
    const counts = pageCounts + <usize>touched * PAGE_BYTES;
    for (let counter = counts; counter < counts + PAGE_BYTES; counter += 4) {
      const times = load<u32>(counter);
      if (times == 0) continue;
      distinct++;
      terms += termOf(times);
    }
    store<u32>(pageOf + ((<usize>load<u32>(touchedPages + ((<usize>touched) << 2))) << 2), 0);
  }
  touchedCount = 0;
}

function touchPage(page: u32, slot: usize): usize {
  const counts = pageCounts + <usize>touchedCount * PAGE_BYTES;
  memory.fill(counts, 0, PAGE_BYTES);
  store<u32>(slot, <u32>counts);
  store<u32>(touchedPages + ((<usize>touchedCount) << 2), page);
  touchedCount++;
  return counts;
}
