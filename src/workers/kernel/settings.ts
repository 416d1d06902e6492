/** The settings of the measures, as the host wrote them. */
import { ENTROPY_SLOTS, REPORT_SLOTS } from './report-slots';
import { SETTING_COUNT, SETTING_SLOTS } from './setting-slots';

const SETTINGS: usize = memory.data(SETTING_COUNT << 3, 16);

/** Where the host writes the row of settings. */
export function settingsAddress(): usize {
  return SETTINGS;
}

/** NaN for a check that is switched off. */
export function setting(slot: i32): f64 {
  return load<f64>(SETTINGS + ((<usize>slot) << 3));
}

/** Whether a rule, which has no threshold, is on. */
export function isOn(slot: i32): bool {
  return setting(slot) == 1;
}

/** Doubles of a report's row that are wanted. */
export function slotsWanted(): u32 {
  return <u32>setting(SETTING_SLOTS);
}

/** Whether more is wanted than counts and entropy. */
export function isComplete(): bool {
  return slotsWanted() > <u32>ENTROPY_SLOTS;
}

/** Whether the statistics of the filters are wanted as well. */
export function wantsStats(): bool {
  return slotsWanted() > <u32>REPORT_SLOTS;
}
