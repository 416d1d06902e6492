import { resolve } from 'node:path';
import { MillraceError } from '../core/errors.js';

interface OutputFlags {
  readonly output?: string;
}

/** The output's path; undefined when the rows go to stdout. */
export function outputFileOf({ output }: OutputFlags): string | undefined {
  return output === '-' ? undefined : output;
}

/** Rows that go to stdout, as they were asked for. */
export function toStdout({ output }: OutputFlags): string {
  return output === undefined ? 'no -o' : `-o ${output}`;
}

/**
 * Refuses a summary that is no file of its own: it is written when all is done, over whatever is there.
 *
 * @param taken - what the run reads and writes.
 * @throws MillraceError `ERR_USAGE`.
 */
export function checkSummaryPath(summary: string | undefined, taken: readonly (string | undefined)[]): void {
  if (summary === undefined) return;
  if (summary === '-') throw new MillraceError('ERR_USAGE', '--summary must be the path of a file, got -');
  if (taken.every((path) => path === undefined || resolve(path) !== resolve(summary))) return;
  throw new MillraceError(
    'ERR_USAGE',
    `--summary must be a file of its own, got ${summary}, which the run reads or writes`,
  );
}
