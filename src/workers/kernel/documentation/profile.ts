/**
 * The documentation profile: four dimensions, each the mean of those of its parts that apply.
 *
 * What the parts are made of is found by the other files of this folder; here stands only how they are put together.
 */
import {
  SLOT_ACCURACY,
  SLOT_CLARITY,
  SLOT_COMPLETENESS,
  SLOT_CONSISTENCY,
  SLOT_OVERALL,
  SLOT_PARTS,
} from '../report-slots';
import { put } from '../report-values';
import { sentenceCount } from '../sentences';
import { SETTING_ACCURACY, SETTING_CLARITY, SETTING_COMPLETENESS, SETTING_CONSISTENCY } from '../setting-slots';
import { setting } from '../settings';
import { paragraphCount, tokenCount, wordCount } from '../units';
import { EXAMPLE, INTRODUCTION, REFERENCE, USAGE, begins, recentYearCount, yearCount } from '../vocabulary';
import { evenPairs } from './fence-pairs';
import { findHeadings, headingCount, headingTokens, levelSkips } from './headings';
import { countNotices, readVariants, variantGroupCount, variantShareSum } from './lexicon';
import { findLinks, linkCount, soundLinkCount } from './links';
import { countMarkers } from './markers';
import { countPassives } from './passives';
import { fencesFound, fencesWithInfo, findFences } from './prose';
import { commonestMarker, gapCount, listLines, readProseLines } from './prose-lines';
import { countLongSentences, paragraphShapes } from './sentence-style';
import { countVersions } from './versions';

/** Of the dimension that is being put together: the sum of its parts, how many they are, and the slot of the next. */
let sum: f64 = 0;
let count: f64 = 0;
let partSlot: i32 = 0;

/** Finds fences, headings and links, which other measures need as well, and fills in the profile. */
export function measureDocumentation(text: usize, bytes: usize, masks: usize): void {
  findFences(text, bytes, masks);
  findHeadings(text, bytes, masks);
  findLinks(text);
  readProseLines(text, bytes, masks);
  partSlot = SLOT_PARTS;
  const completeness = completenessOf(text, bytes, masks);
  const clarity = clarityOf(text, bytes, masks);
  const consistency = consistencyOf(text, bytes, masks);
  const accuracy = accuracyOf(text, bytes, masks);
  const isEmpty = tokenCount() == 0;
  put(SLOT_COMPLETENESS, isEmpty ? 0 : completeness);
  put(SLOT_CLARITY, isEmpty ? 0 : clarity);
  put(SLOT_CONSISTENCY, isEmpty ? 0 : consistency);
  put(SLOT_ACCURACY, isEmpty ? 0 : accuracy);
  put(SLOT_OVERALL, isEmpty ? 0 : weighted(completeness, clarity, consistency, accuracy));
}

function completenessOf(text: usize, bytes: usize, masks: usize): f64 {
  begin();
  add(Math.min(<f64>headingCount() / 5, 1));
  add(Math.min(<f64>fencesFound() / 3, 1));
  add(Math.min(<f64>linkCount() / 2, 1));
  add(Math.max(0, 1 - 0.1 * <f64>countMarkers(text, bytes, masks)));
  add(Math.min(<f64>wordCount() / 500, 1));
  add(<f64>essentials() / 4);
  return mean();
}

/** How many of the words that any documentation has begin some token. */
function essentials(): u32 {
  return <u32>begins(INTRODUCTION) + <u32>begins(USAGE) + <u32>begins(EXAMPLE) + <u32>begins(REFERENCE);
}

function clarityOf(text: usize, bytes: usize, masks: usize): f64 {
  const sentences = <f64>sentenceCount();
  const words = <f64>wordCount();
  const paragraphs = <f64>paragraphCount();
  const headings = <f64>headingCount();
  begin();
  addIf(sentences > 0, Math.max(0, 1 - Math.abs(words / sentences - 17.5) / 20));
  addIf(sentences > 0, Math.max(0, 1 - (2 * <f64>countLongSentences(text, bytes, masks)) / sentences));
  addIf(words > 0, Math.max(0, 1 - (20 * <f64>countPassives(text, bytes, masks)) / words));
  addIf(paragraphs > 0, paragraphShapes(bytes, masks) / paragraphs);
  addIf(headings > 0, Math.min(<f64>headingTokens() / headings / 3, 1));
  return mean();
}

function consistencyOf(text: usize, bytes: usize, masks: usize): f64 {
  const fences = <f64>fencesFound();
  const lists = <f64>listLines();
  begin();
  readVariants(text, bytes, masks);
  addIf(variantGroupCount() > 0, variantShareSum() / <f64>variantGroupCount());
  addIf(fences > 0, <f64>fencesWithInfo() / fences);
  addIf(headingCount() > 0, Math.max(0, 1 - 0.1 * <f64>levelSkips()));
  addIf(lists > 0, <f64>commonestMarker() / lists);
  add(Math.max(0, 1 - <f64>gapCount() / 100));
  return mean();
}

function accuracyOf(text: usize, bytes: usize, masks: usize): f64 {
  const years = yearCount();
  const fences = <f64>fencesFound();
  const links = <f64>linkCount();
  begin();
  add(Math.min(<f64>countVersions(text, bytes, masks) / 2, 1));
  addIf(years > 0, recentYearCount() / years);
  addIf(fences > 0, evenPairs(text) / fences);
  addIf(links > 0, (links + <f64>soundLinkCount()) / (2 * links)); // 1 for a sound link, 0.5 for another
  add(0.5 + 0.5 * Math.min(<f64>countNotices() / 3, 1));
  return mean();
}

function weighted(completeness: f64, clarity: f64, consistency: f64, accuracy: f64): f64 {
  return (
    setting(SETTING_COMPLETENESS) * completeness +
    setting(SETTING_CLARITY) * clarity +
    setting(SETTING_CONSISTENCY) * consistency +
    setting(SETTING_ACCURACY) * accuracy
  );
}

function begin(): void {
  sum = 0;
  count = 0;
}

function add(part: f64): void {
  sum += part;
  count++;
  put(partSlot, part);
  partSlot++;
}

/** A part that may not apply: its value is then without meaning. */
function addIf(applies: bool, part: f64): void {
  if (applies) {
    add(part);
    return;
  }
  put(partSlot, NaN);
  partSlot++;
}

function mean(): f64 {
  return sum / count;
}
