import { realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';

import { MillraceError } from '../core/errors.js';
import { checkAborted } from '../core/abort.js';
import { compareBytewise } from './byte-order.js';
import { formatOf } from './formats.js';
import { inputError } from './fs-errors.js';
import { locate, toPosix } from './paths.js';
import { addFile, type Found } from './walk.js';

/**
 * Finds the documents that a glob matches, sorted bytewise by path; files only, names that start with a dot only where
 * the pattern says so. A directory is not entered again from inside itself.
 *
 * @throws MillraceError `ERR_INPUT_NOT_FOUND` for a pattern without glob characters, `ERR_INPUT_UNREADABLE` for a JSON
 * Lines file that cannot be looked at, `ERR_ABORTED`.
 */
export async function findGlob(
  pattern: string,
  cwd: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Found> {
  const found: Found = { files: [], skipped: 0 };
  const folders = new Folders();
  for (const name of await match(pattern, cwd, signal)) {
    checkAborted(signal);
    const path = locate(name, cwd);
    if (await folders.isLoop(dirname(resolve(path)))) continue;
    if (formatOf(name) === undefined) {
      found.skipped++;
      continue;
    }
    const looked = await stat(path).catch((thrown: unknown) => ({ thrown }));
    if ('thrown' in looked) addFile(found, path, name, undefined, looked.thrown);
    else addFile(found, path, name, looked);
  }
  return found;
}

async function match(pattern: string, cwd: string | undefined, signal: AbortSignal | undefined): Promise<string[]> {
  const { glob, isDynamicPattern } = await import('tinyglobby');
  const posixPattern = toPosix(pattern);
  if (!isDynamicPattern(posixPattern)) {
    throw new MillraceError('ERR_INPUT_NOT_FOUND', `input ${pattern}: no such file or directory`);
  }
  const options = { cwd: cwd ?? process.cwd(), absolute: isAbsolute(pattern), expandDirectories: false };
  try {
    const names = await glob(posixPattern, signal === undefined ? options : { ...options, signal });
    // Aborted, the library returns what it has found so far.
    checkAborted(signal);
    return names.sort(compareBytewise);
  } catch (thrown) {
    checkAborted(signal);
    throw inputError(pattern, thrown);
  }
}

/** Tells which folders lead, by symbolic links, back into a folder above them: the glob library enters those once. */
class Folders {
  /** The real paths of a folder and of all above it; `undefined` where one comes twice. */
  readonly #chains = new Map<string, readonly string[] | undefined>();

  async isLoop(path: string): Promise<boolean> {
    return (await this.#chain(path)) === undefined;
  }

  async #chain(path: string): Promise<readonly string[] | undefined> {
    if (this.#chains.has(path)) return this.#chains.get(path);
    const parent = dirname(path);
    const above = parent === path ? [] : await this.#chain(parent);
    const real = await realpath(path).catch(() => path);
    const chain = above === undefined || above.includes(real) ? undefined : [...above, real];
    this.#chains.set(path, chain);
    return chain;
  }
}
