import { open, type FileHandle } from 'node:fs/promises';
import { createGunzip, type Gunzip } from 'node:zlib';

import { MillraceError, messageOf } from '../core/errors.js';
import { abortedError, checkAborted } from '../core/abort.js';
import { inputError, systemCode } from './fs-errors.js';

/** Compressed bytes read at once. */
const READ_BYTES = 64 * 1024;

/**
 * The decompressed bytes of a gzip file of one or more members, with back pressure.
 *
 * All that decodes is delivered before the error of a truncated file; before that of a damaged one, all but the last
 * 64 KiB in front of the damage. Zeros behind the last member are padding; anything else there is damage.
 *
 * @param source - the file's name in messages.
 * @throws MillraceError `ERR_INPUT_CORRUPT`, `ERR_INPUT_UNREADABLE`, `ERR_INPUT_NOT_FOUND`, `ERR_ABORTED`.
 */
export async function* gunzipFile(
  path: string,
  source: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  checkAborted(signal);
  const file = await open(path).catch((thrown: unknown) => {
    throw inputError(source, thrown);
  });
  const gunzip = createGunzip(STREAM_OPTIONS);
  // The loop below sees every error while it runs; one that comes later has nobody to tell.
  gunzip.on('error', () => {});
  const stop = (): void => void gunzip.destroy(abortedError(signal));
  signal.addEventListener('abort', stop);
  try {
    void feed(file, gunzip);
    const pieces: AsyncIterable<unknown> = gunzip;
    for await (const piece of pieces) {
      if (piece instanceof Uint8Array) yield piece;
    }
    await checkTail(file, gunzip.bytesWritten, source);
  } catch (thrown) {
    throw toInputError(thrown, source);
  } finally {
    signal.removeEventListener('abort', stop);
    gunzip.destroy();
    await file.close();
  }
}

/**
 * With a mark of 1 byte every piece waits until it is taken, and zlib goes on only then. An error destroys the stream
 * together with what it buffers, so nothing that was decoded may wait behind a piece when the error comes.
 */
const STREAM_OPTIONS = { chunkSize: 64 * 1024, readableHighWaterMark: 1 };

/**
 * Writes the file to `gunzip`, one read at a time. The end is told only after the last write is through: zlib drops
 * what it decoded in the same step as it finds the end missing.
 */
async function feed(file: FileHandle, gunzip: Gunzip): Promise<void> {
  try {
    for (let position = 0; !gunzip.destroyed;) {
      const { buffer, bytesRead } = await file.read(new Uint8Array(READ_BYTES), 0, READ_BYTES, position);
      if (bytesRead === 0) {
        gunzip.end();
        return;
      }
      position += bytesRead;
      await write(gunzip, buffer.subarray(0, bytesRead));
    }
  } catch (thrown) {
    gunzip.destroy(thrown instanceof Error ? thrown : new Error(messageOf(thrown)));
  }
}

/** Settles when the bytes are decoded, or when the stream is closed: zlib forgets the callback then. */
function write(gunzip: Gunzip, bytes: Uint8Array): Promise<void> {
  return new Promise((done) => {
    const settle = (): void => {
      gunzip.off('close', settle);
      done();
    };
    gunzip.once('close', settle);
    gunzip.write(bytes, settle);
  });
}

/** zlib stops at a zero byte between members and keeps silent about what follows. */
async function checkTail(file: FileHandle, consumed: number, source: string): Promise<void> {
  for (let position = consumed; ;) {
    const { buffer, bytesRead } = await file.read(new Uint8Array(READ_BYTES), 0, READ_BYTES, position);
    if (bytesRead === 0) return;
    if (buffer.subarray(0, bytesRead).some((byte) => byte !== 0)) {
      throw corruptError(source, `data after the padding at byte ${consumed}`);
    }
    position += bytesRead;
  }
}

function toInputError(thrown: unknown, source: string): unknown {
  if (thrown instanceof MillraceError) return thrown;
  if (systemCode(thrown)?.startsWith('Z_') === true) return corruptError(source, messageOf(thrown), thrown);
  return inputError(source, thrown);
}

function corruptError(source: string, reason: string, cause?: unknown): MillraceError {
  return new MillraceError('ERR_INPUT_CORRUPT', `input ${source} is not a whole gzip file: ${reason}`, { cause });
}
