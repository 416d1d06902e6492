/**
 * C4: which lines of a document are worth keeping, and whether the document is.
 *
 * Raffel et al. 2020, JMLR 21(140), with the order of the rules and the numbers of datatrove 0.10.0.
 */
import { SLOT_C4_QUALITY, SLOT_C4_QUALITY_STATS } from '../report-slots';
import { put } from '../report-values';
import { SETTING_MIN_SENTENCES } from '../setting-slots';
import { setting, wantsStats } from '../settings';
import { endCleanedText, startCleanedText, stopCleanedText } from './c4-cleaned-text';
import { judgeLines } from './c4-lines';
import { CURLY_BRACKET, LOREM_IPSUM, SENTENCES, STAT_COUNT, tallied } from './c4-tallies';

/** The numbers of the reasons. */
const DROPPED_LOREM_IPSUM: i32 = 1;
const DROPPED_CURLY_BRACKET: i32 = 2;
const DROPPED_TOO_FEW_SENTENCES: i32 = 3;

/** Reports the verdict on the document, and statistics that end with the line that drops it. */
export function measureC4Quality(text: usize, bytes: usize, masks: usize): void {
  stopCleanedText();
  judgeLines(text, bytes, masks, !wantsStats());
  put(SLOT_C4_QUALITY, verdict());
  for (let stat = 0; stat < STAT_COUNT; stat++) put(SLOT_C4_QUALITY_STATS + stat, tallied(stat));
}

/**
 * Writes what C4 leaves of the document to `out`, at most `bytes` bytes of UTF-8, and returns the end.
 *
 * A document with too few sentences leaves the lines that it keeps. One that is dropped for a line leaves nothing: where that line
 * stands is an accident, and C4 has no text for such a document.
 */
export function cleanC4(text: usize, bytes: usize, masks: usize, out: usize): usize {
  startCleanedText(out);
  judgeLines(text, bytes, masks, false);
  return isDroppedForLine() ? out : endCleanedText();
}

function verdict(): i32 {
  if (isDroppedForLine()) return tallied(LOREM_IPSUM) != 0 ? DROPPED_LOREM_IPSUM : DROPPED_CURLY_BRACKET;
  return <f64>tallied(SENTENCES) < setting(SETTING_MIN_SENTENCES) ? DROPPED_TOO_FEW_SENTENCES : 0;
}

function isDroppedForLine(): bool {
  return (tallied(LOREM_IPSUM) | tallied(CURLY_BRACKET)) != 0;
}
