import { createReadStream } from 'node:fs';
import { MillraceError, messageOf } from '../../core/errors.js';
import { gunzipFile } from '../../io/gunzip.js';

const LF = 0x0a;

/**
 * The bytes of an output, unpacked.
 *
 * @throws MillraceError `ERR_INPUT_CORRUPT`, `ERR_INPUT_UNREADABLE`, `ERR_INPUT_NOT_FOUND`, `ERR_ABORTED`.
 */
export function piecesOf(path: string, signal: AbortSignal): AsyncIterable<Uint8Array> {
  return path
    .toLowerCase()
    .replace(/\.partial$/, '')
    .endsWith('.gz')
    ? gunzipFile(path, path, signal)
    : readPieces(path);
}

async function* readPieces(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces: AsyncIterable<unknown> = createReadStream(path, { highWaterMark: 256 * 1024 });
  try {
    for await (const piece of pieces) if (piece instanceof Uint8Array) yield piece;
  } catch (thrown) {
    throw new MillraceError('ERR_INPUT_UNREADABLE', `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown });
  }
}

/**
 * The lines of an output, line feeds included, from the one after `skip` on. Each is bytes of its own.
 *
 * @throws MillraceError as `piecesOf`.
 */
export async function* linesOf(
  path: string,
  skip: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let lines = 0;
  let parts: Uint8Array[] = [];
  for await (const piece of piecesOf(path, signal)) {
    let from = 0;
    for (let lf = piece.indexOf(LF); lf !== -1; lf = piece.indexOf(LF, from)) {
      parts.push(piece.subarray(from, lf + 1));
      if (lines++ >= skip) yield Buffer.concat(parts);
      parts = [];
      from = lf + 1;
    }
    parts.push(piece.subarray(from));
  }
}
