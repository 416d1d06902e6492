import type { Dirent, Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';

import { checkAborted } from '../core/abort.js';
import { compareBytewise } from './byte-order.js';
import { formatOf, type Format } from './formats.js';
import { inputError } from './fs-errors.js';

/** A file that holds documents, as a directory walk or a glob finds it. */
export interface FoundFile {
  readonly path: string;
  readonly id: string;
  readonly format: Format;
  readonly bytes: number;
  /** Time of the last change, in milliseconds; 0 for a text file that could not be looked at. */
  readonly mtimeMs: number;
}

/** What was found; files of unknown formats are only counted. */
export interface Found {
  readonly files: FoundFile[];
  skipped: number;
}

/**
 * Finds the documents under a directory, sorted bytewise by path.
 *
 * Names that start with a dot are passed over. Symbolic links are followed, but a directory is not entered again from
 * inside itself. A text file that cannot be looked at is listed all the same, with 0 bytes: whoever reads it reports
 * that one document, and the others go on.
 *
 * @param path - the directory.
 * @param id - the same, as it begins the ids of the documents; no trailing slash.
 * @throws MillraceError `ERR_INPUT_UNREADABLE` for a folder or JSON Lines file that cannot be looked at, `ERR_ABORTED`.
 */
export async function walk(path: string, id: string, signal?: AbortSignal): Promise<Found> {
  const found: Found = { files: [], skipped: 0 };
  await visit({ path, id, ancestors: [] }, found, signal);
  return found;
}

/** Looks at one file for {@link walk} and for globs: adds it to `found`, or counts it as skipped. */
export function addFile(found: Found, path: string, id: string, stats: Stats | undefined, error?: unknown): void {
  const format = formatOf(id);
  if (format === undefined || (stats !== undefined && !stats.isFile())) {
    found.skipped++;
    return;
  }
  if (stats === undefined && format !== 'text') throw inputError(id, error);
  found.files.push({ path, id, format, bytes: stats?.size ?? 0, mtimeMs: stats?.mtimeMs ?? 0 });
}

interface Folder {
  readonly path: string;
  readonly id: string;
  /** Device and inode of every folder above, so that a loop of symbolic links ends. */
  readonly ancestors: readonly string[];
}

interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  readonly stats: Stats | undefined;
  readonly error?: unknown;
}

/** Files looked at together: enough to hide a network's latency, few enough to bound the open requests. */
const STAT_BATCH = 64;

async function visit(folder: Folder, found: Found, signal: AbortSignal | undefined): Promise<void> {
  checkAborted(signal);
  const { self, dirents } = await list(folder);
  if (folder.ancestors.includes(self)) return;
  const entries = await lookAtAll(folder, dirents);
  // A folder sorts as its contents will: `a-b.md` comes before `a/x.md`, since "-" is less than "/".
  entries.sort((a, b) => compareBytewise(a.isFolder ? `${a.name}/` : a.name, b.isFolder ? `${b.name}/` : b.name));
  const ancestors = [...folder.ancestors, self];
  for (const entry of entries) {
    const id = `${folder.id}/${entry.name}`;
    // One string where they are the same: there may be millions.
    const path = folder.path === folder.id ? id : `${folder.path}/${entry.name}`;
    if (entry.isFolder) await visit({ path, id, ancestors }, found, signal);
    else addFile(found, path, id, entry.stats, entry.error);
  }
}

async function list(folder: Folder): Promise<{ self: string; dirents: Dirent[] }> {
  // The slash makes the file system's root of the empty path, and of `C:` the root of that drive.
  const path = `${folder.path}/`;
  try {
    const stats = await stat(path);
    const dirents = await readdir(path, { withFileTypes: true });
    return { self: `${stats.dev}:${stats.ino}`, dirents: dirents.filter((dirent) => !dirent.name.startsWith('.')) };
  } catch (thrown) {
    throw inputError(`${folder.id}/`, thrown);
  }
}

async function lookAtAll(folder: Folder, dirents: readonly Dirent[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let at = 0; at < dirents.length; at += STAT_BATCH) {
    const batch = dirents.slice(at, at + STAT_BATCH);
    for (const entry of await Promise.all(batch.map((dirent) => lookAt(folder, dirent)))) entries.push(entry);
  }
  return entries;
}

async function lookAt(folder: Folder, dirent: Dirent): Promise<Entry> {
  const { name } = dirent;
  if (dirent.isDirectory()) return { name, isFolder: true, stats: undefined };
  if (dirent.isFile() && formatOf(name) === undefined) return { name, isFolder: false, stats: undefined };
  try {
    const stats = await stat(`${folder.path}/${name}`);
    return { name, isFolder: stats.isDirectory(), stats };
  } catch (error) {
    return { name, isFolder: false, stats: undefined, error };
  }
}
