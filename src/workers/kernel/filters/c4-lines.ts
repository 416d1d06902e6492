/**
 * The walk over a document's lines, as Python's `splitlines` has them.
 *
 * Most lines are dropped for their last character. Such lines are counted block by block, and only the others are looked at.
 */
import { BREAK, markRecordAt } from '../marks';
import { BLOCK_BYTES, NEWLINE, SPACE, TERMINAL } from '../masks';
import { widthOf } from '../utf8';
import { fateOfLine, isDecidedByEnd, isSettled, startLines } from './c4-line';
import { LINES, LOREM_IPSUM, NO_TERMINAL_PUNC, clearTallies, tally } from './c4-tallies';

/** CR and LF in memory order. */
const CRLF: u32 = 0x0a0d;

/**
 * Tallies the fate of every line, up to one that drops the document.
 *
 * @param forVerdict - only that is wanted: the walk may end as soon as it is settled, and the tallies with it.
 */
export function judgeLines(text: usize, bytes: usize, masks: usize, forVerdict: bool): void {
  clearTallies();
  startLines(text, bytes, masks);
  const anyEnd: u64 = isDecidedByEnd() ? 0 : u64.MAX_VALUE;
  let lines: u32 = 0;
  let unwanted: u32 = 0;
  // The last breaks before the block, and the block that they are in.
  let breaksBefore: u64 = 0;
  let baseBefore: usize = 0;
  for (let base: usize = 0; base < bytes; base += BLOCK_BYTES) {
    const breaks = lineBreaks(text, base, masks);
    // What stands before the first byte is in another block: a line that ends there is looked at in any case.
    const wanted = breaks & ((lineEnds(text + base, masks + base) << 1) | 1 | anyEnd);
    for (let rest = wanted; rest != 0; rest &= rest - 1) {
      const upTo = rest ^ (rest - 1); // this break and all bytes before it
      const before = breaks & (upTo >>> 1);
      const isWithin = before != 0; // the line begins in this block
      const from = behindLast(text, select(base, baseBefore, isWithin), select(before, breaksBefore, isWithin));
      if (judgeLine(text, masks, from, base + <usize>ctz(rest))) {
        if (forVerdict && isSettled()) return;
        continue;
      }
      return tallyLines(lines + countOf(breaks & upTo), unwanted + countOf((breaks ^ wanted) & upTo));
    }
    lines += countOf(breaks);
    unwanted += countOf(breaks ^ wanted);
    baseBefore = select(base, baseBefore, breaks != 0);
    breaksBefore = select(breaks, breaksBefore, breaks != 0);
  }
  const from = behindLast(text, baseBefore, breaksBefore);
  if (from < bytes) {
    judgeLine(text, masks, from, bytes);
    lines++;
  }
  tallyLines(lines, unwanted);
}

/** Returns whether the document may go on. */
function judgeLine(text: usize, masks: usize, from: usize, to: usize): bool {
  const fate = fateOfLine(text, masks, from, to);
  tally(fate, 1);
  return fate < LOREM_IPSUM;
}

function tallyLines(lines: u32, unwanted: u32): void {
  tally(LINES, lines);
  tally(NO_TERMINAL_PUNC, unwanted);
}

/** Where lines end in the block. A CR before a LF is left out: it is one break with the LF, and stripped from the line. */
function lineBreaks(text: usize, base: usize, masks: usize): u64 {
  let breaks = load<u64>(markRecordAt(base), BREAK);
  for (let rest = breaks; rest != 0; rest &= rest - 1) {
    // Behind a CR that ends the text a LF may seem to stand. The line is the same: it then ends with the text.
    if (load<u16>(text + base + <usize>ctz(rest)) == CRLF) breaks ^= rest & -rest;
  }
  return breaks | load<u64>(masks + base, NEWLINE);
}

/**
 * The bytes of the block that a line which is kept can end with: terminals, quotes, and `]`, since what it closes may be removed.
 *
 * White space is stripped, so anything may be before it; but the line between two LFs is empty.
 */
function lineEnds(block: usize, record: usize): u64 {
  const lower = (<u32>isQuoteOrBracket(v128.load(block))) | ((<u32>isQuoteOrBracket(v128.load(block, 16))) << 16);
  const upper = (<u32>isQuoteOrBracket(v128.load(block, 32))) | ((<u32>isQuoteOrBracket(v128.load(block, 48))) << 16);
  const blanks = load<u64>(record, SPACE) ^ load<u64>(record, NEWLINE);
  return (<u64>lower) | ((<u64>upper) << 32) | load<u64>(record, TERMINAL) | blanks;
}

/** A bit for each byte that is `"` or `'`, which differ in the bits of 5, or `]`; and for `#` and `&`, which do no harm. */
function isQuoteOrBracket(chunk: v128): i32 {
  const isQuote = i8x16.eq(v128.or(chunk, i8x16.splat(0x05)), i8x16.splat(0x27));
  return i8x16.bitmask(v128.or(isQuote, i8x16.eq(chunk, i8x16.splat(0x5d))));
}

/** Where the line behind the last of the block's breaks begins. Without any it is the text's first line. */
function behindLast(text: usize, base: usize, breaks: u64): usize {
  if (breaks == 0) return 0;
  const last = base + 63 - <usize>clz(breaks);
  return last + <usize>widthOf(load<u8>(text + last));
}

function countOf(breaks: u64): u32 {
  return <u32>popcnt(breaks);
}
