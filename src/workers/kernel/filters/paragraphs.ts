/**
 * Gopher's paragraphs: the stripped text, split at two or more LFs.
 *
 * They are stretches of lines. White space at the ends of the text is no part of them, so the first and the last one may begin and
 * end within a line, or lack whole lines.
 */
import { SPACE } from '../masks';
import { releaseWork, takeWork, workMark } from '../memory';
import { hasBit } from '../units';
import { dupLines, dupLinesEnd, lines, linesEnd, isInked, spanChars } from './lines';
import { SPAN_BYTES, findRepeatedSpans, spanEnd, spanStart, storeSpan } from './spans';

/** How many there are; 1 when nothing is left of the text, which is one empty paragraph. */
export let paragraphs: u32 = 0;
/** Those that occurred before. */
export let dupParagraphs: u32 = 0;
export let dupParagraphChars: f64 = 0;

export function countParagraphs(text: usize, masks: usize): void {
  const mark = workMark();
  let first = lines;
  let end = linesEnd;
  while (first < end && !isInked(masks, first)) first += SPAN_BYTES;
  while (end > first && !isInked(masks, end - SPAN_BYTES)) end -= SPAN_BYTES;
  dupParagraphs = 0;
  dupParagraphChars = 0;
  paragraphs = 1;
  for (let line = first + SPAN_BYTES; line < end; line += SPAN_BYTES)
    paragraphs += <u32>endsParagraph(line - SPAN_BYTES);
  if (first < end && paragraphs > 1 && (dupLinesEnd > dupLines || isStripped(masks, first, end))) {
    findDupParagraphs(text, masks, first, end);
  }
  releaseWork(mark);
}

/** Whether a line that is not the last one has two or more LFs behind it. */
function endsParagraph(line: usize): bool {
  return spanStart(line + SPAN_BYTES) - spanEnd(line) > 1;
}
/** Whether white space is stripped from the first line or the last one: only then can it equal another without a line that does. */
function isStripped(masks: usize, first: usize, end: usize): bool {
  return hasBit(masks, SPACE, spanStart(first)) || hasBit(masks, SPACE, spanEnd(end - SPAN_BYTES) - 1);
}

/** Counts the paragraphs of the lines from `first` to `end` that occurred before. */
function findDupParagraphs(text: usize, masks: usize, first: usize, end: usize): void {
  const spans = takeWork(<usize>paragraphs * SPAN_BYTES);
  const dups = takeWork((<usize>paragraphs) << 2);
  let span = spans;
  let start = spanStart(first);
  while (hasBit(masks, SPACE, start)) start++;
  for (let line = first; line < end - SPAN_BYTES; line += SPAN_BYTES) {
    if (!endsParagraph(line)) continue;
    storeSpan(span, start, spanEnd(line));
    span += SPAN_BYTES;
    start = spanStart(line + SPAN_BYTES);
  }
  let textEnd = spanEnd(end - SPAN_BYTES);
  while (hasBit(masks, SPACE, textEnd - 1)) textEnd--;
  storeSpan(span, start, textEnd);

  const dupsEnd = findRepeatedSpans(text, spans, span + SPAN_BYTES, dups);
  dupParagraphs = <u32>((dupsEnd - dups) >>> 2);
  for (let dup = dups; dup < dupsEnd; dup += 4) dupParagraphChars += <f64>spanChars(text, <usize>load<u32>(dup));
}
