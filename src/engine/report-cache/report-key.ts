import { ENTROPY_SLOTS } from '../../workers/kernel/report-slots.js';
import { SETTING_SLOTS } from '../../workers/kernel/setting-slots.js';
import { MEASURES_VERSION } from '../../workers/measures-version.js';

/* What the keys of reports are made of, in file runs and in engines: they find each other's. */

/** Of the tiers and of the keys. */
export const NAMESPACE = 'reports';

/** What is computed of a text, with the version of its results. */
export const STAGE = `report ${MEASURES_VERSION}`;

/** Everything in a `measureRow` that changes a report: of counts and entropy that is nothing but what is measured. */
export function settingsOf(measures: Float64Array): readonly number[] {
  const isComplete = (measures[SETTING_SLOTS] ?? 0) > ENTROPY_SLOTS;
  return [...(isComplete ? measures : measures.subarray(0, 1))];
}
