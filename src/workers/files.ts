import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { MillraceError, fromWireError, isMillraceError, messageOf, toWireError } from '../core/errors.js';
import { isTrap, type KernelSlot } from './kernel-slot.js';
import { SCORED } from './kernel/row-outcomes.js';
import type { ProgressRow } from './progress.js';
import type { FilesRequest, RowFailure, RowSettings, RowsResponse } from './protocol.js';
import { timedRead } from './read-clock.js';
import { rowError, tooLarge } from './row-errors.js';
import { ESCAPE_BYTES_MAX, REPORT_ROOM_BYTES, configureRows, namesBytes, writeNames } from './row-settings.js';
import { RowWriter, isKept, isScored } from './row-writer.js';

const encoder = new TextEncoder();

/** Scores text files, a document each. A file that cannot be read is that document's failure. */
export function scoreFiles(request: FilesRequest, slot: KernelSlot, progress: ProgressRow): RowsResponse {
  const writer = new RowWriter(request.slab, request.settings, slot, request.tally);
  const failures: RowFailure[] = [];
  let bytes = 0;
  request.files.forEach((file, index) => {
    progress.atDocument(index);
    writer.tally?.start();
    try {
      if (request.condemned.includes(index)) throw CONDEMNED;
      bytes += scoreFile(file, index, request.settings, slot, writer);
    } catch (thrown) {
      failures.push({ index, line: undefined, id: file.id, error: toWireError(fileError(thrown, file.path)) });
    }
  });
  return {
    kind: 'rows',
    ...writer.response(),
    failures,
    documents: request.files.length,
    lines: 0,
    bytes,
    inputError: undefined,
  };
}

type TextFile = FilesRequest['files'][number];

/** Scores one file and adds its row to the output; returns the bytes of its text. */
function scoreFile(file: TextFile, index: number, settings: RowSettings, slot: KernelSlot, writer: RowWriter): number {
  const text = timedRead(() => readText(file.path, settings));
  const id = encoder.encode(JSON.stringify(file.id));
  try {
    const bytes = scoreText(text, id, settings, slot, writer);
    writer.tally?.add(SCORED, slot.kernel, index, undefined);
    return bytes;
  } catch (thrown) {
    throw isTrap(thrown) ? fromWireError(slot.trapped(thrown)) : thrown;
  }
}

function scoreText(
  text: Uint8Array,
  id: Uint8Array,
  settings: RowSettings,
  slot: KernelSlot,
  writer: RowWriter,
): number {
  const { kernel, cache } = slot;
  const names = namesBytes(settings, NO_SOURCE);
  const room = fileRowRoom(settings, text.length, id.length);
  const idAt = kernel.layOut(names + id.length + text.length, room, settings.keepsRejected ? room : 0) + names;
  const textAt = idAt + id.length;
  writeNames(kernel, settings, NO_SOURCE);
  kernel.bytes.set(id, idAt);
  kernel.bytes.set(text, textAt);
  configureRows(kernel, settings, NO_SOURCE, cache);
  const outcome = writer.finish(kernel.exports.scoreFile(textAt, textAt + text.length, idAt, textAt), kernel);
  if (!isScored(outcome)) throw fromWireError(rowError(outcome, kernel, settings));
  if (writer.tellsKept && isKept(outcome)) writer.tellKept(kernel, 0, id);
  writer.gather(kernel);
  return kernel.exports.textBytesScored();
}

/** Only rows of JSON can be without an id. */
const NO_SOURCE = '';

/** The main thread knows how the workers ended and puts its own message in place of this one. */
const CONDEMNED = new MillraceError('ERR_WORKER_CRASHED', 'the document ended two workers');

/** An escape takes at most six bytes for one; beside the text stand the id, twice with the report, and the report. */
function fileRowRoom(settings: RowSettings, textBytes: number, idBytes: number): number {
  const rejectedBytes = namesBytes(settings, NO_SOURCE);
  const rowBytes = settings.emit === 'reports' ? 0 : ESCAPE_BYTES_MAX * textBytes;
  return rowBytes + 2 * idBytes + rejectedBytes + REPORT_ROOM_BYTES;
}

/**
 * Reads a file, unpacked if its name ends in `.gz`, unless it is too large.
 *
 * @throws what `fileError` turns into the failure of the document.
 */
export function readText(path: string, settings: Pick<RowSettings, 'maxBytes'>): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const packed = path.toLowerCase().endsWith('.gz');
    if (!packed && fstatSync(file).size > settings.maxBytes) throw fromWireError(tooLarge(settings));
    const bytes = readFileSync(file);
    return packed ? unpack(bytes, path, settings) : bytes;
  } finally {
    closeSync(file);
  }
}

function unpack(bytes: Uint8Array, path: string, settings: Pick<RowSettings, 'maxBytes'>): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: settings.maxBytes });
  } catch (thrown) {
    if (thrown instanceof RangeError) throw fromWireError(tooLarge(settings));
    throw new MillraceError('ERR_INPUT_CORRUPT', `${path} is no whole gzip file: ${messageOf(thrown)}`);
  }
}

/** Why a text file has no text. */
export function fileError(thrown: unknown, path: string): MillraceError {
  if (isMillraceError(thrown)) return thrown;
  return new MillraceError('ERR_INPUT_UNREADABLE', `${path} cannot be read: ${messageOf(thrown)}`);
}
