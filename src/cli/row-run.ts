import type { Writable } from 'node:stream';
import type { CliContext } from './context.js';
import { EXIT } from './exit-codes.js';
import { outputFileOf } from './output-flags.js';
import { progressLineFor, type FormatState } from './progress-line.js';
import type { Timed } from './progress.js';
import type { RunFacts } from './run-facts.js';
import { stylesFor, type Styles } from './styles.js';
import { writeJson } from './write-json.js';

/** A run that writes rows, and how it is shown. */
export interface RowRun<State extends Timed, Summary extends RunFacts> {
  readonly start: (outlets: Outlets<State>) => Promise<Summary>;
  readonly formatProgress: FormatState<State>;
  readonly formatSummary: (summary: Summary, styles: Styles) => string;
  readonly summaryJson: (summary: Summary) => object;
}

/** Where a run is told to write. */
export interface Outlets<State> {
  readonly stdout: Writable;
  /** What is written there takes the place of the progress line, which comes back below it. */
  readonly stderr: Writable;
  /** Draws the state; undefined where no progress is shown. */
  readonly onProgress: ((state: State) => void) | undefined;
}

export interface RowRunFlags {
  readonly output?: string;
  readonly summary?: string;
  readonly quiet?: boolean;
}

/** Carries a run out with its progress line, prints and writes its summary, and returns the exit code. */
export async function carryOut<State extends Timed, Summary extends RunFacts>(
  run: RowRun<State, Summary>,
  flags: RowRunFlags,
  context: CliContext,
): Promise<number> {
  const { stdout, stderr, env } = context;
  const progress = progressLineFor(outputFileOf(flags), flags.quiet, context, run.formatProgress);
  const outlets = {
    stdout,
    stderr: progress === undefined ? stderr : progress.around(stderr),
    onProgress: progress && ((state: State) => progress.update(state)),
  };
  const summary = await run.start(outlets).finally(() => progress?.clear());
  if (flags.quiet !== true) stderr.write(run.formatSummary(summary, stylesFor(stderr, env)));
  if (flags.summary !== undefined) await writeJson(flags.summary, run.summaryJson(summary));
  return summary.failed > 0 ? EXIT.deadLetters : EXIT.ok;
}
