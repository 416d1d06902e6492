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

/** Counts the units of the text behind the masks. A final LF opens no further line. */
export function countUnits(masks: usize, bytes: usize): void {
  words = 0;
  tokens = 0;
  lines = 0;
  paragraphs = 0;
  let lineStart: u64 = 1; // the block begins at a line's start, or within the blanks at one
  let afterBlank = u64.MAX_VALUE; // all ones: the last line that was seen to its first word or its end was blank, or there was none
  for (let offset: usize = 0; offset < bytes; offset += BLOCK_BYTES) {
    const record = recordAt(masks, offset);
    words += <u32>popcnt(load<u64>(record, WORD_START));
    tokens += <u32>popcnt(load<u64>(record, TOKEN_START));
    const newlines = load<u64>(record, NEWLINE);
    lines += <u32>popcnt(newlines);

    // The blanks at a line's start form one run; adding its first bit to it carries to the first byte behind it.
    const blanks = load<u64>(record, SPACE) ^ newlines;
    const lineStarts = (newlines << 1) | lineStart;
    const carried = blanks + (lineStarts & blanks);
    const firsts = (carried | lineStarts) & ~blanks;
    lineStart = (newlines >>> 63) | (<u64>(carried < blanks));
    let inked = firsts & ~newlines; // first bytes of lines with a word
    if (offset + BLOCK_BYTES > bytes) inked &= ((<u64>1) << (bytes - offset)) - 1;
    let blankEnds = firsts & newlines;
    let starts: u64 = 0;
    while (blankEnds != 0) {
      const before = inked & (blankEnds ^ (blankEnds - 1));
      starts |= lowestBit(before) & afterBlank;
      afterBlank = u64.MAX_VALUE;
      inked ^= before;
      blankEnds &= blankEnds - 1;
    }
    if (inked != 0) {
      starts |= lowestBit(inked) & afterBlank;
      afterBlank = 0;
    }
    paragraphs += <u32>popcnt(starts);
    store<u64>(record, starts, PARAGRAPH);
  }
  if (bytes != 0 && !hasBit(masks, NEWLINE, bytes - 1)) lines++;
}

function lowestBit(mask: u64): u64 {
  return mask & (0 - mask);
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
