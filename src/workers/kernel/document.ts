/** The path of one document through the kernel, in order. */
import { charCount, charEntropy, charRedundancy, countChars } from './chars';
import { measureCoherence } from './coherence';
import { measureDocumentation } from './documentation/profile';
import { cleanC4, measureC4Quality } from './filters/c4-quality';
import { measureFinewebQuality } from './filters/fineweb-quality';
import { measureGopherQuality } from './filters/gopher-quality';
import { measureGopherRepetition } from './filters/gopher-repetition';
import { findLines } from './filters/lines';
import { joinWords } from './filters/words';
import { log2Of } from './logarithms';
import { mark, markPhrases } from './marks';
import { classify, hasHigh, maskBytes } from './masks';
import { releaseWork, startWork, takeWork, workMark } from './memory';
import { measureReadability } from './readability';
import {
  SLOT_AGGREGATE,
  SLOT_BYTES,
  SLOT_CHARS,
  SLOT_COHERENCE,
  SLOT_COMPLETENESS,
  SLOT_DISTINCT_TOKENS,
  SLOT_ENTROPY_CHAR,
  SLOT_ENTROPY_SENTENCE,
  SLOT_ENTROPY_TOKEN,
  SLOT_EVENNESS,
  SLOT_LINES,
  SLOT_MIAIR,
  SLOT_PARAGRAPHS,
  SLOT_REDUNDANCY,
  SLOT_REPLACED,
  SLOT_SENTENCES,
  SLOT_TOKENS,
  SLOT_WORDS,
} from './report-slots';
import { REPORT, put, valueOf } from './report-values';
import { findSentences, sentenceCount, sentenceEntropy } from './sentences';
import { SETTING_AS_OF } from './setting-slots';
import { isComplete, setting, slotsWanted } from './settings';
import { countOf, countTokens, distinctTokens, tokenEntropy } from './tokens';
import { indexTokens } from './token-index';
import { transcode } from './utf16';
import { countUnits, lineCount, paragraphCount, tokenCount, wordCount } from './units';
import { replacements, resetReplacements } from './utf8';
import { COOKIE, IPSUM, POLICY, USE, begins, readVocabulary } from './vocabulary';

/** Years before the one that the report is as of in which a year still is recent. */
const RECENT_YEARS: f64 = 3;

/** The token `of`, as `tokens.ts` has it. */
const TOKEN_OF: u64 = 0x666f;

/** The document that was measured last. */
let measuredText: usize = 0;
let measuredBytes: usize = 0;
let measuredMasks: usize = 0;

/** Scores a text of UTF-16 units that stand outside the work area; `report` takes the doubles that are wanted of its row. */
export function scoreUnits(units: usize, unitCount: u32, report: usize): void {
  startWork();
  resetReplacements();
  const text = takeWork(<usize>unitCount * 3);
  const end = transcode(units, units + ((<usize>unitCount) << 1), text);
  measureDocument(text, end - text, replacements());
  memory.copy(report, REPORT, (<usize>slotsWanted()) << 3);
}

/** Measures the well-formed UTF-8 text and fills its report; `replaced` is passed through. */
export function measureDocument(text: usize, bytes: usize, replaced: u32): void {
  const masks = takeWork(maskBytes(bytes));
  classify(text, bytes, masks);
  countUnits(masks, bytes);
  countChars(text, bytes, hasHigh);
  countTokens(text, bytes, masks, tokenCount());
  findSentences(text, bytes, masks);

  measuredText = text;
  measuredBytes = bytes;
  measuredMasks = masks;
  put(SLOT_BYTES, <f64>bytes);
  put(SLOT_REPLACED, <f64>replaced);
  putCounts();
  putEntropies();
  if (isComplete()) completeReport(text, bytes, masks);
}

/** Writes the text of the document that was measured last as C4 cleans it; returns the end. */
export function cleanDocument(out: usize): usize {
  return cleanC4(measuredText, measuredBytes, measuredMasks, out);
}

/** Everything beyond counts and entropy. */
function completeReport(text: usize, bytes: usize, masks: usize): void {
  mark(text, bytes, masks);
  indexTokens(masks, bytes);
  readVocabulary(setting(SETTING_AS_OF) - RECENT_YEARS);
  if (mayHoldPhrases()) markPhrases(text, bytes);
  measureReadability(text, bytes, masks);
  measureDocumentation(text, bytes, masks);
  measureCoherence(masks, bytes);
  measureMiair();
  findLines(text, bytes, masks);
  measureGopher(text, bytes, masks);
  measureC4Quality(text, bytes, masks);
  measureFinewebQuality(text, bytes, masks);
}

/** Both filters look at the words without the white space between them. */
function measureGopher(text: usize, bytes: usize, masks: usize): void {
  const mark = workMark();
  joinWords(text, bytes, masks);
  measureGopherQuality(text, bytes, masks);
  measureGopherRepetition(text, bytes, masks);
  releaseWork(mark);
}

/** Whether the words are there for one of the phrases that C4 looks for. */
function mayHoldPhrases(): bool {
  return begins(COOKIE) || begins(POLICY) || begins(IPSUM) || (begins(USE) && countOf(TOKEN_OF, 0) != 0);
}

/** The reported entropy is never scaled: two versions of a text are compared on the same number. */
function measureMiair(): void {
  const coherence = valueOf(SLOT_COHERENCE);
  const known = isNaN(coherence) ? 0 : coherence;
  const entropy = 1 - valueOf(SLOT_AGGREGATE);
  put(SLOT_MIAIR, 100 * (0.35 * entropy + 0.35 * known + 0.3 * valueOf(SLOT_COMPLETENESS)));
}

function putCounts(): void {
  put(SLOT_CHARS, <f64>charCount());
  put(SLOT_WORDS, <f64>wordCount());
  put(SLOT_TOKENS, <f64>tokenCount());
  put(SLOT_DISTINCT_TOKENS, <f64>distinctTokens());
  put(SLOT_LINES, <f64>lineCount());
  put(SLOT_PARAGRAPHS, <f64>paragraphCount());
  put(SLOT_SENTENCES, <f64>sentenceCount());
}

function putEntropies(): void {
  const char = charEntropy();
  const token = tokenEntropy(tokenCount());
  const sentence = sentenceEntropy();
  put(SLOT_ENTROPY_CHAR, char);
  put(SLOT_ENTROPY_TOKEN, token);
  put(SLOT_ENTROPY_SENTENCE, sentence);
  put(SLOT_EVENNESS, distinctTokens() < 2 ? NaN : token / log2Of(distinctTokens()));
  put(SLOT_REDUNDANCY, charRedundancy());
  put(SLOT_AGGREGATE, 0.2 * Math.min(char / 6, 1) + 0.5 * Math.min(token / 12, 1) + 0.3 * Math.min(sentence / 4, 1));
}
