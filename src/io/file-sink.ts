import type { Stats } from 'node:fs';
import { access, constants, open, rename, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { MillraceError } from '../core/errors.js';
import { isMissing, outputError, systemCode } from './fs-errors.js';
import type { Sink } from './sink.js';
import { BUFFER_BYTES_MAX, WriteQueue } from './write-queue.js';

export interface FileSinkOptions {
  /** Go on behind this many bytes of what an interrupted run left, and drop the rest. Default: start anew. */
  readonly resumeBytes?: number;
  /** Write to `path` itself instead of `<path>.partial`. @defaultValue false */
  readonly inPlace?: boolean;
  /** Bytes buffered before `write` waits. @defaultValue 8 MiB */
  readonly bufferBytesMax?: number;
}

/** Length in bytes of an output under each of its names; `undefined` where there is none. */
export interface OutputLengths {
  readonly partial: number | undefined;
  readonly finished: number | undefined;
}

/** The name of an output until it is complete. */
export function partialPath(path: string): string {
  return `${path}.partial`;
}

/** What an earlier run left of the output `path`. */
export async function outputLengths(path: string): Promise<OutputLengths> {
  return { partial: await fileBytes(partialPath(path)), finished: await fileBytes(path) };
}

/** Length of a regular file in bytes; `undefined` when there is none. */
export async function fileBytes(path: string): Promise<number | undefined> {
  const stats = await look(path);
  return stats?.isFile() === true ? stats.size : undefined;
}

/**
 * Opens an output file: `<path>.partial`, which takes the name `path` when it is committed.
 *
 * The partial file holds whole writes only, also when the device is full half-way through one; a process killed inside
 * a write can leave a part of it, which resuming cuts off. A `path` that exists and is no regular file (a named pipe, a
 * device such as `/dev/null`) is written directly, since nothing may take its place.
 *
 * @throws MillraceError `ERR_OUTPUT_UNWRITABLE` naming `path` and the reason, before anything is written.
 */
export async function openFileSink(path: string, options: FileSinkOptions = {}): Promise<Sink> {
  const existing = await checkWritable(path);
  const bufferBytesMax = options.bufferBytesMax ?? BUFFER_BYTES_MAX;
  if (existing !== undefined && !existing.isFile()) {
    const handle = await open(path, 'w').catch((thrown: unknown) => fail(path, thrown));
    return new FileSink({ path, working: path, seekable: false }, handle, 0, bufferBytesMax);
  }
  const working = options.inPlace === true ? path : partialPath(path);
  const resumeBytes = options.resumeBytes ?? 0;
  const handle = await openWorking(path, working, resumeBytes);
  return new FileSink({ path, working, seekable: true }, handle, resumeBytes, bufferBytesMax);
}

/**
 * Looks at an output's place without touching it; returns what is there.
 *
 * @throws MillraceError `ERR_OUTPUT_UNWRITABLE` when `path` is a directory, or its folder is missing, no folder or closed to us.
 */
export async function checkWritable(path: string): Promise<Stats | undefined> {
  const existing = await look(path);
  if (existing?.isDirectory() === true) throw unwritable(path, 'it is a directory');
  const folder = dirname(path);
  const folderStats = await look(folder);
  if (folderStats === undefined) throw unwritable(path, `there is no directory ${folder}`);
  if (!folderStats.isDirectory()) throw unwritable(path, `${folder} is not a directory`);
  if (existing === undefined || existing.isFile()) {
    await access(folder, constants.W_OK).catch((thrown: unknown) => fail(path, thrown));
  }
  return existing;
}

/** Writes all of `bytes`, however little each call takes. `position` is `null` for what cannot seek. */
export async function writeFully(handle: ByteWriter, bytes: Uint8Array, position: number | null): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const place = position === null ? null : position + at;
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, place);
    at += bytesWritten;
  }
}

/** As much of a `FileHandle` as it takes to write; each call may take less than it is given. */
interface ByteWriter {
  write(
    bytes: Uint8Array,
    offset: number,
    length: number,
    position: number | null,
  ): Promise<{ readonly bytesWritten: number }>;
}

interface Target {
  readonly path: string;
  /** The name it is written under. */
  readonly working: string;
  /** False for a pipe or device: no positions, no truncation, no new name. */
  readonly seekable: boolean;
}

class FileSink implements Sink {
  readonly #target: Target;
  readonly #handle: FileHandle;
  readonly #queue: WriteQueue;
  /** Bytes of whole writes; the file is cut to it when a write fails. */
  #written: number;
  #closed = false;

  constructor(target: Target, handle: FileHandle, written: number, bufferBytesMax: number) {
    this.#target = target;
    this.#handle = handle;
    this.#written = written;
    this.#queue = new WriteQueue((bytes) => this.#put(bytes), bufferBytesMax);
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#queue.push(bytes);
  }

  async flush(): Promise<number> {
    await this.#queue.idle();
    return this.#written;
  }

  async commit(): Promise<void> {
    const { path, working, seekable } = this.#target;
    await this.#queue.idle();
    try {
      if (seekable) await this.#handle.sync();
      await this.#close();
      if (working !== path) await renameInto(working, path);
      if (seekable) await syncFolder(dirname(path));
    } catch (thrown) {
      fail(path, thrown);
    }
  }

  async abort(): Promise<void> {
    await this.#queue.idle().catch(() => {});
    await this.#close().catch(() => {});
  }

  async #put(bytes: Uint8Array): Promise<void> {
    const { path, seekable } = this.#target;
    try {
      await writeFully(this.#handle, bytes, seekable ? this.#written : null);
      this.#written += bytes.length;
    } catch (thrown) {
      if (seekable) await this.#handle.truncate(this.#written).catch(() => {});
      fail(path, thrown);
    }
  }

  async #close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
  }
}

async function look(path: string): Promise<Stats | undefined> {
  return stat(path).catch((thrown: unknown) => (isMissing(thrown) ? undefined : fail(path, thrown)));
}

async function openWorking(path: string, working: string, resumeBytes: number): Promise<FileHandle> {
  if (resumeBytes === 0) return open(working, 'w').catch((thrown: unknown) => fail(path, thrown));
  const handle = await open(working, 'r+').catch((thrown: unknown) => fail(path, thrown));
  try {
    const { size } = await handle.stat();
    if (size < resumeBytes) {
      throw unwritable(path, `${working} holds ${size} bytes, and the run to resume had written ${resumeBytes}`);
    }
    await handle.truncate(resumeBytes);
    return handle;
  } catch (thrown) {
    await handle.close();
    return fail(path, thrown);
  }
}

const RENAME_ATTEMPTS_MAX = 6;
const RENAME_WAIT_MS = 20;

/** On Windows a virus scanner or indexer holds fresh files open for a moment, and the rename is refused meanwhile. */
async function renameInto(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (thrown) {
      const isHeld = ['EACCES', 'EBUSY', 'EPERM'].includes(systemCode(thrown) ?? '');
      if (process.platform !== 'win32' || !isHeld || attempt === RENAME_ATTEMPTS_MAX) throw thrown;
      await sleep(RENAME_WAIT_MS * 2 ** attempt);
    }
  }
}

/** Makes the new name itself survive a power cut, where the system can do that. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  if (handle === undefined) return;
  await handle.sync().catch(() => {});
  await handle.close();
}

function unwritable(path: string, reason: string): MillraceError {
  return new MillraceError('ERR_OUTPUT_UNWRITABLE', `output ${path} cannot be written: ${reason}`);
}

function fail(path: string, thrown: unknown): never {
  throw thrown instanceof MillraceError ? thrown : outputError(path, thrown);
}
