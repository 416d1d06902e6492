import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';

import type { Document } from '../../core/document.js';
import { MillraceError } from '../../core/errors.js';
import { MAX_BYTES_LIMIT } from '../../engine/options.js';
import { formatOf } from '../../io/formats.js';
import { inputError, isMissing } from '../../io/fs-errors.js';
import { openGzip, openPipe, openReadable } from '../../io/jsonl-stream.js';
import { findRow } from './find-row.js';
import type { ExplainFlags } from './flags.js';
import { decodeUtf8 } from './utf8.js';

/** A document and where it was found. */
export interface PlacedDocument {
  readonly document: Document;
  /** For a person: the file, and in it the line. */
  readonly place: string;
  /** Ill-formed parts of its bytes that were replaced. */
  readonly replaced: number;
}

/**
 * Reads the one document that the arguments name.
 *
 * @throws MillraceError `ERR_USAGE`, `ERR_INPUT_NOT_FOUND`, `ERR_INPUT_UNREADABLE`, `ERR_INPUT_CORRUPT`,
 * `ERR_DOCUMENT_TOO_LARGE`, and those of a row: `ERR_ROW_JSON`, `ERR_ROW_TYPE`, `ERR_TEXT_MISSING`, `ERR_TEXT_TYPE`.
 */
export async function readDocument(
  file: string,
  id: string | undefined,
  flags: ExplainFlags,
  stdin: Readable,
): Promise<PlacedDocument> {
  const signal = new AbortController().signal;
  if (file === '-') {
    if (id !== undefined) throw idRefused('-', 'one text on stdin', id);
    return readText('-', 'standard input', openReadable(stdin, '-')(signal));
  }
  const { path, line } = await locate(file);
  const format = formatOf(path) ?? 'text';
  const isPacked = path.toLowerCase().endsWith('.gz');
  const bytes = (isPacked ? openGzip(path, path) : openPipe(path, path))(signal);
  if (format === 'text') {
    if (line !== undefined) throw new MillraceError('ERR_INPUT_NOT_FOUND', `input ${file}: no such file or directory`);
    if (id !== undefined) throw idRefused(path, 'one text', id);
    return readText(path, path, bytes);
  }
  const wanted = wantedRow(file, line, id);
  return findRow(path, bytes, wanted, { textField: flags.textField ?? 'text', idField: flags.idField ?? 'id' });
}

function idRefused(name: string, what: string, id: string): MillraceError {
  return new MillraceError('ERR_USAGE', `${name} is ${what}: expected no id, got ${JSON.stringify(id)}`);
}

function wantedRow(file: string, line: number | undefined, id: string | undefined): { line: number } | { id: string } {
  if (line !== undefined && id !== undefined) {
    throw new MillraceError('ERR_USAGE', `${file} names a row already: expected no id, got ${JSON.stringify(id)}`);
  }
  if (line !== undefined) return { line };
  if (id !== undefined) return { id };
  const expected = `expected an id (millrace explain ${file} ID) or a line (${file}:LINE), got none`;
  throw new MillraceError('ERR_USAGE', `${file} holds a document a line: ${expected}`);
}

/** The file that is meant, and with `FILE:LINE`, when nothing has that name, the line. */
async function locate(file: string): Promise<{ readonly path: string; readonly line: number | undefined }> {
  if (await isFile(file)) return { path: file, line: undefined };
  const [, path, digits] = /^(.+):([1-9]\d{0,14})$/.exec(file) ?? [];
  if (path !== undefined && digits !== undefined && (await isFile(path))) return { path, line: Number(digits) };
  throw new MillraceError('ERR_INPUT_NOT_FOUND', `input ${file}: no such file or directory`);
}

/** Whether there is something of that name, which is no directory. */
async function isFile(path: string): Promise<boolean> {
  const stats = await stat(path).catch((thrown: unknown) => {
    if (isMissing(thrown)) return undefined;
    throw inputError(path, thrown);
  });
  if (stats?.isDirectory() === true) {
    throw new MillraceError('ERR_USAGE', `${path} is a directory: expected a file, since one document is explained`);
  }
  return stats !== undefined;
}

async function readText(id: string, place: string, bytes: AsyncIterable<Uint8Array>): Promise<PlacedDocument> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of bytes) {
    length += piece.length;
    if (length > MAX_BYTES_LIMIT) {
      throw new MillraceError('ERR_DOCUMENT_TOO_LARGE', `${place} must have at most ${MAX_BYTES_LIMIT} bytes`);
    }
    pieces.push(piece);
  }
  const { text, replaced } = decodeUtf8(Buffer.concat(pieces));
  return { document: { id, text }, place, replaced };
}
