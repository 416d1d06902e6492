/**
 * Code points: how many, how many different, and their entropy.
 *
 * ASCII bytes are counted in four tables in turn, so that a run of one character does not wait for its own last store.
 * Code points beyond ASCII are counted in pages of 64 that are taken when first touched.
 */
import { entropyOf, log2Of, termOf } from './logarithms';
import { takePermanent } from './memory';

const ASCII: u32 = 128;
const TABLE_BYTES: usize = 256 << 2;
const TABLES: usize = 4;

const PAGE_SHIFT: u32 = 6;
const PAGE_BYTES: usize = 64 << 2;
const PAGES: usize = 0x110000 >> PAGE_SHIFT;

/** Four tables of 256 counters; zero between documents. A fixed address spares an addition for each byte. */
const BYTE_COUNTS: usize = memory.data(4 * 256 * 4, 64);
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
  countBytes(text, bytes);
  chars = 0;
  distinct = 0;
  terms = 0;
  sumAscii();
  if (hasHigh) sumWide();
}

export function charCount(): u32 {
  return chars;
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

function countBytes(text: usize, bytes: usize): void {
  const whole = text + (bytes & ~3);
  let at = text;
  for (; at < whole; at += 4) {
    const first = (<usize>load<u8>(at)) << 2;
    const second = (<usize>load<u8>(at, 1)) << 2;
    const third = (<usize>load<u8>(at, 2)) << 2;
    const fourth = (<usize>load<u8>(at, 3)) << 2;
    store<u32>(first, load<u32>(first, BYTE_COUNTS) + 1, BYTE_COUNTS);
    store<u32>(second, load<u32>(second, BYTE_COUNTS + TABLE_BYTES) + 1, BYTE_COUNTS + TABLE_BYTES);
    store<u32>(third, load<u32>(third, BYTE_COUNTS + 2 * TABLE_BYTES) + 1, BYTE_COUNTS + 2 * TABLE_BYTES);
    store<u32>(fourth, load<u32>(fourth, BYTE_COUNTS + 3 * TABLE_BYTES) + 1, BYTE_COUNTS + 3 * TABLE_BYTES);
  }
  for (const end = text + bytes; at < end; at++) {
    const only = (<usize>load<u8>(at)) << 2;
    store<u32>(only, load<u32>(only, BYTE_COUNTS) + 1, BYTE_COUNTS);
  }
}

/** Adds up the ASCII half of the tables and clears it, four characters at a time. */
function sumAscii(): void {
  const zero = i32x4.splat(0);
  let sum = zero;
  let nonZero: u32 = 0;
  let evenTerms: f64 = 0;
  let oddTerms: f64 = 0;
  for (let char: u32 = 0; char < ASCII; char += 4) {
    const at = BYTE_COUNTS + ((<usize>char) << 2);
    const four = i32x4.add(
      i32x4.add(v128.load(at), v128.load(at, TABLE_BYTES)),
      i32x4.add(v128.load(at, 2 * TABLE_BYTES), v128.load(at, 3 * TABLE_BYTES)),
    );
    const present = <u32>i32x4.bitmask(i32x4.ne(four, zero));
    if (present == 0) continue;
    v128.store(at, zero);
    v128.store(at, zero, TABLE_BYTES);
    v128.store(at, zero, 2 * TABLE_BYTES);
    v128.store(at, zero, 3 * TABLE_BYTES);
    sum = i32x4.add(sum, four);
    nonZero += popcnt(present);
    evenTerms += termOf(i32x4.extract_lane(four, 0)) + termOf(i32x4.extract_lane(four, 1));
    oddTerms += termOf(i32x4.extract_lane(four, 2)) + termOf(i32x4.extract_lane(four, 3));
  }
  chars +=
    i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3);
  distinct += nonZero;
  terms += evenTerms + oddTerms;
}

/** Adds up the touched pages, and clears them and the byte counts from 0x80 on, which only stood in the way. */
function sumWide(): void {
  for (let table: usize = 0; table < TABLES; table++) {
    memory.fill(BYTE_COUNTS + table * TABLE_BYTES + ((<usize>ASCII) << 2), 0, TABLE_BYTES - ((<usize>ASCII) << 2));
  }
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
