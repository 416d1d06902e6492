/** C4's rules for one line, in their order. */
import { BRACE, BRACKET, PHRASE, hasMarks, markRecordAt } from '../marks';
import { BLOCK_BYTES, WORD_START } from '../masks';
import { releaseWork, takeWork, workMark } from '../memory';
import { sentencesWithin, walkSentences } from '../sentences';
import {
  SETTING_CITATIONS,
  SETTING_CURLY_BRACKET,
  SETTING_JAVASCRIPT,
  SETTING_LOREM_IPSUM,
  SETTING_MAX_WORD_LENGTH,
  SETTING_MIN_SENTENCES,
  SETTING_MIN_WORDS_PER_LINE,
  SETTING_POLICY,
  SETTING_TERMINAL_PUNCTUATION,
} from '../setting-slots';
import { isOn, setting } from '../settings';
import { nextCitation, withoutCitations } from './c4-citations';
import { addCleanedLine } from './c4-cleaned-text';
import { PHRASE_JAVASCRIPT, PHRASE_LOREM_IPSUM, PHRASE_POLICY, markedPhrases, phrasesIn } from './c4-phrases';
import { sentencesOf } from './c4-sentences';
import {
  CURLY_BRACKET,
  JAVASCRIPT,
  KEPT,
  LOREM_IPSUM,
  NO_TERMINAL_PUNC,
  POLICY,
  SENTENCES,
  TOO_FEW_WORDS,
  TOO_LONG_WORD,
  tallied,
  tally,
} from './c4-tallies';
import { holdsLongWord, strippedEnd, strippedStart } from './c4-words';

const DOT: u32 = 0x2e;
const TWO_DOTS: u32 = 0x2e2e;
const CLOSING_BRACKET: u32 = 0x5d;
/** The characters that a line may end with, a bit for each: `!` and `"`, `'`, `.`, `?`. */
const LINE_ENDS: u64 = ((<u64>3) << 0x21) | ((<u64>1) << 0x27) | ((<u64>1) << 0x2e) | ((<u64>1) << 0x3f);

/** The thresholds, and what is to be done with lines of this document. */
let maxWordLength: f64 = NaN;
let minWords: f64 = NaN;
let minSentences: f64 = NaN;
let mayBeDropped: bool = false;
let hasLongWords: bool = false;
let needsLineEnd: bool = false;
let removesCitations: bool = false;
let refusesBraces: bool = false;
/** The phrases that have a rule: bits of `c4-phrases.ts`. */
let unwantedPhrases: u32 = 0;

/** What `survey` has seen in the line: its words, and where in any of its blocks the marks are. */
let words: u32 = 0;
let brackets: u64 = 0;
let braces: u64 = 0;
let phraseMarks: u64 = 0;

/** Makes ready for the lines of a document whose marks and sentences are there. */
export function startLines(text: usize, bytes: usize, masks: usize): void {
  walkSentences();
  maxWordLength = setting(SETTING_MAX_WORD_LENGTH);
  hasLongWords = <f64>bytes > maxWordLength && holdsLongWord(text, masks, 0, bytes, maxWordLength);
  minWords = setting(SETTING_MIN_WORDS_PER_LINE);
  minSentences = setting(SETTING_MIN_SENTENCES);
  mayBeDropped = hasMarks(BRACE) || hasMarks(PHRASE) || hasMarks(BRACKET);
  needsLineEnd = isOn(SETTING_TERMINAL_PUNCTUATION);
  removesCitations = hasMarks(BRACKET) && isOn(SETTING_CITATIONS);
  refusesBraces = isOn(SETTING_CURLY_BRACKET);
  unwantedPhrases =
    (isOn(SETTING_LOREM_IPSUM) ? PHRASE_LOREM_IPSUM : 0) |
    (isOn(SETTING_JAVASCRIPT) ? PHRASE_JAVASCRIPT : 0) |
    (isOn(SETTING_POLICY) ? PHRASE_POLICY : 0);
}

/** Whether a line that ends with none of LINE_ENDS, even without its citations, is NO_TERMINAL_PUNC whatever it holds. */
export function isDecidedByEnd(): bool {
  return needsLineEnd && !hasLongWords;
}

/** Whether the document is sure to be kept: it has sentences enough, and nothing that a line could drop it for. */
export function isSettled(): bool {
  return !mayBeDropped && !(<f64>tallied(SENTENCES) < minSentences);
}

