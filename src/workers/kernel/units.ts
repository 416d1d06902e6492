/** Words, lines and paragraphs, from the masks alone. */
import { BLOCK_BYTES, NEWLINE, PARAGRAPH, RECORD_BYTES, SPACE, TOKEN_START, WORD_START, recordAt } from './masks';

let words: u32 = 0;
let tokens: u32 = 0;
let lines: u32 = 0;
let paragraphs: u32 = 0;

export function wordCount(): u32 {
  return words;
}

export function tokenCount(): u32 {
  return tokens;
}

export function lineCount(): u32 {
  return lines;
}

export function paragraphCount(): u32 {
  return paragraphs;
}

/**
 * Counts the units of the text behind the masks. A final LF opens no further line.
 *
 * A paragraph begins behind white space with two LFs or more, or none before it. Adding a bit to the run of bits that it is in
 * carries to the byte behind the run: from the first bit of blanks to their first LF, from a second LF to the paragraph's start.
 */
export function countUnits(masks: usize, bytes: usize): void {
  words = 0;
  tokens = 0;
  lines = 0;
  paragraphs = 0;
  let spaceBefore: u64 = 0; // the block begins behind white space,
  let blankBefore: u64 = 0; // which has held no LF yet,
  let breakBefore: u64 = 1; // or two; the text begins as if behind a blank line
  for (let offset: usize = 0; offset < bytes; offset += BLOCK_BYTES) {
    const record = recordAt(masks, offset);
    words += <u32>popcnt(load<u64>(record, WORD_START));
    tokens += <u32>popcnt(load<u64>(record, TOKEN_START));
    const newlines = load<u64>(record, NEWLINE);
    lines += <u32>popcnt(newlines);

    const space = load<u64>(record, SPACE);
    const blanks = space ^ newlines;
    const runs = (space & ~((space << 1) | spaceBefore)) | blankBefore;
    const blanksPassed = blanks + (runs & blanks);
    const furtherNewlines = newlines & ~(blanksPassed | runs);
    const spacePassed = space + (furtherNewlines | (breakBefore & space));
    const starts = (spacePassed | breakBefore) & load<u64>(record, WORD_START);
    paragraphs += <u32>popcnt(starts);
    store<u64>(record, starts, PARAGRAPH);
    spaceBefore = space >>> 63;
    blankBefore = <u64>(blanksPassed < blanks);
    breakBefore = <u64>(spacePassed < space);
  }
  if (bytes != 0 && !hasBit(masks, NEWLINE, bytes - 1)) lines++;
}

/** The number of bits of the mask at `slot` set for the bytes in [from, to). */
export function countBits(masks: usize, slot: usize, from: usize, to: usize): u32 {
  let total: u32 = 0;
  let keep: u64 = u64.MAX_VALUE << (from & 63);
  const last = recordAt(masks, to);
  for (let record = recordAt(masks, from); record < last; record += RECORD_BYTES) {
    total += <u32>popcnt(load<u64>(record + slot) & keep);
    keep = u64.MAX_VALUE;
  }
  return total + <u32>popcnt(load<u64>(last + slot) & keep & (((<u64>1) << (to & 63)) - 1));
}

/** Whether any bit of the mask at `slot` is set for the bytes in [from, to). */
export function hasBits(masks: usize, slot: usize, from: usize, to: usize): bool {
  const last = recordAt(masks, to);
  let keep: u64 = u64.MAX_VALUE << (from & 63);
  for (let record = recordAt(masks, from); record < last; record += RECORD_BYTES) {
    if ((load<u64>(record + slot) & keep) != 0) return true;
    keep = u64.MAX_VALUE;
  }
  return (load<u64>(last + slot) & keep & (((<u64>1) << (to & 63)) - 1)) != 0;
}

/** Whether the bit of the mask at `slot` is set for the byte at `offset`. */
export function hasBit(masks: usize, slot: usize, offset: usize): bool {
  return ((load<u64>(recordAt(masks, offset) + slot) >>> (offset & 63)) & 1) != 0;
}

/** The first byte in [from, to) whose bit of the mask at `slot` is set, or `to`. */
export function nextBit(masks: usize, slot: usize, from: usize, to: usize): usize {
  if (from >= to) return to;
  let base = from & ~(BLOCK_BYTES - 1);
  let rest = load<u64>(masks + base + slot) & (u64.MAX_VALUE << (from & 63));
  while (rest == 0) {
    base += BLOCK_BYTES;
    if (base >= to) return to;
    rest = load<u64>(masks + base + slot);
  }
  return min(base + <usize>ctz(rest), to);
}

/** The first byte in [from, to) whose bit of the mask at `slot` is clear, or `to`. */
export function nextClear(masks: usize, slot: usize, from: usize, to: usize): usize {
  if (from >= to) return to;
  let base = from & ~(BLOCK_BYTES - 1);
  let rest = ~load<u64>(masks + base + slot) & (u64.MAX_VALUE << (from & 63));
  while (rest == 0) {
    base += BLOCK_BYTES;
    if (base >= to) return to;
    rest = ~load<u64>(masks + base + slot);
  }
  return min(base + <usize>ctz(rest), to);
}

/** The last byte before `before` whose bit of the mask at `slot` is set; there must be one. */
export function lastBit(masks: usize, slot: usize, before: usize): usize {
  let base = (before - 1) & ~(BLOCK_BYTES - 1);
  let rest = load<u64>(masks + base + slot) & (u64.MAX_VALUE >>> (63 - ((before - 1) & 63)));
  while (rest == 0) {
    base -= BLOCK_BYTES;
    rest = load<u64>(masks + base + slot);
  }
  return base + 63 - <usize>clz(rest);
}

/** The offset behind the last byte before `before` whose bit of the mask at `slot` is clear, or 0. */
export function lastClear(masks: usize, slot: usize, before: usize): usize {
  if (before == 0) return 0;
  let base = (before - 1) & ~(BLOCK_BYTES - 1);
  let rest = ~load<u64>(masks + base + slot) & (u64.MAX_VALUE >>> (63 - ((before - 1) & 63)));
  while (rest == 0) {
    if (base == 0) return 0;
    base -= BLOCK_BYTES;
    rest = ~load<u64>(masks + base + slot);
  }
  return base + 64 - <usize>clz(rest);
}
