import type { RefineFilesOptions, RefineFilesSummary, RefineProgress } from '../../engine/refine-files/options.js';
import { checkWritable } from '../../io/file-sink.js';
import type { CliContext, Invocation } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { INTERRUPTED, interruptible, type Interrupts } from '../interrupts.js';
import { outputFileOf } from '../output-flags.js';
import { partialOf } from '../partial.js';
import { print } from '../print.js';
import { carryOut, type Outlets } from '../row-run.js';
import { stylesFor } from '../styles.js';
import { writeJson } from '../write-json.js';
import { estimateJson, formatEstimate } from './estimate.js';
import { readRefineOptions, type RefineFlags } from './flags.js';
import { finishingLine, interruptedLine } from './interrupted.js';
import { formatProgress } from './progress.js';
import { formatSummary, refineSummaryJson } from './summary.js';

/** Ways to end a run: to finish the calls in flight, and to abandon them. */
const STAGES = 2;

/** Runs `millrace refine`; returns the exit code. */
export async function runRefine(
  inputs: readonly string[],
  flags: RefineFlags,
  { context }: Invocation,
): Promise<number> {
  const options = await readRefineOptions(inputs, flags, context.env);
  if (flags.summary !== undefined) await checkWritable(flags.summary); // Before the run, not when hours of work are done.
  return flags.estimate === true ? estimate(options, flags, context) : refine(options, flags, context);
}

function estimate(options: RefineFilesOptions, { summary }: RefineFlags, context: CliContext): Promise<number> {
  const work = async ({ signal }: Interrupts): Promise<number> => {
    const found = await context.estimateRefineFiles({ ...options, signal });
    if (summary !== undefined) await writeJson(summary, estimateJson(found));
    await print(context.stdout, formatEstimate(found, options.budgetUsd, stylesFor(context.stdout, context.env)));
    return EXIT.ok;
  };
  return interruptible(context, 1, work, () => INTERRUPTED);
}

function refine(options: RefineFilesOptions, flags: RefineFlags, context: CliContext): Promise<number> {
  const shown = { formatProgress, formatSummary, summaryJson: refineSummaryJson };
  const work = (interrupts: Interrupts): Promise<number> => {
    const start = (outlets: Outlets<RefineProgress>): Promise<RefineFilesSummary> =>
      refineUntil(interrupts, options, outlets, context);
    return carryOut({ start, ...shown }, flags, context);
  };
  return interruptible(context, STAGES, work, async () => {
    return interruptedLine(flags, await partialOf(outputFileOf(flags)));
  });
}

/** The first interrupt stops the run when the calls in flight are answered, the second at once. */
function refineUntil(
  interrupts: Interrupts,
  options: RefineFilesOptions,
  { onProgress, ...streams }: Outlets<RefineProgress>,
  context: CliContext,
): Promise<RefineFilesSummary> {
  let latest: RefineProgress | undefined;
  const stop = interrupts.signalOf(0);
  stop.addEventListener('abort', () => streams.stderr.write(finishingLine(latest)), { once: true });
  return context.refineFiles({
    ...options,
    ...streams,
    stop,
    signal: interrupts.signal,
    onWarn: (message) => void streams.stderr.write(`millrace: ${message}\n`),
    onProgress: (state) => {
      latest = state;
      onProgress?.(state);
    },
  });
}
