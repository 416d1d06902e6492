import type { Checkpoint } from '../../ledger/calls/calls.js';
import { budgetNanoUsd } from '../../refine/prices.js';
import type { Totals } from './tally.js';

const NAME = 'budgetNanoUsd';

/**
 * What the run may have spent at most, as a checkpoint keeps it for whoever verifies the run: the largest budget of its sessions;
 * nothing when one of them had none.
 *
 * @param spentNanoUsd - by the sessions before this one.
 */
export function budgetTotals(budgetUsd: number | undefined, { totals }: Checkpoint, spentNanoUsd: number): Totals {
  const before = totals[NAME];
  const isUnbounded = before === undefined && spentNanoUsd > 0;
  if (budgetUsd === undefined || isUnbounded) return {};
  return { [NAME]: Math.max(budgetNanoUsd('budgetUsd', budgetUsd), before ?? 0, spentNanoUsd) };
}

/** `undefined`: there is no bound. */
export function budgetOf({ totals }: Checkpoint): number | undefined {
  return totals[NAME];
}
