/** The path of one document through the kernel, in order. */
import { charCount, charEntropy, charRedundancy, countChars } from './chars';
import { log2Of } from './logarithms';
import { classify, hasHigh, maskBytes } from './masks';
import { startWork, takeWork } from './memory';
import {
  SLOT_AGGREGATE,
  SLOT_BYTES,
  SLOT_CHARS,
  SLOT_DISTINCT_TOKENS,
  SLOT_ENTROPY_CHAR,
  SLOT_ENTROPY_SENTENCE,
  SLOT_ENTROPY_TOKEN,
  SLOT_EVENNESS,
  SLOT_LINES,
  SLOT_PARAGRAPHS,
  SLOT_REDUNDANCY,
  SLOT_REPLACED,
  SLOT_SENTENCES,
  SLOT_TOKENS,
  SLOT_WORDS,
} from './report-slots';
import { findSentences, sentenceCount, sentenceEntropy } from './sentences';
import { countTokens, distinctTokens, tokenEntropy } from './tokens';
import { transcode } from './utf16';
import { countUnits, lineCount, paragraphCount, tokenCount, wordCount } from './units';
import { replacements, resetReplacements } from './utf8';

/** Scores a text of UTF-16 units that stand outside the work area. */
export function scoreUnits(units: usize, unitCount: u32, report: usize): void {
  startWork();
  resetReplacements();
  const text = takeWork(<usize>unitCount * 3);
  const end = transcode(units, units + ((<usize>unitCount) << 1), text);
  measureDocument(text, end - text, replacements(), report);
}

/** Scores a text of well-formed UTF-8 that stands outside the work area. */
export function scoreDocument(text: usize, bytes: usize, replaced: u32, report: usize): void {
  startWork();
  measureDocument(text, bytes, replaced, report);
}

/** Scores the well-formed UTF-8 text and writes its report, `SLOT_COUNT` doubles; `replaced` is passed through. */
export function measureDocument(text: usize, bytes: usize, replaced: u32, report: usize): void {
  const masks = takeWork(maskBytes(bytes));
  classify(text, bytes, masks);
  countUnits(masks, bytes);
  countChars(text, bytes, hasHigh);
  countTokens(text, bytes, masks, tokenCount());
  findSentences(text, bytes, masks);

  put(report, SLOT_BYTES, <f64>bytes);
  put(report, SLOT_REPLACED, <f64>replaced);
  putCounts(report);
  putEntropies(report);
}

function putCounts(report: usize): void {
  put(report, SLOT_CHARS, <f64>charCount());
  put(report, SLOT_WORDS, <f64>wordCount());
  put(report, SLOT_TOKENS, <f64>tokenCount());
  put(report, SLOT_DISTINCT_TOKENS, <f64>distinctTokens());
  put(report, SLOT_LINES, <f64>lineCount());
  put(report, SLOT_PARAGRAPHS, <f64>paragraphCount());
  put(report, SLOT_SENTENCES, <f64>sentenceCount());
}

function putEntropies(report: usize): void {
  const char = charEntropy();
  const token = tokenEntropy(tokenCount());
  const sentence = sentenceEntropy();
  put(report, SLOT_ENTROPY_CHAR, char);
  put(report, SLOT_ENTROPY_TOKEN, token);
  put(report, SLOT_ENTROPY_SENTENCE, sentence);
  put(report, SLOT_EVENNESS, distinctTokens() < 2 ? NaN : token / log2Of(distinctTokens()));
  put(report, SLOT_REDUNDANCY, charRedundancy());
  put(
    report,
    SLOT_AGGREGATE,
    0.2 * Math.min(char / 6, 1) + 0.5 * Math.min(token / 12, 1) + 0.3 * Math.min(sentence / 4, 1),
  );
}

function put(report: usize, slot: i32, value: f64): void {
  store<f64>(report + ((<usize>slot) << 3), value);
}
