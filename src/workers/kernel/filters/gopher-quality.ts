/** Gopher's quality filter (Rae et al. 2021, appendix A.1): words, symbols, lines and stop words. */
import { charCount } from '../chars';
import { hashes } from '../marks';
import { SLOT_GOPHER_QUALITY, SLOT_GOPHER_QUALITY_STATS } from '../report-slots';
import { ratio } from '../report-values';
import {
  SETTING_MAX_BULLET_LINE_FRAC,
  SETTING_MAX_ELLIPSIS_RATIO,
  SETTING_MAX_END_ELLIPSIS_LINE_FRAC,
  SETTING_MAX_HASH_RATIO,
  SETTING_MAX_MEAN_WORD_LENGTH,
  SETTING_MAX_WORDS,
  SETTING_MIN_ALPHA_WORD_FRAC,
  SETTING_MIN_MEAN_WORD_LENGTH,
  SETTING_MIN_STOP_WORDS,
  SETTING_MIN_WORDS,
} from '../setting-slots';
import { setting } from '../settings';
import { wordCount } from '../units';
import { countEllipses, ellipsisCount, endEllipsisLineCount } from './ellipses';
import { bulletLineCount, countSplitLines, splitLineCount } from './split-lines';
import { addStat, beginChecks, beginStats, dropIf, isSettled, putVerdict } from './verdict';
import { alphaWordCount, countWordKinds, inkWordChars, inkWordCount } from './word-kinds';
import { countStopWords } from './words';

/** Fills in the statistics and the verdict. The words of the text are joined, for the stop words among them. */
export function measureGopherQuality(text: usize, bytes: usize, masks: usize): void {
  countWordKinds(text, bytes, masks);
  countSplitLines(text, bytes, masks);
  countEllipses(text, bytes, masks);
  const allWords = <f64>wordCount();
  const words = <f64>inkWordCount();
  const lines = <f64>splitLineCount();
  const meanLength = ratio(<f64>inkWordChars(), words);
  const hashRatio = ratio(<f64>hashes, allWords);
  const ellipsisRatio = ratio(<f64>ellipsisCount(), allWords);
  const bulletLineFrac = ratio(<f64>bulletLineCount(), lines);
  const endEllipsisLineFrac = ratio(<f64>endEllipsisLineCount(), lines);
  const alphaWordFrac = ratio(<f64>alphaWordCount(), allWords);

  beginChecks();
  dropIf(words < setting(SETTING_MIN_WORDS));
  dropIf(words > setting(SETTING_MAX_WORDS));
  dropIf(meanLength < setting(SETTING_MIN_MEAN_WORD_LENGTH));
  dropIf(meanLength > setting(SETTING_MAX_MEAN_WORD_LENGTH));
  dropIf(hashRatio > setting(SETTING_MAX_HASH_RATIO));
  dropIf(ellipsisRatio > setting(SETTING_MAX_ELLIPSIS_RATIO));
  dropIf(bulletLineFrac > setting(SETTING_MAX_BULLET_LINE_FRAC));
  dropIf(endEllipsisLineFrac > setting(SETTING_MAX_END_ELLIPSIS_LINE_FRAC));
  dropIf(alphaWordFrac < setting(SETTING_MIN_ALPHA_WORD_FRAC));
  const stopWords = isSettled() ? NaN : <f64>countStopWords();
  dropIf(stopWords < setting(SETTING_MIN_STOP_WORDS));
  putVerdict(SLOT_GOPHER_QUALITY);

  beginStats(SLOT_GOPHER_QUALITY_STATS);
  addStat(<f64>charCount());
  addStat(allWords);
  addStat(words);
  addStat(meanLength);
  addStat(<f64>hashes);
  addStat(<f64>ellipsisCount());
  addStat(lines);
  addStat(<f64>bulletLineCount());
  addStat(<f64>endEllipsisLineCount());
  addStat(<f64>alphaWordCount());
  addStat(stopWords);
  addStat(hashRatio);
  addStat(ellipsisRatio);
  addStat(bulletLineFrac);
  addStat(endEllipsisLineFrac);
  addStat(alphaWordFrac);
}
