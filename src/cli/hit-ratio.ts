import type { CacheCounts } from '../workers/report-cache.js';

/** Share of what was looked for that was found; `null` when nothing was. */
export function hitRatioOf({ l1, l2, l3, miss }: CacheCounts): number | null {
  const hits = l1 + l2 + l3;
  return hits + miss === 0 ? null : hits / (hits + miss);
}
