import { createReadStream } from 'node:fs';

import { MillraceError, messageOf } from '../core/errors.js';
import { decodeLine } from './journal-line.js';

/** What a journal holds, and how to tell it from anything else. */
export interface JournalFormat<Header, Entry> {
  /** Name of the format; written to the file and compared. */
  readonly name: string;
  /** Version of the format; a journal of another version is refused. Integer. */
  readonly version: number;
  /** The header when `value` is one, else `undefined`. */
  readonly parseHeader: (value: unknown) => Header | undefined;
  /** The record when `value` is one, else `undefined`. */
  readonly parseRecord: (value: unknown) => Entry | undefined;
}

/** The first line of every journal. */
export interface JournalHead {
  readonly journal: string;
  readonly version: number;
  readonly header: unknown;
}

export interface JournalContents<Header> {
  readonly header: Header;
  /** Length of the file up to its first record, in bytes. */
  readonly headerBytes: number;
  /** Length of the valid beginning of the file; whatever follows it is torn or damaged. */
  readonly bytes: number;
}

/** Longest line that is read; a longer one counts as damage. */
export const LINE_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Reads a journal up to its first torn or damaged line. Takes no lock: it may be read while it is written.
 *
 * @param visit - called with each record in order and the length of the file up to its end, in bytes.
 * @returns `undefined` when there is no journal, or one that was torn before its header was complete.
 * @throws MillraceError `ERR_LEDGER` for a damaged header, another format, and an intact line that is no record of it.
 */
export async function readJournal<Header, Entry>(
  path: string,
  format: JournalFormat<Header, Entry>,
  visit: (record: Entry, end: number) => void,
): Promise<JournalContents<Header> | undefined> {
  let contents: JournalContents<Header> | undefined;
  let lineNumber = 0;
  for await (const { line, end } of linesOf(path)) {
    lineNumber++;
    const decoded = decodeLine(line);
    if (contents === undefined) {
      contents = { header: parseHead(path, format, decoded), headerBytes: end, bytes: end };
      continue;
    }
    if (decoded === undefined) break;
    const record = format.parseRecord(decoded.value);
    if (record === undefined) throw ledgerError(path, `line ${lineNumber} is no record of format ${format.name}`);
    contents = { ...contents, bytes: end };
    visit(record, end);
  }
  return contents;
}

export function ledgerError(path: string, reason: string, cause?: unknown): MillraceError {
  return new MillraceError('ERR_LEDGER', `ledger ${path}: ${reason}`, { cause });
}

function parseHead<Header, Entry>(
  path: string,
  format: JournalFormat<Header, Entry>,
  decoded: { readonly value: unknown } | undefined,
): Header {
  if (decoded === undefined) throw ledgerError(path, 'its header is damaged');
  const head = decoded.value;
  if (!isHead(head) || head.journal !== format.name) throw ledgerError(path, `it is not of format ${format.name}`);
  if (head.version !== format.version) {
    throw ledgerError(path, `it has version ${head.version} of its format, expected ${format.version}`);
  }
  const header = format.parseHeader(head.header);
  if (header === undefined) throw ledgerError(path, `its header is none of format ${format.name}`);
  return header;
}

function isHead(value: unknown): value is JournalHead {
  if (typeof value !== 'object' || value === null || !('header' in value)) return false;
  return (
    'journal' in value && typeof value.journal === 'string' && 'version' in value && typeof value.version === 'number'
  );
}

interface Line {
  readonly line: Uint8Array;
  /** Offset in the file behind its LF. */
  readonly end: number;
}

const LF = 0x0a;

/** The complete lines of a file; none when there is no file. Ends at a line that is too long. */
async function* linesOf(path: string): AsyncGenerator<Line, void, undefined> {
  /** Parts of a line that began in earlier pieces. */
  let parts: Uint8Array[] = [];
  let partBytes = 0;
  let end = 0;
  for await (const piece of piecesOf(path)) {
    let from = 0;
    for (let lf = piece.indexOf(LF); lf !== -1; lf = piece.indexOf(LF, from)) {
      parts.push(piece.subarray(from, lf));
      const line = Buffer.concat(parts);
      end += line.length + 1;
      from = lf + 1;
      parts = [];
      partBytes = 0;
      yield { line, end };
    }
    parts.push(piece.subarray(from));
    partBytes += piece.length - from;
    if (partBytes > LINE_BYTES_MAX) return;
  }
}

async function* piecesOf(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces: AsyncIterable<unknown> = createReadStream(path);
  try {
    for await (const piece of pieces) {
      if (piece instanceof Uint8Array) yield piece;
    }
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return;
    throw ledgerError(path, `it cannot be read: ${messageOf(thrown)}`, thrown);
  }
}