/** The fate of the line [lineStart, lineEnd); lines are asked for in ascending order. A line that is kept is counted and written. */
export function fateOfLine(text: usize, masks: usize, lineStart: usize, lineEnd: usize): i32 {
  const to = strippedEnd(masks, lineStart, lineEnd);
  if (hasLongWords && holdsLongWord(text, masks, lineStart, to, maxWordLength)) return TOO_LONG_WORD;
  const endsWell = !needsLineEnd || isWellEnded(text + lineStart, text + to);
  if (!endsWell && !mayLoseItsEnd(text + lineStart, text + to)) return NO_TERMINAL_PUNC;
  const from = strippedStart(masks, lineStart, to);
  survey(masks, from, to);
  if (removesCitations && brackets != 0) {
    const citation = nextCitation(text, from, to);
    if (citation < to) return fateWithoutCitations(text, from, to, citation);
  }
  if (!endsWell) return NO_TERMINAL_PUNC;
  if (<f64>words < minWords) return TOO_FEW_WORDS;
  const fate = fateByContent(phraseMarks != 0 ? markedPhrases(text, from, to) : 0);
  if (fate == KEPT) keep(text + from, text + to, sentencesWithin(masks, from, to));
  return fate;
}

/** Looks at the masks of the line [from, to) in one pass, since a line is short and all that is sought is rare. */
function survey(masks: usize, from: usize, to: usize): void {
  const last = to & ~(BLOCK_BYTES - 1);
  let keep: u64 = u64.MAX_VALUE << (from & 63);
  words = 0;
  brackets = 0;
  braces = 0;
  phraseMarks = 0;
  for (let base = from & ~(BLOCK_BYTES - 1); base <= last; base += BLOCK_BYTES) {
    if (base == last) keep &= ((<u64>1) << (to & 63)) - 1;
    const markRecord = markRecordAt(base);
    words += <u32>popcnt(load<u64>(masks + base, WORD_START) & keep);
    brackets |= load<u64>(markRecord, BRACKET) & keep;
    braces |= load<u64>(markRecord, BRACE) & keep;
    phraseMarks |= load<u64>(markRecord, PHRASE) & keep;
    keep = u64.MAX_VALUE;
  }
}

/**
 * The fate of the surveyed line [from, to) that holds a citation, the first at `citation`.
 *
 * Without its citations it is another text, of which there are no masks: words and sentences may have been joined.
 */
function fateWithoutCitations(text: usize, from: usize, to: usize, citation: usize): i32 {
  const mark = workMark();
  const start = takeWork(to - from);
  const end = withoutCitations(text, from, to, citation, start);
  const fate = fateOfText(start, end);
  if (fate == KEPT) keep(start, end, sentencesOf(start, end));
  releaseWork(mark);
  return fate;
}

/** The fate of the text [start, end) that the surveyed line has become. Its words are still those of the line. */
function fateOfText(start: usize, end: usize): i32 {
  if (needsLineEnd && !isWellEnded(start, end)) return NO_TERMINAL_PUNC;
  if (<f64>words < minWords) return TOO_FEW_WORDS;
  return fateByContent(phrasesIn(start, end));
}

/** The rules on what the surveyed line holds. No brace is lost with a citation. */
function fateByContent(phrases: u32): i32 {
  const unwanted = phrases & unwantedPhrases;
  if (unwanted & PHRASE_LOREM_IPSUM) return LOREM_IPSUM;
  if (unwanted & PHRASE_JAVASCRIPT) return JAVASCRIPT;
  if (refusesBraces && braces != 0) return CURLY_BRACKET;
  return unwanted != 0 ? POLICY : KEPT;
}

function keep(start: usize, end: usize, sentences: u32): void {
  tally(SENTENCES, sentences);
  addCleanedLine(start, end);
}

/** Whether the text at [start, end) ends with a character of LINE_ENDS, and not with three dots. */
function isWellEnded(start: usize, end: usize): bool {
  if (start == end) return false;
  const last = <u32>load<u8>(end - 1);
  if (last >= 64 || ((LINE_ENDS >>> (<u64>last)) & 1) == 0) return false;
  return last != DOT || end - start < 3 || load<u16>(end - 3) != TWO_DOTS;
}

/** Whether a citation may stand at the end of a line that does not end well; elsewhere one changes nothing about that. */
function mayLoseItsEnd(start: usize, end: usize): bool {
  return removesCitations && start < end && load<u8>(end - 1) == CLOSING_BRACKET;
}
