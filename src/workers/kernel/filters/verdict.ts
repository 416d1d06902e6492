/** How a filter writes its answer: the statistics one after the other, and the number of the first check that failed. */
import { put } from '../report-values';
import { wantsStats } from '../settings';

let statSlot: i32 = 0;
let checks: i32 = 0;
let reason: i32 = 0;

/** Begins with the statistics of a filter, at its first slot. */
export function beginStats(slot: i32): void {
  statSlot = slot;
}

export function addStat(value: f64): void {
  put(statSlot, value);
  statSlot++;
}

/** Begins with the checks of a filter. */
export function beginChecks(): void {
  checks = 0;
  reason = 0;
}

/** The next check. No comparison with a threshold that is switched off holds, since that is NaN, nor with a missing ratio. */
export function dropIf(failed: bool): void {
  checks++;
  if (failed && reason == 0) reason = checks;
}

/** Whether the checks that follow are of no account: one has failed, and statistics are not wanted. */
export function isSettled(): bool {
  return reason != 0 && !wantsStats();
}

/** Writes the number of the first check that failed, 0 for none. */
export function putVerdict(slot: i32): void {
  put(slot, <f64>reason);
}
