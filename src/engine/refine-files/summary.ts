import type { Cache } from '../../cache/create-cache.js';
import type { CallTotals } from '../../ledger/calls/account.js';
import type { OpenedComplete } from '../../ledger/calls/opening.js';
import type { Price } from '../../refine/prices.js';
import { recommend } from '../../refine/recommend.js';
import { NO_CACHE_COUNTS, type CacheCounts } from '../../workers/report-cache.js';
import type { RefineCounts } from '../refine/refiner.js';
import type { RefineFilesSummary } from './options.js';
import type { PlannedRun } from './plan-run.js';
import { RunTally } from './tally.js';

/** What the counts of a run come from. */
export interface RunCounts {
  readonly tally: RunTally;
  readonly calls: CallTotals;
  /** Of all calls, with the worst case of those whose end is not known; null where a model has no price. */
  readonly nanoUsd: number | null;
}

/** The counts as users see them. */
export function refineCounts({ tally, calls, nanoUsd }: RunCounts, documents: number): RefineCounts {
  return {
    documents,
    fastPath: tally.fastPath,
    accepted: tally.accepted,
    rolledBack: tally.rolledBack,
    calls: calls.sent,
    retries: calls.retries,
    shared: calls.shared,
    inputTokens: calls.inputTokens,
    cachedInputTokens: calls.cachedInputTokens,
    outputTokens: calls.outputTokens,
    usd: nanoUsd === null ? null : nanoUsd / 1e9,
  };
}

type CountedParts = Pick<
  RefineFilesSummary,
  keyof RefineCounts | 'failed' | 'bytes' | 'saved' | 'stopped' | 'before' | 'after' | 'recommendations'
>;

/**
 * The parts of a summary that are made of the counts.
 *
 * @param model - that is asked first, and its price.
 */
export function countedSummary(
  counts: RunCounts,
  documents: number,
  model: { readonly name: string; readonly price: Price | undefined },
): CountedParts {
  const { tally, calls, nanoUsd } = counts;
  const rows = tally.rows;
  const refined = rows - tally.fastPath;
  return {
    ...refineCounts(counts, documents),
    failed: tally.failed,
    bytes: tally.bytes,
    saved: savedBy(counts, refined, model.price),
    stopped: Object.fromEntries(Object.entries(tally.stopped).filter(([, count]) => count > 0)),
    before: { score: rows === 0 ? 0 : tally.before / rows },
    after: { score: rows === 0 ? 0 : tally.after / rows },
    recommendations: recommend({
      model: model.name,
      refined,
      accepted: tally.accepted,
      rolledBack: tally.rolledBack,
      calls: calls.sent,
      answered: calls.answered,
      cut: calls.cut,
      rateLimited: calls.rateLimited,
      failed: calls.failed,
      usage: calls,
      nanoUsd,
      repeated: calls.shared,
    }),
  };
}

/** What was not spent, by what the calls that were made cost on average. */
function savedBy(
  { tally, calls, nanoUsd }: RunCounts,
  refined: number,
  price: Price | undefined,
): RefineFilesSummary['saved'] {
  if (nanoUsd === null || price === undefined) return { promptCacheUsd: null, answerCacheUsd: null, gateUsd: null };
  const perCall = calls.answered === 0 ? 0 : nanoUsd / calls.answered;
  const perDocument = refined === 0 ? 0 : nanoUsd / refined;
  const perCachedToken = Math.max(0, price.inputPicoUsd - price.cachedInputPicoUsd);
  return {
    promptCacheUsd: (calls.cachedInputTokens * perCachedToken) / 1e12,
    answerCacheUsd: (calls.shared * perCall) / 1e9,
    gateUsd: (tally.fastPath * perDocument) / 1e9,
  };
}

/** Where answers were found, from the fastest tier to the disk. */
export function cacheCounts(cache: Cache | undefined): CacheCounts {
  if (cache === undefined) return NO_CACHE_COUNTS;
  const { tiers, misses } = cache.stats();
  const hitsOf = (level: number): number => tiers[level]?.hits ?? 0;
  return { l1: hitsOf(0), l2: hitsOf(1), l3: hitsOf(2), miss: misses };
}

/** The parts that are known without a run. */
export function plannedSummary(
  { resolved, paths, skippedFiles }: PlannedRun,
  failed: number,
): Pick<RefineFilesSummary, 'workers' | 'peakRssBytes' | 'output' | 'failedOutput' | 'skippedFiles'> {
  return {
    workers: resolved.workers,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    output: paths.output === '-' ? undefined : paths.output,
    failedOutput: failed === 0 ? undefined : paths.failed,
    skippedFiles,
  };
}

/** Of a run that had nothing left to do. */
export function summaryOfComplete(plan: PlannedRun, { checkpoint, money }: OpenedComplete): RefineFilesSummary {
  const { ordinal, outputBytes, totals } = checkpoint;
  const tally = new RunTally(totals);
  const nanoUsd = plan.prices.areAllPriced ? money.spentNanoUsd : null;
  return {
    ...countedSummary({ tally, calls: money, nanoUsd }, ordinal, plan.prices.first),
    ...plannedSummary(plan, tally.failed),
    inputBytes: totals['inputBytes'] ?? 0,
    outputBytes,
    seconds: 0,
    resumedDocuments: ordinal,
    wasComplete: true,
    cache: NO_CACHE_COUNTS,
    mainThreadUsPerDocument: 0,
  };
}
