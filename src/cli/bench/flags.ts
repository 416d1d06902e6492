import { resolve } from 'node:path';

import { MillraceError } from '../../core/errors.js';
import type { BenchOptions } from '../../harness/bench/options.js';
import type { SuiteName } from '../../harness/bench/suite.js';

/** The options of `millrace bench` as commander hands them over. */
export interface BenchFlags {
  readonly suites?: readonly SuiteName[];
  readonly rounds?: number;
  readonly seconds?: number;
  readonly documents?: number;
  readonly bytes?: number;
  readonly seed?: number;
  readonly workers?: number;
  readonly textField?: string;
  readonly json?: string;
  readonly html?: string;
  readonly baseline?: string;
  readonly compare?: string;
  readonly baselines?: string;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

/** Files that the command writes. */
export function writtenFiles({ json, html }: BenchFlags): string[] {
  return [json, html].filter((path) => path !== undefined && path !== '-').map(String);
}

/**
 * Refuses to write over what is read, and to write two things to one place.
 *
 * @throws MillraceError `ERR_USAGE`.
 */
export function checkFlags(inputs: readonly string[], flags: BenchFlags): void {
  if (flags.html === '-') throw new MillraceError('ERR_USAGE', '--html must be the path of a file, got -');
  const written = writtenFiles(flags).map((path) => resolve(path));
  const read = inputs.map((path) => resolve(path));
  const taken = written.find((path, index) => read.includes(path) || written.indexOf(path) !== index);
  if (taken === undefined) return;
  throw new MillraceError('ERR_USAGE', `--json and --html must be files of their own, got ${taken} twice`);
}

/** What is measured. Options that were not given stay away: `runBench` has the defaults. */
export function toBenchOptions(inputs: readonly string[], flags: BenchFlags): BenchOptions {
  const { json: _json, html: _html, quiet: _quiet, debug: _debug, baselines, ...options } = flags;
  return { inputs, ...options, ...(baselines === undefined ? {} : { baselinesDir: baselines }) };
}
