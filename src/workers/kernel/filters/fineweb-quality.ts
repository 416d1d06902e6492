/** FineWeb's quality filter (Penedo et al. 2024, arXiv:2406.17557): what the lines of a text are like. */
import { charCount } from '../chars';
import { TERMINAL } from '../masks';
import { SLOT_FINEWEB_QUALITY, SLOT_FINEWEB_QUALITY_STATS } from '../report-slots';
import { put, ratio, valueOf } from '../report-values';
import {
  SETTING_MAX_CHAR_DUP_RATIO,
  SETTING_MAX_LIST_RATIO,
  SETTING_MAX_SHORT_LINE_RATIO,
  SETTING_MIN_LINE_PUNCT_RATIO,
  SETTING_SHORT_LINE_LENGTH,
} from '../setting-slots';
import { setting } from '../settings';
import { hasBit, wordCount } from '../units';
import { dupLines, dupLinesEnd, isInked, lines, linesEnd, newlines, spanChars } from './lines';
import { SPAN_BYTES, spanEnd } from './spans';
import { beginChecks, dropIf, putVerdict } from './verdict';

/** The statistics. */
const LINES: i32 = SLOT_FINEWEB_QUALITY_STATS;
const PUNCT_LINES: i32 = LINES + 1;
const SHORT_LINES: i32 = LINES + 2;
const DUP_LINE_CHARS: i32 = LINES + 3;
const NEWLINES: i32 = LINES + 4;
const LINE_PUNCT_RATIO: i32 = LINES + 5;
const SHORT_LINE_RATIO: i32 = LINES + 6;
const CHAR_DUP_RATIO: i32 = LINES + 7;
const LIST_RATIO: i32 = LINES + 8;

/** Measures the text, whose lines Gopher's filter has found; those of white space alone do not count. */
export function measureFinewebQuality(text: usize, bytes: usize, masks: usize): void {
  countLines(text, masks);
  put(DUP_LINE_CHARS, dupChars(text, masks));
  put(NEWLINES, <f64>newlines);
  const isEmpty = valueOf(LINES) == 0;
  put(LINE_PUNCT_RATIO, ratio(valueOf(PUNCT_LINES), valueOf(LINES)));
  put(SHORT_LINE_RATIO, ratio(valueOf(SHORT_LINES), valueOf(LINES)));
  put(CHAR_DUP_RATIO, isEmpty ? NaN : valueOf(DUP_LINE_CHARS) / <f64>(charCount() - newlines));
  put(LIST_RATIO, isEmpty ? NaN : <f64>newlines / <f64>wordCount());
  judge(isEmpty);
}

function judge(isEmpty: bool): void {
  beginChecks();
  dropIf(isEmpty);
  dropIf(valueOf(LINE_PUNCT_RATIO) < setting(SETTING_MIN_LINE_PUNCT_RATIO));
  dropIf(valueOf(SHORT_LINE_RATIO) > setting(SETTING_MAX_SHORT_LINE_RATIO));
  dropIf(valueOf(CHAR_DUP_RATIO) > setting(SETTING_MAX_CHAR_DUP_RATIO));
  dropIf(valueOf(LIST_RATIO) > setting(SETTING_MAX_LIST_RATIO));
  putVerdict(SLOT_FINEWEB_QUALITY);
}

function countLines(text: usize, masks: usize): void {
  const shortLength = setting(SETTING_SHORT_LINE_LENGTH);
  let inked: u32 = 0;
  let punct: u32 = 0;
  let short: u32 = 0;
  for (let line = lines; line < linesEnd; line += SPAN_BYTES) {
    if (!isInked(masks, line)) continue;
    inked++;
    punct += <u32>hasBit(masks, TERMINAL, spanEnd(line) - 1);
    short += <u32>(<f64>spanChars(text, line) <= shortLength);
  }
  put(LINES, <f64>inked);
  put(PUNCT_LINES, <f64>punct);
  put(SHORT_LINES, <f64>short);
}

function dupChars(text: usize, masks: usize): f64 {
  let chars: f64 = 0;
  for (let dup = dupLines; dup < dupLinesEnd; dup += 4) {
    const line = <usize>load<u32>(dup);
    if (isInked(masks, line)) chars += <f64>spanChars(text, line);
  }
  return chars;
}
