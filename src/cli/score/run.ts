import type { RunProgress, RunSummary } from '../../engine/score-files/options.js';
import { checkWritable } from '../../io/file-sink.js';
import type { Invocation } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { interruptible } from '../interrupts.js';
import { outputFileOf } from '../output-flags.js';
import { partialOf } from '../partial.js';
import { print } from '../print.js';
import { carryOut, type Outlets } from '../row-run.js';
import { readConfig } from './config.js';
import { checkFlags, toScoreFilesOptions, type ScoreFlags } from './flags.js';
import { formatPlan } from './plan-table.js';
import { formatProgress } from './progress.js';
import { interruptedLine } from './resume-command.js';
import { formatSummary, scoreSummaryJson } from './summary.js';

/** Runs `millrace score`; returns the exit code. */
export async function runScore(
  inputs: readonly string[],
  flags: ScoreFlags,
  { argv, context }: Invocation,
): Promise<number> {
  await checkFlags(inputs, flags);
  const config = flags.config === undefined ? {} : await readConfig(flags.config);
  if (flags.dryRun === true) {
    await print(context.stdout, formatPlan(await context.planInputs(inputs, flags)));
    return EXIT.ok;
  }
  if (flags.summary !== undefined) await checkWritable(flags.summary); // Before the run, not when hours of work are done.

  const start =
    (signal: AbortSignal) =>
    ({ onProgress, ...streams }: Outlets<RunProgress>): Promise<RunSummary> =>
      context.scoreFiles({
        ...toScoreFilesOptions(inputs, flags, config),
        signal,
        ...streams,
        ...(onProgress && { onProgress }),
      });
  const shown = { formatProgress, formatSummary, summaryJson: scoreSummaryJson };
  return interruptible(
    context,
    1,
    ({ signal }) => carryOut({ start: start(signal), ...shown }, flags, context),
    async () => interruptedLine(argv, await partialOf(outputFileOf(flags))),
  );
}
