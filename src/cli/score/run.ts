import { Writable } from 'node:stream';

import { isMillraceError } from '../../core/errors.js';
import { checkWritable, fileBytes, partialPath } from '../../io/file-sink.js';
import type { CliContext, Invocation } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { ProgressLine } from '../progress-line.js';
import { print } from '../print.js';
import { stylesFor, understandsEscapes } from '../styles.js';
import { readConfig } from './config.js';
import { checkFlags, outputFileOf, toScoreFilesOptions, type ScoreFlags } from './flags.js';
import { formatPlan } from './plan-table.js';
import { interruptedLine } from './resume-command.js';
import { writeSummaryFile } from './summary-file.js';
import { formatSummary } from './summary-table.js';

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

  const progress = progressFor(flags, context);
  const interrupts = new Interrupts(context);
  try {
    const summary = await context.scoreFiles({
      ...toScoreFilesOptions(inputs, flags, config),
      signal: interrupts.signal,
      stdout: context.stdout,
      stderr: progress === undefined ? context.stderr : around(progress, context.stderr),
      ...(progress === undefined ? {} : { onProgress: (state) => progress.update(state) }),
    });
    progress?.clear();
    if (flags.quiet !== true) context.stderr.write(formatSummary(summary, stylesFor(context.stderr, context.env)));
    if (flags.summary !== undefined) await writeSummaryFile(flags.summary, summary);
    return summary.failed > 0 ? EXIT.deadLetters : EXIT.ok;
  } catch (error) {
    progress?.clear();
    if (interrupts.received === undefined || !isMillraceError(error) || error.code !== 'ERR_ABORTED') throw error;
    context.stderr.write(interruptedLine(argv, await partialOf(flags)));
    return interrupts.received === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
  } finally {
    interrupts.stop();
  }
}

/** What an interrupted run has left; nothing when its output is a stream or device, or when it had not begun. */
async function partialOf(flags: ScoreFlags): Promise<string | undefined> {
  const output = outputFileOf(flags);
  if (output === undefined) return undefined;
  const partial = partialPath(output);
  return (await fileBytes(partial)) === undefined ? undefined : partial;
}

/** On a terminal only, and not where the rows themselves are printed on it. */
function progressFor(flags: ScoreFlags, { stdout, stderr, env, now }: CliContext): ProgressLine | undefined {
  const rowsOnTerminal = outputFileOf(flags) === undefined && stdout.isTTY === true;
  const shown = flags.quiet !== true && !rowsOnTerminal && understandsEscapes(stderr, env);
  return shown ? new ProgressLine(stderr, now) : undefined;
}

/** Dead letters that go to the terminal take the place of the progress line, which comes back below them. */
function around(progress: ProgressLine, stderr: Writable): Writable {
  return new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      progress.clear();
      stderr.write(chunk, done);
    },
  });
}
