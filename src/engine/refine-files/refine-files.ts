import { createCache } from '../../cache/create-cache.js';
import { checkAborted } from '../../core/abort.js';
import type { RefineFilesOptions, RefineFilesSummary } from './options.js';
import type { RefineReport } from '../run-report/refine-report.js';
import { planRun, type PlannedRun } from './plan-run.js';
import { openRecord } from './record.js';
import { RunSession } from './run-session.js';
import { summaryOfComplete } from './summary.js';

/**
 * Refines the documents of files through language models, into rows of JSON Lines in input order.
 *
 * With `run` everything is recorded that was sent, answered and finished: the process may be killed at any instant, and the same
 * call goes on there. No call is made again whose answer was recorded, and the output holds each document once.
 *
 * A document whose call failed for good, and of which no version was better before, is a dead letter, and so is one that cannot
 * be read or scored. When the budget is used up the run does not end: documents that would have needed a further call are written
 * as they are then, `stopped` by `"budget"`.
 *
 * @throws MillraceError `ERR_USAGE`, `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`, `ERR_EXPRESSION`,
 * `ERR_DEPENDENCY_*`, `ERR_INPUT_NOT_FOUND`, `ERR_INPUT_UNREADABLE`, `ERR_OUTPUT_UNWRITABLE`, `ERR_RESUME_MISMATCH`, `ERR_LEDGER`,
 * `ERR_CACHE_DIR`, `ERR_CACHE_LOCKED`, `ERR_BUDGET` for a model without a price, `ERR_PROVIDER_*` for what ends all calls,
 * `ERR_ABORTED`. Whatever was finished before is in the partial output.
 */
export async function refineFiles(options: RefineFilesOptions): Promise<RefineFilesSummary> {
  checkAborted(options.stop);
  checkAborted(options.signal);
  const plan = await planRun(options);
  const { run, cacheDir, refining, given } = plan.resolved;
  const { prepareRefiner } = await import('../refine/open-refiner.js'); // which loads what talks HTTP
  const cache = cacheDir === undefined ? undefined : await createCache({ dir: cacheDir });
  const report = await openReport(plan);
  try {
    // Before there is a record: a run whose options are refused could not be gone on with by other ones.
    const open = await prepareRefiner({ ...given, cache: cache?.namespace('responses') }, refining);
    const record = run === undefined ? undefined : await openRecord(plan, run);
    const summary =
      record?.state === 'complete'
        ? summaryOfComplete(plan, record)
        : await new RunSession(plan, { open, cache, record, report }).run();
    await report?.write(summary);
    return summary;
  } finally {
    report?.stop();
    await cache?.close();
  }
}

/** What gathers for the page about the run, and draws it, is loaded only where there is to be one. */
async function openReport(plan: PlannedRun): Promise<RefineReport | undefined> {
  const { report } = plan.resolved;
  if (report === undefined) return undefined;
  const { RefineReport } = await import('../run-report/refine-report.js');
  return new RefineReport(report, plan);
}
