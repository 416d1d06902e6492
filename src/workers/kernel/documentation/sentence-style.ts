/** How long sentences are, and how many a paragraph has. */
import { PARAGRAPH, SPACE, hasHigh } from '../masks';
import { sentenceEnd, sentenceEndCount, sentencesWithin, tokensBeforeEnd, walkSentences } from '../sentences';
import { lastClear, nextBit, nextClear, tokenCount } from '../units';
import { codePointsIn } from '../utf8';

/** A sentence of more code points is long. */
const LONG_CHARS: u32 = 150;

/** Counts the long ones among the counted sentences, each without the white space around it. */
export function countLongSentences(text: usize, bytes: usize, masks: usize): u32 {
  let total: u32 = 0;
  let start: usize = 0;
  let tokens: u32 = 0;
  for (let index: u32 = 0; index < sentenceEndCount(); index++) {
    const end = sentenceEnd(index);
    const isCounted = tokensBeforeEnd(index) != tokens;
    total += <u32>(end - start > LONG_CHARS && isCounted && isLong(text, masks, start, end));
    start = end;
    tokens = tokensBeforeEnd(index);
  }
  return total + <u32>(bytes - start > LONG_CHARS && tokenCount() != tokens && isLong(text, masks, start, bytes));
}

/** Whether what is left of [from, to) without the white space around it is long. */
function isLong(text: usize, masks: usize, from: usize, to: usize): bool {
  const start = nextClear(masks, SPACE, from, to);
  const end = lastClear(masks, SPACE, to);
  return end > start + LONG_CHARS && (!hasHigh || codePointsIn(text + start, text + end) > LONG_CHARS);
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
