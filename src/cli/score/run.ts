import { checkWritable } from '../../io/file-sink.js';
import type { Invocation } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { outputFileOf } from '../output-flags.js';
import { partialOf } from '../partial.js';
import { print } from '../print.js';
import { progressLineFor } from '../progress-line.js';
import { stylesFor } from '../styles.js';
import { writeJson } from '../write-json.js';
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

  const progress = progressLineFor(outputFileOf(flags), flags.quiet, context, formatProgress);
  const interrupts = new Interrupts(context);
  try {
    const summary = await context.scoreFiles({
      ...toScoreFilesOptions(inputs, flags, config),
      signal: interrupts.signal,
      stdout: context.stdout,
      stderr: progress === undefined ? context.stderr : progress.around(context.stderr),
      ...(progress === undefined ? {} : { onProgress: (state) => progress.update(state) }),
    });
    progress?.clear();
    if (flags.quiet !== true) context.stderr.write(formatSummary(summary, stylesFor(context.stderr, context.env)));
    if (flags.summary !== undefined) await writeJson(flags.summary, scoreSummaryJson(summary));
    return summary.failed > 0 ? EXIT.deadLetters : EXIT.ok;
  } catch (error) {
    progress?.clear();
    const exitCode = interrupts.exitCodeOf(error);
    if (exitCode === undefined) throw error;
    context.stderr.write(interruptedLine(argv, await partialOf(outputFileOf(flags))));
    return exitCode;
  } finally {
    interrupts.stop();
  }
}
