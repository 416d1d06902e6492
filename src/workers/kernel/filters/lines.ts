/**
 * The lines of the text that are not empty, split at LF and not stripped, and which of them occurred before.
 */
import { BLOCK_BYTES, NEWLINE, SPACE, WORD_START, hasHigh } from '../masks';
import { takeWork } from '../memory';
import { hasBit, hasBits, lineCount } from '../units';
import { codePointsIn } from '../utf8';
import { SPAN_BYTES, findRepeatedSpans, spanEnd, spanStart, storeSpan } from './spans';

/** Spans of the lines. */
export let lines: usize = 0;
export let linesEnd: usize = 0;
/** The lines that occurred before, u32 addresses of their spans. */
export let dupLines: usize = 0;
export let dupLinesEnd: usize = 0;
/** LFs of the text. */
export let newlines: u32 = 0;

/** Finds the lines, and which of them occurred before. */
export function findLines(text: usize, bytes: usize, masks: usize): void {
  const most = <usize>lineCount();
  lines = takeWork(most * SPAN_BYTES);
  dupLines = takeWork(most << 2);
  newlines = lineCount();
  if (bytes != 0 && !hasBit(masks, NEWLINE, bytes - 1)) newlines--;
  splitLines(bytes, masks);
  dupLinesEnd = findRepeatedSpans(text, lines, linesEnd, dupLines);
}

/** Whether the line holds a character that is not white space. */
export function isInked(masks: usize, line: usize): bool {
  const start = spanStart(line);
  return !hasBit(masks, SPACE, start) || hasBits(masks, WORD_START, start, spanEnd(line));
}

/** Code points of a span of the text. */
export function spanChars(text: usize, span: usize): u32 {
  if (!hasHigh) return <u32>(spanEnd(span) - spanStart(span));
  return codePointsIn(text + spanStart(span), text + spanEnd(span));
}

/** A span is written in any case, and kept by moving on. */
function splitLines(bytes: usize, masks: usize): void {
  let line = lines;
  let start: usize = 0;
  for (let base: usize = 0; base < bytes; base += BLOCK_BYTES) {
    let rest = load<u64>(masks + base, NEWLINE);
    while (rest != 0) {
      const at = base + <usize>ctz(rest);
      rest &= rest - 1;
      storeSpan(line, start, at);
      line += at > start ? SPAN_BYTES : 0;
      start = at + 1;
    }
  }
  if (start < bytes) {
    storeSpan(line, start, bytes);
    line += SPAN_BYTES;
  }
  linesEnd = line;
}
