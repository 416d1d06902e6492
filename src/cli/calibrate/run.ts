import { writeFile } from 'node:fs/promises';

import type { Calibration } from '../../engine/calibrate/calibration.js';
import { checkWritable } from '../../io/file-sink.js';
import { outputError } from '../../io/fs-errors.js';
import { widthOf, type CliContext, type Invocation, type TerminalStream } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { INTERRUPTED, interruptible, type Interrupts } from '../interrupts.js';
import { print } from '../print.js';
import { ProgressLine } from '../progress-line.js';
import { readConfig, type ScoreConfig } from '../score/config.js';
import { formatProgress } from '../score/progress.js';
import { stylesFor, understandsEscapes } from '../styles.js';
import { formatDeadLetters } from './dead-letters.js';
import { checkFlags, toCalibrateOptions, writtenFiles, type CalibrateFlags } from './flags.js';
import { formatCalibration } from './report.js';

/** Lines that go to a file or a pipe are as long as the tables like them. */
const FILE_WIDTH = 120;

/** Runs `millrace calibrate`; returns the exit code. */
export async function runCalibrate(
  inputs: readonly string[],
  flags: CalibrateFlags,
  { context }: Invocation,
): Promise<number> {
  checkFlags(inputs, flags);
  const config = flags.config === undefined ? {} : await readConfig(flags.config);
  for (const path of writtenFiles(flags)) await checkWritable(path);

  const measure = ({ signal }: Interrupts): Promise<number> => calibrate(inputs, flags, config, signal, context);
  return interruptible(context, 1, measure, () => INTERRUPTED);
}

async function calibrate(
  inputs: readonly string[],
  flags: CalibrateFlags,
  config: ScoreConfig,
  signal: AbortSignal,
  context: CliContext,
): Promise<number> {
  const { stderr, env, now } = context;
  const showsProgress = flags.quiet !== true && understandsEscapes(stderr, env);
  const progress = showsProgress ? new ProgressLine(stderr, now, formatProgress) : undefined;
  try {
    const calibration = await context.calibrate({
      ...toCalibrateOptions(inputs, flags, config),
      signal,
      ...(progress && { onProgress: (state) => progress.update(state) }),
    });
    progress?.clear();
    return await finish(calibration, flags, config, context);
  } finally {
    progress?.clear();
  }
}

async function finish(
  calibration: Calibration,
  flags: CalibrateFlags,
  config: ScoreConfig,
  { stdout, stderr, env }: CliContext,
): Promise<number> {
  if (flags.quiet !== true) stderr.write(formatDeadLetters(calibration));
  if (calibration.documents === 0) {
    stderr.write('millrace: there is nothing to measure: the inputs hold no document that could be scored\n');
    return EXIT.failed;
  }
  const json = `${JSON.stringify(calibration, undefined, 2)}\n`;
  if (flags.output === '-') await print(stdout, json);
  else {
    if (flags.output !== undefined) await writeText(flags.output, json);
    await print(stdout, formatCalibration(calibration, flags, pageWidth(stdout), stylesFor(stdout, env)));
  }
  if (flags.write !== undefined) await writeText(flags.write, configText(calibration, config));
  return calibration.failed > 0 ? EXIT.deadLetters : EXIT.ok;
}

function pageWidth(stdout: TerminalStream): number {
  return stdout.isTTY === true ? widthOf(stdout) : FILE_WIDTH;
}

/** The proposal as a file for `--config`, with what else the file of this run said. */
function configText({ proposals }: Calibration, { asOf, weights }: ScoreConfig): string {
  const { filters } = proposals.together;
  return `${JSON.stringify({ ...(asOf && { asOf }), ...(weights && { weights }), filters }, undefined, 2)}\n`;
}

async function writeText(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((thrown: unknown) => {
    throw outputError(path, thrown);
  });
}
