import { FILTER_NAMES } from '../core/filters.js';
import type { MeasureSettings } from '../core/measures.js';
import { ENTROPY_SLOTS, REPORT_SLOTS, SLOT_COUNT, STATS_SLOTS } from './kernel/report-slots.js';
import { SETTING_COUNT, SETTING_SLOTS } from './kernel/setting-slots.js';

/** The settings as the row of doubles that the kernel reads, in the order of `setting-slots.ts`. */
export function measureRow(settings: MeasureSettings): Float64Array {
  const { asOf, weights, filters } = settings;
  const thresholds = FILTER_NAMES.flatMap((name) => Object.values<number | true | null>(filters[name]));
  const head = [slotsOf(settings), asOf, weights.completeness, weights.clarity, weights.consistency, weights.accuracy];
  const row = Float64Array.from([
    ...head,
    ...thresholds.map((threshold) => (threshold === null ? NaN : Number(threshold))),
  ]);
  if (row.length !== SETTING_COUNT) throw new RangeError(`the kernel has ${SETTING_COUNT} settings, got ${row.length}`);
  return row;
}

/** The same with everything that the kernel knows asked for: the parts of the documentation profile as well. */
export function explainRow(settings: MeasureSettings): Float64Array {
  const row = measureRow(settings);
  row[SETTING_SLOTS] = SLOT_COUNT;
  return row;
}

/** Doubles of a report's row that the settings ask for. */
export function slotsOf({ measures, stats }: Pick<MeasureSettings, 'measures' | 'stats'>): number {
  if (measures === 'entropy') return ENTROPY_SLOTS;
  return stats ? STATS_SLOTS : REPORT_SLOTS;
}
