/**
 * Gopher's repetition filter (Rae et al. 2021, arXiv:2112.11446, appendix A.1): how much of a text was there before, as paragraphs,
 * lines and n-grams of words.
 */
import { charCount } from '../chars';
import { NEWLINE } from '../masks';
import { releaseWork, workMark } from '../memory';
import { SLOT_GOPHER_REPETITION, SLOT_GOPHER_REPETITION_STATS } from '../report-slots';
import { put, valueOf } from '../report-values';
import {
  SETTING_MAX_DUP_LINE_CHAR_FRAC,
  SETTING_MAX_DUP_LINE_FRAC,
  SETTING_MAX_DUP_PARA_CHAR_FRAC,
  SETTING_MAX_DUP_PARA_FRAC,
  SETTING_MAX_GRAM_CHAR_FRAC,
} from '../setting-slots';
import { setting, wantsStats } from '../settings';
import { hasBit, wordCount } from '../units';
import { boundDupGrams, dupGramChars, startDupGrams } from './dup-grams';
import { dupLines, dupLinesEnd, lines, linesEnd, spanChars } from './lines';
import { countParagraphs, dupParagraphChars, dupParagraphs, paragraphs } from './paragraphs';
import { notePairs } from './pair-sieve';
import { SPAN_BYTES } from './spans';
import { boundTopGrams, pairBound, quadrupleBound, startTopGrams, topGramChars, tripleBound } from './top-grams';
import { beginChecks, dropIf, isSettled, putVerdict } from './verdict';

/** The statistics. */
const PARAGRAPHS: i32 = SLOT_GOPHER_REPETITION_STATS;
const LINES: i32 = PARAGRAPHS + 5;
/** For n = 2 to 10 the characters and their share. */
const GRAMS: i32 = LINES + 5;
const STATS_END: i32 = GRAMS + 18;

/** The parts of what is counted for paragraphs and lines. */
const COUNT: i32 = 0;
const DUPS: i32 = 1;
const DUP_CHARS: i32 = 2;
const DUP_FRAC: i32 = 3;
const DUP_CHAR_FRAC: i32 = 4;

/** Measures the text, whose lines are found and whose words are joined. */
export function measureGopherRepetition(text: usize, bytes: usize, masks: usize): void {
  const mark = workMark();
  beginChecks();
  if (bytes == 0) {
    for (let slot = PARAGRAPHS; slot < STATS_END; slot++) put(slot, NaN);
  } else {
    countParagraphs(text, masks);
    putDups(PARAGRAPHS, <f64>paragraphs, <f64>dupParagraphs, dupParagraphChars);
    checkDups(PARAGRAPHS, SETTING_MAX_DUP_PARA_FRAC, SETTING_MAX_DUP_PARA_CHAR_FRAC);
    putLines(text, bytes, masks);
    checkDups(LINES, SETTING_MAX_DUP_LINE_FRAC, SETTING_MAX_DUP_LINE_CHAR_FRAC);
    if (!isSettled()) putTopGrams(notePairs());
    if (!isSettled()) putDupGrams();
  }
  putVerdict(SLOT_GOPHER_REPETITION);
  releaseWork(mark);
}

function checkDups(slot: i32, fracSetting: i32, charFracSetting: i32): void {
  dropIf(valueOf(slot + DUP_FRAC) > setting(fracSetting));
  dropIf(valueOf(slot + DUP_CHAR_FRAC) > setting(charFracSetting));
}

/** The statistics of n-grams: their characters, and behind these their share. */
function gramSlot(n: u32): i32 {
  return GRAMS + 2 * <i32>(n - 2);
}

/** The largest share that n-grams may have; those of 2 to 4 words stand before those of 5 to 10. */
function gramThreshold(n: u32): f64 {
  return setting(SETTING_MAX_GRAM_CHAR_FRAC + <i32>n - 2);
}

/** The lines, split at runs of LFs: where the text begins or ends with an LF, an empty one stands there. */
function putLines(text: usize, bytes: usize, masks: usize): void {
  const atStart = <u32>hasBit(masks, NEWLINE, 0);
  const atEnd = <u32>hasBit(masks, NEWLINE, bytes - 1);
  const all = <u32>((linesEnd - lines) / SPAN_BYTES) + atStart + atEnd;
  const dups = <u32>((dupLinesEnd - dupLines) >>> 2) + (atStart & atEnd);
  let chars: f64 = 0;
  for (let dup = dupLines; dup < dupLinesEnd; dup += 4) chars += <f64>spanChars(text, <usize>load<u32>(dup));
  putDups(LINES, <f64>all, <f64>dups, chars);
}

function putDups(slot: i32, all: f64, dups: f64, chars: f64): void {
  put(slot + COUNT, all);
  put(slot + DUPS, dups);
  put(slot + DUP_CHARS, chars);
  put(slot + DUP_FRAC, dups / all);
  put(slot + DUP_CHAR_FRAC, chars / <f64>charCount());
}

/**
 * Where no statistics are wanted, a number of characters that the wanted one cannot exceed will do if it passes the check: counting
 * those of n-grams costs more than the rest of the filter, and most texts are far from the thresholds.
 */
function isEnough(bound: f64, n: u32): bool {
  return !wantsStats() && !(bound / <f64>charCount() > gramThreshold(n));
}

/** @param bound - what no n-gram of 2 to 4 words exceeds; if it is not enough, closer ones are looked for. */
function putTopGrams(bound: f64): void {
  if (isEnough(bound, 2) && isEnough(bound, 3) && isEnough(bound, 4)) return putTopBounds(bound, bound, bound);
  if (bound < Infinity && !wantsStats()) {
    boundTopGrams();
    const isBound = isEnough(pairBound, 2) && isEnough(tripleBound, 3) && isEnough(quadrupleBound, 4);
    if (isBound) return putTopBounds(pairBound, tripleBound, quadrupleBound);
  }
  const mark = workMark();
  startTopGrams();
  for (let n: u32 = 2; n <= 4 && !isSettled(); n++) putGrams(n, n > wordCount() ? NaN : topGramChars(n));
  releaseWork(mark);
}

function putTopBounds(pair: f64, triple: f64, quadruple: f64): void {
  putGrams(2, wordCount() < 2 ? NaN : pair);
  putGrams(3, wordCount() < 3 ? NaN : triple);
  putGrams(4, wordCount() < 4 ? NaN : quadruple);
}

function putDupGrams(): void {
  startDupGrams();
  for (let n: u32 = 5; n <= 10 && !isSettled(); n++) {
    const bound = boundDupGrams(n);
    putGrams(n, bound == 0 || isEnough(bound, n) ? bound : dupGramChars(n));
  }
}

/** Puts the statistics of n-grams, and checks them. */
function putGrams(n: u32, chars: f64): void {
  const slot = gramSlot(n);
  const share = chars / <f64>charCount();
  put(slot, chars);
  put(slot + 1, share);
  dropIf(share > gramThreshold(n));
}
