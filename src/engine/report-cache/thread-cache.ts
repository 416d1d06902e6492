import type { ThreadServices } from '../../workers/thread-services.js';
import type { ThreadCache } from './cache-option.js';
import { PlacedReportCache } from './placed-report-cache.js';
import { ReportTiers } from './report-tiers.js';

/**
 * The cache of a thread; none when the directory cannot be opened, which costs time and nothing else.
 *
 * @param measures - a `measureRow`.
 */
export async function openThreadCache(
  { dir, bytesMin }: ThreadCache,
  measures: Float64Array,
): Promise<Pick<ThreadServices, 'cacheIn' | 'end'>> {
  const tiers = await ReportTiers.open(dir).catch(() => undefined);
  if (tiers === undefined) return { cacheIn: undefined, end: undefined };
  return {
    cacheIn: (kernel) => new PlacedReportCache(tiers, bytesMin, kernel, measures),
    end: async () => tiers.close(),
  };
}
