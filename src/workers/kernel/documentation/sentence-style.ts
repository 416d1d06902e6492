/** How long sentences are, and how many a paragraph has. */
import { PARAGRAPH, SPACE, TOKEN_START, hasHigh } from '../masks';
import { sentenceEnd, sentenceEndCount, sentencesWithin, walkSentences } from '../sentences';
import { hasBits, lastClear, nextBit, nextClear } from '../units';
import { codePointsIn } from '../utf8';

/** A sentence of more code points is long. */
const LONG_CHARS: u32 = 150;

/** Counts the long ones among the counted sentences, each without the white space around it. */
export function countLongSentences(text: usize, bytes: usize, masks: usize): u32 {
  let total: u32 = 0;
  let start: usize = 0;
  for (let index: u32 = 0; index < sentenceEndCount(); index++) {
    const end = sentenceEnd(index);
    total += <u32>isLong(text, masks, start, end);
    start = end;
  }
  return total + <u32>isLong(text, masks, start, bytes);
}

function isLong(text: usize, masks: usize, from: usize, to: usize): bool {
  if (to - from <= LONG_CHARS) return false;
  const start = nextClear(masks, SPACE, from, to);
  const end = lastClear(masks, SPACE, to);
  if (end <= start + LONG_CHARS || !hasBits(masks, TOKEN_START, start, end)) return false;
  return !hasHigh || codePointsIn(text + start, text + end) > LONG_CHARS;
}

/**
 * The sum over all paragraphs of how well their number of sentences suits a paragraph.
 *
 * A paragraph reaches from its first character to that of the next one: the white space between them is of no sentence.
 */
export function paragraphShapes(bytes: usize, masks: usize): f64 {
  let sum: f64 = 0;
  walkSentences();
  let start = nextBit(masks, PARAGRAPH, 0, bytes);
  while (start < bytes) {
    const next = nextBit(masks, PARAGRAPH, start + 1, bytes);
    sum += shapeOf(sentencesWithin(masks, start, next));
    start = next;
  }
  return sum;
}

function shapeOf(sentences: u32): f64 {
  if (sentences >= 3 && sentences <= 5) return 1;
  return sentences == 2 || sentences == 6 || sentences == 7 ? 0.7 : 0.4;
}
