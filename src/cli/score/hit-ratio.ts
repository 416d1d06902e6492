import type { RunSummary } from '../../engine/score-files-options.js';

/** Share of the texts that were looked for whose report was found; `null` when none was. */
export function hitRatioOf({ l1, l2, l3, miss }: RunSummary['cache']): number | null {
  const hits = l1 + l2 + l3;
  return hits + miss === 0 ? null : hits / (hits + miss);
}
