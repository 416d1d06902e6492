import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { Document } from '../../core/document.js';
import { MillraceError, fromWireError, isMillraceError } from '../../core/errors.js';
import { MEASURE_DEFAULTS } from '../../core/measures.js';
import { checkInteger } from '../../core/options.js';
import type { Chunk, Source, TextFile } from '../../io/chunk.js';
import type { DeadLetter } from '../../io/dead-letters.js';
import type { Input } from '../../io/input.js';
import { openLineBlocks, openSource } from '../../io/source.js';
import { fileError, readText } from '../../workers/files.js';
import { compileKernel } from '../../workers/kernel-host.js';
import { KernelSlot } from '../../workers/kernel-slot.js';
import { unreadable } from '../../workers/lines.js';
import { measureRow } from '../../workers/measure-row.js';
import type { RowSettings } from '../../workers/protocol.js';
import { tooLarge } from '../../workers/row-errors.js';
import { RowReader, type ReadRow, type RowLine, type SkippedRow } from '../../workers/row-reader.js';
import { KEEP_ALL } from '../../workers/row-settings.js';
import { INPUT_ERRORS, brokenInput } from '../input-errors.js';

/** A document of the inputs, or why there is none. */
export type InputDocument = ReadDocument | LostDocument | SkippedDocument;

export interface ReadDocument {
  readonly kind: 'document';
  /** The input it came from; for a text file its path. */
  readonly source: string;
  /** Its position among the documents of its source, from 0. */
  readonly ordinal: number;
  /** Its line in a JSON Lines source, from 1. */
  readonly line?: number;
  /** Its id is never missing. */
  readonly document: Document;
  /** Of the text, as UTF-8. */
  readonly bytes: number;
  /** Only when lines are kept; a text file has none. */
  readonly raw?: RowLine;
}

export interface LostDocument {
  readonly kind: 'dead-letter';
  readonly letter: DeadLetter;
}

/** One that is not wanted: nothing is known of it but that it is there. */
export interface SkippedDocument {
  readonly kind: 'skipped';
}

/** Where reading goes on; plain JSON. */
export interface ReadPlace {
  /** Index of the input; their number when all are read. */
  readonly input: number;
  /** Byte of its (decompressed) lines; of text files the ordinal among those of all inputs. */
  readonly position: number;
  /** Lines of the input before that. */
  readonly lines: number;
  /** Documents of the input before that, dead letters among them. */
  readonly ordinal: number;
}

export interface InputBatch {
  /** In order; none where all lines are blank. */
  readonly documents: readonly InputDocument[];
  /** Where reading goes on behind this batch. */
  readonly place: ReadPlace;
  /** Bytes of input that it stands for; compressed bytes of a packed text file. */
  readonly inputBytes: number;
}

/** How inputs are read; the first four as when they are scored. */
export interface ReadOptions extends Pick<RowSettings, 'textField' | 'idField' | 'maxBytes' | 'lineBytesMax'> {
  /**
   * Bytes of input that a batch stands for, about; it holds the whole of a larger line or file. Where a batch ends may differ from
   * one run to the one that goes on with it. Integer, 1 to 64 MiB. @defaultValue 256 KiB
   */
  readonly blockBytes?: number;
  /** Whether documents come with the lines that they were read from. @defaultValue false */
  readonly keepsLines?: boolean;
  readonly signal: AbortSignal;
}

export interface ReadDocumentsOptions extends ReadOptions {
  /** The place of a batch that was read before. @defaultValue the beginning */
  readonly from?: ReadPlace;
  /** Whether a document is to be read, by how many come before it from `from` on; others are skipped. @defaultValue all are */
  readonly isWanted?: (index: number) => boolean;
  /** What the input `-` reads. */
  readonly stdin: Readable;
}

/** A batch is read in a few milliseconds, in which the event loop stands still. */
export const BLOCK_BYTES = 256 * 1024;
const BLOCK_BYTES_MAX = 64 * 1024 * 1024;

const ALL = (): boolean => true;
const SKIPPED: SkippedDocument = Object.freeze({ kind: 'skipped' });

export const READ_START: ReadPlace = Object.freeze({ input: 0, position: 0, lines: 0, ordinal: 0 });

/**
 * Reads the documents of all inputs as strings, on this thread, in order, a batch ahead of nobody: what is not asked for is not read.
 *
 * A document is one, has the id, and is refused in the words, as when files are scored. An input that breaks off ends there with a
 * dead letter.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`; while reading `ERR_ABORTED`, `ERR_RESUME_MISMATCH` for an input that
 * ends before `from`, `ERR_OUT_OF_MEMORY`.
 */
export async function* readDocuments(
  inputs: readonly Input[],
  options: ReadDocumentsOptions,
): AsyncGenerator<InputBatch, void> {
  const { from = READ_START, isWanted = ALL, stdin, signal } = options;
  const chunkBytes = blockBytesOf(options);
  const reader = new DocumentReader(options);
  const source = { chunkBytes, lineBytesMax: options.lineBytesMax };
  let documents = 0;
  for (const input of inputs.slice(from.input)) {
    let place = input.index === from.input ? from : beginningOf(input.index);
    try {
      const opened = input.kind === 'jsonl' ? openLineBlocks(input, source) : openSource(input, { ...source, stdin });
      for await (const chunk of opened.read(place.position, signal)) {
        const before = documents;
        const batch = reader.read(chunk, place, (index) => isWanted(before + index));
        ({ place } = batch);
        documents += batch.documents.length;
        yield batch;
        if (chunk.kind === 'files') await setImmediate(); // they were read without a turn of the event loop
      }
    } catch (thrown) {
      const letter = brokenInput(input.source, place.ordinal, inputErrorOf(input, thrown));
      const lost: InputDocument = isWanted(documents++) ? { kind: 'dead-letter', letter } : SKIPPED;
      yield { documents: [lost], place: beginningOf(input.index + 1), inputBytes: 0 };
    }
  }
}

