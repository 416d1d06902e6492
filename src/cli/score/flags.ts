import { resolve } from 'node:path';

import { MillraceError } from '../../core/errors.js';
import type { Measures } from '../../core/measures.js';
import type { Emit, ScoreFilesOptions } from '../../engine/score-files-options.js';
import type { ScoreConfig } from './config.js';

/** The options of `millrace score` as commander hands them over. */
export interface ScoreFlags {
  readonly output?: string;
  readonly measures?: Measures;
  readonly stats?: boolean;
  readonly config?: string;
  readonly emit?: Emit;
  readonly failed?: string;
  readonly workers?: number;
  readonly textField?: string;
  readonly idField?: string;
  readonly maxBytes?: number;
  readonly workerTimeoutMs?: number;
  readonly resume?: boolean;
  readonly summary?: string;
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

/** The output's path; undefined when the rows go to stdout. */
export function outputFileOf({ output }: ScoreFlags): string | undefined {
  return output === '-' ? undefined : output;
}

/**
 * Refuses options that make no sense together.
 *
 * @throws MillraceError `ERR_USAGE`.
 */
export function checkFlags(inputs: readonly string[], flags: ScoreFlags): void {
  const output = outputFileOf(flags);
  if (flags.resume === true && output === undefined) {
    throw new MillraceError('ERR_USAGE', `--resume needs the output file of the run (-o FILE), got ${toStdout(flags)}`);
  }
  if (flags.stats === true && flags.measures === 'entropy') {
    throw new MillraceError('ERR_USAGE', '--stats needs --measures all, got --measures entropy, which has no filters');
  }
  checkSummary(inputs, flags);
}

function toStdout({ output }: ScoreFlags): string {
  return output === undefined ? 'no -o' : `-o ${output}`;
}

/** It is written when all is done, over whatever is there: not over what the run has read or written. */
function checkSummary(inputs: readonly string[], { summary, output, failed }: ScoreFlags): void {
  if (summary === undefined) return;
  if (summary === '-') throw new MillraceError('ERR_USAGE', '--summary must be the path of a file, got -');
  const taken = [...inputs, output, failed].find((path) => path !== undefined && resolve(path) === resolve(summary));
  if (taken === undefined) return;
  throw new MillraceError(
    'ERR_USAGE',
    `--summary must be a file of its own, got ${summary}, which the run reads or writes`,
  );
}

/**
 * What the engine is asked to do. Options that were not given stay away: the engine has the defaults.
 *
 * @param config - what the file of `--config` says.
 */
export function toScoreFilesOptions(
  inputs: readonly string[],
  flags: ScoreFlags,
  config: ScoreConfig = {},
): ScoreFilesOptions {
  const { config: _config, summary: _summary, dryRun: _dryRun, quiet: _quiet, debug: _debug, ...options } = flags;
  return { inputs, ...config, ...options };
}
