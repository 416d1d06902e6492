import { close, open, read, write } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { MillraceError, messageOf } from '../../core/errors.js';
import { ledgerError } from '../journal-file.js';

// By number and not by `FileHandle`, whose promises cost some 20 µs a call, thousands of times a second.
const openFile = promisify(open);
const closeFile = promisify(close);

/** A segment's file, open for appending and for reading what is written. */
export class SegmentFile {
  readonly #path: string;
  readonly #descriptor: number;

  private constructor(path: string, descriptor: number) {
    this.#path = path;
    this.#descriptor = descriptor;
  }

  /** @throws MillraceError `ERR_OUTPUT_UNWRITABLE`, also when the file is there. */
  static async create(dir: string, segment: number): Promise<SegmentFile> {
    return SegmentFile.#open(dir, segment, 'wx+');
  }

  /** Opens a segment of an earlier session. @throws MillraceError `ERR_OUTPUT_UNWRITABLE`. */
  static async open(dir: string, segment: number): Promise<SegmentFile> {
    return SegmentFile.#open(dir, segment, 'r');
  }

  static async #open(dir: string, segment: number, flags: string): Promise<SegmentFile> {
    const path = segmentPath(dir, segment);
    try {
      return new SegmentFile(path, await openFile(path, flags));
    } catch (thrown) {
      throw unwritable(path, thrown);
    }
  }

  /** @throws MillraceError `ERR_OUTPUT_UNWRITABLE`. */
  async write(bytes: Uint8Array, at: number): Promise<void> {
    for (let done = 0; done < bytes.length;) done += await this.#writeSome(bytes, done, at + done);
  }

  /** What there is of a range; less when the file ends before. @throws MillraceError `ERR_LEDGER`. */
  async read(at: number, bytes: number): Promise<Buffer> {
    const target = Buffer.allocUnsafe(bytes);
    let done = 0;
    while (done < bytes) {
      const count = await this.#readSome(target, done, at + done);
      if (count === 0) break;
      done += count;
    }
    return target.subarray(0, done);
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await closeFile(this.#descriptor).catch(() => {});
  }

  #writeSome(bytes: Uint8Array, from: number, at: number): Promise<number> {
    return new Promise((resolve, reject) => {
      write(this.#descriptor, bytes, from, bytes.length - from, at, (error, count) => {
        if (error === null) resolve(count);
        else reject(unwritable(this.#path, error));
      });
    });
  }

  #readSome(target: Buffer, into: number, at: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(this.#descriptor, target, into, target.length - into, at, (error, count) => {
        if (error === null) resolve(count);
        else reject(ledgerError(this.#path, `it cannot be read: ${messageOf(error)}`, error));
      });
    });
  }
}

/** Numbers of the segments in a directory, ascending. @throws MillraceError `ERR_LEDGER`. */
export async function listSegments(dir: string): Promise<number[]> {
  try {
    const names = await readdir(dir);
    return names.flatMap((name) => numberOf(name) ?? []).sort((one, other) => one - other);
  } catch (thrown) {
    throw ledgerError(dir, `it cannot be read: ${messageOf(thrown)}`, thrown);
  }
}

/** @throws MillraceError `ERR_LEDGER`. */
export async function readSegment(dir: string, segment: number): Promise<Buffer> {
  const path = segmentPath(dir, segment);
  try {
    return await readFile(path);
  } catch (thrown) {
    throw ledgerError(path, `it cannot be read: ${messageOf(thrown)}`, thrown);
  }
}

/** @throws MillraceError `ERR_OUTPUT_UNWRITABLE`. */
export async function removeSegment(dir: string, segment: number): Promise<void> {
  const path = segmentPath(dir, segment);
  try {
    await rm(path, { force: true });
  } catch (thrown) {
    throw unwritable(path, thrown);
  }
}

function segmentPath(dir: string, segment: number): string {
  return join(dir, `calls-${String(segment).padStart(8, '0')}.log`);
}

function numberOf(name: string): number | undefined {
  const digits = /^calls-(\d{8,10})\.log$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function unwritable(path: string, thrown: unknown): MillraceError {
  const message = `ledger ${path} cannot be written: ${messageOf(thrown)}`;
  return new MillraceError('ERR_OUTPUT_UNWRITABLE', message, { cause: thrown });
}