/**
 * How many documents and dead letters `readDocuments` would give. Reads all lines and understands none.
 *
 * @throws MillraceError `ERR_USAGE` for an input that can be read only once; otherwise as `readDocuments`.
 */
export async function countDocuments(inputs: readonly Input[], options: ReadOptions): Promise<number> {
  const { lineBytesMax, signal } = options;
  const source = { chunkBytes: blockBytesOf(options), lineBytesMax };
  const reader = new DocumentReader(options);
  let documents = 0;
  for (const input of inputs) {
    if (input.kind === 'files') documents += input.files.length;
    else documents += await countLines(openLineBlocks(input, source), reader, signal);
  }
  return documents;
}

async function countLines(source: Source, reader: DocumentReader, signal: AbortSignal): Promise<number> {
  let documents = 0;
  try {
    for await (const chunk of source.read(0, signal)) documents += reader.count(chunk);
    return documents;
  } catch (thrown) {
    if (!isInputError(thrown)) throw thrown;
    return documents + 1; // the dead letter of the input
  }
}

function blockBytesOf({ blockBytes = BLOCK_BYTES }: ReadOptions): number {
  return checkInteger('blockBytes', blockBytes, 1, BLOCK_BYTES_MAX);
}

function beginningOf(input: number): ReadPlace {
  return { ...READ_START, input };
}

function isInputError(thrown: unknown): thrown is MillraceError {
  return isMillraceError(thrown) && INPUT_ERRORS.has(thrown.code);
}

/** Why the input broke off. Of a plain file, which is scored where it is read, in the words of scoring. @throws all else. */
function inputErrorOf({ kind, source }: Input, thrown: unknown): MillraceError {
  if (!isInputError(thrown)) throw thrown;
  return kind === 'jsonl' ? fromWireError(unreadable({ source }, thrown.cause ?? thrown)) : thrown;
}

/** Makes documents of chunks. */
class DocumentReader {
  readonly #settings: RowSettings;
  readonly #rows: RowReader;

  constructor({ textField, idField, maxBytes, lineBytesMax, keepsLines }: ReadOptions) {
    this.#settings = { ...KEEP_ALL, emit: 'reports', textField, idField, maxBytes, lineBytesMax };
    const slot = new KernelSlot(compileKernel(), measureRow(MEASURE_DEFAULTS));
    this.#rows = new RowReader(this.#settings, slot, keepsLines);
  }

  /**
   * @param before - the place at which the chunk begins.
   * @param isWanted - whether to read a document, by its index in the chunk.
   */
  read(chunk: Chunk, before: ReadPlace, isWanted: (index: number) => boolean): InputBatch {
    const { documents, lines } = this.#read(chunk, before, isWanted);
    const place = {
      input: chunk.input,
      position: chunk.end,
      lines: before.lines + lines,
      ordinal: before.ordinal + documents.length,
    };
    return { documents, place, inputBytes: chunk.bytes };
  }

  count(chunk: Chunk): number {
    if (chunk.kind !== 'block') throw notBlock(chunk);
    return this.#rows.count(chunk);
  }

  #read(
    chunk: Chunk,
    before: ReadPlace,
    isWanted: (index: number) => boolean,
  ): { readonly documents: InputDocument[]; readonly lines: number } {
    if (chunk.kind === 'files') {
      const documents = chunk.paths.map((file, index) => (isWanted(index) ? this.#readFile(file) : SKIPPED));
      return { documents, lines: 0 };
    }
    if (chunk.kind !== 'block') throw notBlock(chunk);
    const { source } = chunk;
    const { rows, lines } = this.#rows.read(chunk, isWanted);
    const documents = rows.map((row, index) => {
      return row.kind === 'skipped'
        ? SKIPPED
        : documentOf(row, { source, ordinal: before.ordinal + index, line: before.lines + row.line });
    });
    return { documents, lines };
  }

  /** A text file is a source by itself. */
  #readFile({ path, id }: TextFile): InputDocument {
    const place = { source: id, ordinal: 0 };
    try {
      const content = readText(path, this.#settings);
      const text = Buffer.from(content.buffer, content.byteOffset, content.length).toString('utf8');
      const bytes = Buffer.byteLength(text);
      if (bytes > this.#settings.maxBytes) throw fromWireError(tooLarge(this.#settings));
      return { kind: 'document', ...place, document: { id, text }, bytes };
    } catch (thrown) {
      const { code, message } = fileError(thrown, path);
      return { kind: 'dead-letter', letter: { ...place, id, code, message } };
    }
  }
}

function documentOf(
  row: Exclude<ReadRow, SkippedRow>,
  place: { readonly source: string; readonly ordinal: number; readonly line: number },
): InputDocument {
  const { id } = row;
  if (row.kind === 'unread') {
    return { kind: 'dead-letter', letter: { ...place, ...(id === undefined ? {} : { id }), ...row.error } };
  }
  const { text, bytes, raw } = row;
  const document = { id: id ?? `${place.source}:${place.line}`, text };
  return { kind: 'document', ...place, document, bytes, ...(raw && { raw }) };
}

function notBlock({ kind }: Chunk): MillraceError {
  return new MillraceError('ERR_INTERNAL', `got a ${kind} for a block of lines`);
}
