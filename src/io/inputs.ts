import { access, constants, stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { MillraceError } from '../core/errors.js';
import { checkAborted } from '../core/abort.js';
import { inputError, isMissing } from './fs-errors.js';
import { findGlob } from './glob.js';
import type { Input } from './input.js';
import { InputList } from './input-list.js';
import { locate, toPosix } from './paths.js';
import { walk, type Found, type FoundFile } from './walk.js';

export interface ResolveInputsOptions {
  /** Folder that relative arguments start from. Default: the process's. */
  readonly cwd?: string;
  /** Files that directories and globs leave out, such as the output of the same run. */
  readonly exclude?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface ResolvedInputs {
  readonly inputs: readonly Input[];
  /** Files in directories and globs that were left out because their names tell no known format. */
  readonly skipped: number;
}

/**
 * Turns the input arguments into inputs, in the order given.
 *
 * An argument is `-`, the path of a file, a directory (walked, sorted) or a glob (sorted); a path that exists is never
 * taken as a glob. A file named itself is text unless its name says JSON Lines; in directories and globs unknown names
 * are skipped. A file named twice is read twice. Each JSON Lines file is an input; text files that follow each other
 * make one.
 *
 * @throws MillraceError `ERR_INPUT_NOT_FOUND` naming the argument that leads to no document, `ERR_INPUT_UNREADABLE`,
 * `ERR_USAGE` for no argument at all and for a second `-`, `ERR_ABORTED`.
 */
export async function resolveInputs(
  patterns: readonly string[],
  options: ResolveInputsOptions = {},
): Promise<ResolvedInputs> {
  if (patterns.length === 0) throw new MillraceError('ERR_USAGE', 'expected at least one input, got none');
  if (patterns.filter((pattern) => pattern === '-').length > 1) {
    throw new MillraceError('ERR_USAGE', 'expected "-" once among the inputs: standard input can be read only once');
  }
  const list = new InputList();
  let skipped = 0;
  for (const pattern of patterns) {
    checkAborted(options.signal);
    skipped += await gather(pattern, options, list);
  }
  return { inputs: list.finish(), skipped };
}

/** Adds what the argument leads to; returns the number of files skipped. */
async function gather(pattern: string, options: ResolveInputsOptions, list: InputList): Promise<number> {
  if (pattern === '-') {
    list.addStdin();
    return 0;
  }
  const path = locate(pattern, options.cwd);
  const stats = await stat(path).catch((thrown: unknown) => {
    if (isMissing(thrown)) return undefined;
    throw inputError(pattern, thrown);
  });
  if (stats !== undefined && !stats.isDirectory()) {
    await access(path, constants.R_OK).catch((thrown: unknown) => {
      throw inputError(pattern, thrown);
    });
    list.addNamed(pattern, path, toPosix(pattern), stats);
    return 0;
  }
  const found =
    stats === undefined
      ? await findGlob(pattern, options.cwd, options.signal)
      : await walk(path.replace(/\/+$/, ''), toPosix(pattern).replace(/\/+$/, ''), options.signal);
  list.addFound(pattern, documentFiles(pattern, found, options));
  return found.skipped;
}

/** The files found without those to leave out; at least one. */
function documentFiles(pattern: string, found: Found, options: ResolveInputsOptions): readonly FoundFile[] {
  const excluded = new Set(options.exclude?.map((path) => resolve(locate(path, options.cwd))));
  const files = excluded.size === 0 ? found.files : found.files.filter(({ path }) => !excluded.has(resolve(path)));
  if (files.length > 0) return files;
  const others = found.skipped === 0 ? '' : ` (${found.skipped} of other kinds)`;
  throw new MillraceError('ERR_INPUT_NOT_FOUND', `input ${pattern} holds no document files${others}`);
}
