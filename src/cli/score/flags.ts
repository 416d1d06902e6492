import { MillraceError } from '../../core/errors.js';
import type { FilterName } from '../../core/filters.js';
import type { Measures } from '../../core/measures.js';
import type { Dedup } from '../../engine/dedup/options.js';
import type { Emit } from '../../engine/emit.js';
import type { ScoreFilesOptions } from '../../engine/score-files/options.js';
import type { Cleaner } from '../../engine/score-files/selection.js';
import { checkSummaryPath, outputFileOf, toStdout } from '../output-flags.js';
import type { ScoreConfig } from './config.js';

/** The options of `millrace score` as commander hands them over. */
export interface ScoreFlags {
  readonly output?: string;
  readonly measures?: Measures;
  readonly stats?: boolean;
  readonly config?: string;
  readonly filters?: readonly FilterName[];
  readonly keepIf?: string;
  readonly emit?: Emit;
  readonly clean?: Cleaner;
  readonly rejected?: string;
  readonly dedup?: Dedup;
  readonly dedupBytes?: number;
  readonly failed?: string;
  readonly workers?: number;
  readonly textField?: string;
  readonly idField?: string;
  readonly dependsOnField?: string;
  readonly maxBytes?: number;
  readonly workerTimeoutMs?: number;
  /** `false` for `--no-cache`. */
  readonly cache?: string | false;
  readonly resume?: boolean;
  readonly summary?: string;
  readonly report?: string;
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

/**
 * Refuses options that make no sense together, and an expression that is none.
 *
 * @throws MillraceError `ERR_USAGE`, `ERR_EXPRESSION`.
 */
export async function checkFlags(inputs: readonly string[], flags: ScoreFlags): Promise<void> {
  checkCombinations(inputs, flags);
  if (flags.keepIf === undefined) return;
  // The engine reads it once more: here it is refused by the name of the option, and before anything else is looked at.
  const { parseExpression } = await import('../../engine/expression/parse.js');
  const { measures = 'all', stats = false, keepIf } = flags;
  await parseExpression(keepIf, { measures, stats }, '--keep-if');
}

function checkCombinations(inputs: readonly string[], flags: ScoreFlags): void {
  const output = outputFileOf(flags);
  if (flags.resume === true && output === undefined) {
    throw new MillraceError('ERR_USAGE', `--resume needs the output file of the run (-o FILE), got ${toStdout(flags)}`);
  }
  const needsAll = flags.stats === true ? '--stats' : flags.filters ? '--filters' : flags.clean && '--clean';
  if (needsAll !== undefined && flags.measures === 'entropy') {
    const expected = `${needsAll} needs --measures all`;
    throw new MillraceError('ERR_USAGE', `${expected}, got --measures entropy, which has no filters`);
  }
  checkSelection(flags);
  if (flags.report === '-') throw new MillraceError('ERR_USAGE', '--report must be the path of a file, got -');
  checkSummaryPath(flags.summary, [...inputs, flags.output, flags.failed, flags.rejected, flags.report]);
}

function checkSelection({ filters, keepIf, rejected, dedup, dedupBytes, clean, emit }: ScoreFlags): void {
  if (rejected === '-') throw new MillraceError('ERR_USAGE', '--rejected must be the path of a file, got -');
  if (rejected !== undefined && filters === undefined && keepIf === undefined && dedup === undefined) {
    throw new MillraceError('ERR_USAGE', '--rejected needs --filters, --keep-if or --dedup, which reject, got none');
  }
  if (dedupBytes !== undefined && dedup === undefined) {
    throw new MillraceError('ERR_USAGE', '--dedup-bytes needs --dedup, got none');
  }
  if (clean !== undefined && (emit === undefined || emit === 'reports')) {
    const got = emit === undefined ? 'no --emit' : '--emit reports';
    throw new MillraceError('ERR_USAGE', `--clean needs --emit rows or --emit both, got ${got}: reports have no text`);
  }
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
  const { config: _config, summary: _summary, dryRun: _dryRun, quiet: _quiet, debug: _debug, ...engineFlags } = flags;
  const { filters: rejectBy, cache: dir, ...options } = engineFlags; // the filters of the configuration are thresholds
  const cache = typeof dir === 'string' && { cache: { dir } };
  return { inputs, ...config, ...options, ...cache, ...(rejectBy !== undefined && { rejectBy }) };
}
