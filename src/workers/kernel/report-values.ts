/** The report of the document that is being scored: `SLOT_COUNT` doubles, NaN for `null`. */
import { SLOT_COUNT } from './report-slots';

export const REPORT: usize = memory.data(SLOT_COUNT << 3, 16);

export function put(slot: i32, value: f64): void {
  store<f64>(REPORT + ((<usize>slot) << 3), value);
}

export function valueOf(slot: i32): f64 {
  return load<f64>(REPORT + ((<usize>slot) << 3));
}

/** `NaN`, which stands for `null`, for a ratio whose denominator is 0. */
export function ratio(part: f64, whole: f64): f64 {
  return whole == 0 ? NaN : part / whole;
}

export function reportAddress(): usize {
  return REPORT;
}
