/**
 * Coherence: how much neighbouring sections have in common, as the mean cosine of their token counts.
 *
 * A section's slice may be interrupted by fences, which are no prose: tokens are read segment by segment, and a boundary ends the
 * unit they are added to. Each entry of the token table has two counters, for units of even and odd number, so that while one
 * unit is counted the unit before it is still there to be multiplied with.
 *
 *   counters  │ of even units u32 │ of odd units u32 │ unused │     at the offset of the token's entry
 *
 * A unit's counters begin at the number of tokens that were counted before it. None of an earlier unit is above that, so what is
 * left of one counts for nothing and need not be cleared.
 */
import { headingCount, headingStart } from './documentation/headings';
import { fencesFound, segmentCount, segmentEnd, segmentStart } from './documentation/prose';
import { LINE_FIRST, nextMark } from './marks';
import { NEWLINE, PARAGRAPH } from './masks';
import { clear, releaseWork, takeWork, workMark } from './memory';
import { SLOT_COHERENCE } from './report-slots';
import { put } from './report-values';
import { tokensBefore } from './token-index';
import { entryBytes, orderAddress } from './tokens';
import { hasBits, nextBit, paragraphCount } from './units';

/** Where units begin, u32 each, in order: offsets into the text. */
let boundaries: usize = 0;
let boundaryCount: u32 = 0;

let counters: usize = 0;
/** Number of the unit that is being counted, from 1; a unit without a token leaves its number to the next one. */
let unit: u32 = 0;
/** Tokens that were counted in all, before this unit, and before the one before it. */
let counted: u32 = 0;
let first: u32 = 0;
let firstBefore: u32 = 0;
/** Sums of squares of the counts of this unit and of the one before it, and of the products of both. */
let square: u64 = 0;
let squareBefore: u64 = 0;
let product: u64 = 0;
let cosines: f64 = 0;

/** Over sections, or over the paragraphs of the prose if there are not two sections with a token. */
export function measureCoherence(masks: usize, bytes: usize): void {
  const mark = workMark();
  counters = takeWork(entryBytes());
  clear(counters, entryBytes());
  counted = 0;
  boundaries = takeWork((<usize>max(headingCount(), paragraphCount())) << 2);
  boundBySections();
  countUnits();
  if (unitsCounted() < 2) {
    boundByParagraphs(masks, bytes);
    countUnits();
  }
  put(SLOT_COHERENCE, unitsCounted() < 2 ? NaN : cosines / <f64>(unitsCounted() - 1));
  releaseWork(mark);
}

function unitsCounted(): u32 {
  return unit - 1;
}

function boundBySections(): void {
  boundaryCount = 0;
  for (let heading: u32 = 0; heading < headingCount(); heading++) addBoundary(headingStart(heading));
}

function boundByParagraphs(masks: usize, bytes: usize): void {
  boundaryCount = 0;
  if (fencesFound() != 0) {
    boundByProseParagraphs(masks);
    return;
  }
  let at = nextBit(masks, PARAGRAPH, 0, bytes);
  for (; at < bytes; at = nextBit(masks, PARAGRAPH, at + 1, bytes)) addBoundary(at);
}

/** A paragraph goes on behind a fence, unless there is a blank line on either side of that. */
function boundByProseParagraphs(masks: usize): void {
  let isAfterBlank = true;
  for (let segment: u32 = 0; segment < segmentCount(); segment++) {
    const to = segmentEnd(segment);
    let lineStart = segmentStart(segment);
    let first = nextMark(LINE_FIRST, lineStart, to);
    while (first < to) {
      if (isAfterBlank || hasBits(masks, NEWLINE, lineStart, first)) addBoundary(first);
      isAfterBlank = false;
      lineStart = min(nextBit(masks, NEWLINE, first, to) + 1, to);
      first = nextMark(LINE_FIRST, lineStart, to);
    }
    isAfterBlank = isAfterBlank || hasBits(masks, NEWLINE, lineStart, to);
  }
}

function addBoundary(offset: usize): void {
  store<u32>(boundaries + ((<usize>boundaryCount) << 2), <u32>offset);
  boundaryCount++;
}

/** Goes through the prose once; without boundaries there is one unit, and nothing to compare. */
function countUnits(): void {
  unit = 1;
  if (boundaryCount == 0) return;
  first = counted;
  firstBefore = counted;
  square = 0;
  squareBefore = 0;
  product = 0;
  cosines = 0;
  let boundary: u32 = 0;
  for (let segment: u32 = 0; segment < segmentCount(); segment++) {
    const to = segmentEnd(segment);
    let at = segmentStart(segment);
    for (; boundary < boundaryCount; boundary++) {
      const next = <usize>load<u32>(boundaries + ((<usize>boundary) << 2));
      if (next >= to) break;
      addTokens(tokensBefore(at), tokensBefore(next));
      closeUnit();
      at = next;
    }
    addTokens(tokensBefore(at), tokensBefore(to));
  }
  closeUnit();
}

/** Adds the tokens of these indexes to the unit: (c + 1)² = c² + 2c + 1. */
function addTokens(from: u32, to: u32): void {
  const own = counters + ((<usize>(unit & 1)) << 2);
  const other = counters + ((<usize>(~unit & 1)) << 2);
  const order = orderAddress();
  const end = order + ((<usize>to) << 2);
  const least = first;
  const leastBefore = firstBefore;
  let counts: u64 = 0;
  let countsBefore: u64 = 0;
  for (let at = order + ((<usize>from) << 2); at < end; at += 4) {
    const entry = <usize>load<u32>(at);
    const count = max(load<u32>(own + entry), least);
    store<u32>(own + entry, count + 1);
    counts += count;
    countsBefore += max(load<u32>(other + entry), leastBefore);
  }
  const tokens: u64 = to - from;
  square += 2 * (counts - tokens * least) + tokens;
  product += countsBefore - tokens * leastBefore;
  counted += to - from;
}

/** Compares the unit with the one before it and begins the next, unless it has no token. */
function closeUnit(): void {
  if (square == 0) return;
  if (squareBefore != 0) cosines += <f64>product / Math.sqrt(<f64>square * <f64>squareBefore);
  squareBefore = square;
  square = 0;
  product = 0;
  firstBefore = first;
  first = counted;
  unit++;
}
