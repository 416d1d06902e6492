import { resolve } from 'node:path';

import { MillraceError } from '../../core/errors.js';
import type { CalibrateOptions } from '../../engine/calibrate/options.js';
import type { ScoreConfig } from '../score/config.js';

/** The options of `millrace calibrate` as commander hands them over. */
export interface CalibrateFlags {
  readonly keep?: number;
  readonly config?: string;
  readonly write?: string;
  readonly output?: string;
  readonly field?: readonly string[];
  readonly all?: boolean;
  readonly sample?: number;
  readonly workers?: number;
  readonly textField?: string;
  readonly idField?: string;
  readonly maxBytes?: number;
  readonly workerTimeoutMs?: number;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

/** Files that the command writes. */
export function writtenFiles({ output, write }: CalibrateFlags): string[] {
  return [output, write].filter((path) => path !== undefined && path !== '-').map(String);
}

/**
 * Refuses to write over what is read, and to write two things to one place.
 *
 * @throws MillraceError `ERR_USAGE`.
 */
export function checkFlags(inputs: readonly string[], flags: CalibrateFlags): void {
  if (flags.write === '-') throw new MillraceError('ERR_USAGE', '--write must be the path of a file, got -');
  const written = writtenFiles(flags).map((path) => resolve(path));
  const read = [...inputs, flags.config].filter((path) => path !== undefined).map((path) => resolve(path));
  const taken = written.find((path, index) => read.includes(path) || written.indexOf(path) !== index);
  if (taken === undefined) return;
  throw new MillraceError('ERR_USAGE', `-o and --write must be files of their own, got ${taken} twice`);
}

/** What the engine is asked to do. Options that were not given stay away: the engine has the defaults. */
export function toCalibrateOptions(
  inputs: readonly string[],
  flags: CalibrateFlags,
  config: ScoreConfig,
): CalibrateOptions {
  const { keep, sample, workers, textField, idField, maxBytes, workerTimeoutMs } = flags;
  const { asOf, weights, filters } = config;
  return {
    inputs,
    exclude: writtenFiles(flags),
    ...(asOf !== undefined && { asOf }),
    ...(weights !== undefined && { weights }),
    ...(filters !== undefined && { filters }),
    ...(keep !== undefined && { keep }),
    ...(sample !== undefined && { sampleMax: sample }),
    ...(workers !== undefined && { workers }),
    ...(textField !== undefined && { textField }),
    ...(idField !== undefined && { idField }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(workerTimeoutMs !== undefined && { workerTimeoutMs }),
  };
}
