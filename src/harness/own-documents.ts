/** A sample of the user's own documents to measure with, held in memory. */
import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';

import { checkAborted } from '../core/abort.js';
import type { Document } from '../core/document.js';
import { MillraceError } from '../core/errors.js';
import type { TextFile } from '../io/chunk.js';
import type { Input } from '../io/input.js';
import { resolveInputs } from '../io/inputs.js';
import { openGzip, openPipe, openReadable, type OpenStream } from '../io/jsonl-stream.js';
import { LineBlocks } from '../io/line-blocks.js';
import { resolveSourceOptions } from '../io/source-options.js';

/** What to sample; complete. */
export interface SampleOptions {
  /** Files, directories, globs, or `-`, as for `scoreFiles`. */
  readonly inputs: readonly string[];
  /** Field of a JSON row that holds the text. */
  readonly textField: string;
  /** Documents kept at most. */
  readonly documentsMax: number;
  /** UTF-16 units of text kept at most. */
  readonly textUnitsMax: number;
  /** Bytes of input after which no more is read. */
  readonly readBytesMax: number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly stdin: Readable;
  readonly signal: AbortSignal;
}

export interface DocumentSample {
  /** Distinct texts, in the order in which they were drawn. */
  readonly documents: readonly Document[];
  /** Documents read, repeats among them. */
  readonly seen: number;
  /** Rows without a text, which were passed over. */
  readonly refused: number;
  /** Whether all of the input was read. */
  readonly isWhole: boolean;
}

/**
 * Reads documents and keeps a uniform sample of those it read, without repeats: a repeated text would be scored from warm caches.
 *
 * @throws MillraceError `ERR_INPUT_NOT_FOUND` when there is no document with a text, saying how many rows had none;
 * `ERR_INPUT_UNREADABLE`, `ERR_INPUT_CORRUPT`, `ERR_USAGE`, `ERR_ABORTED`.
 */
export async function sampleDocuments(options: SampleOptions): Promise<DocumentSample> {
  const { signal } = options;
  const { inputs } = await resolveInputs(options.inputs, { signal });
  const sample = new TextSample(options);
  const tally = { bytes: 0, refused: 0 };
  let isWhole = true;
  reading: for (const input of inputs) {
    for await (const { text, bytes } of textsOf(input, options)) {
      checkAborted(signal);
      tally.bytes += bytes;
      if (text === undefined) tally.refused++;
      else if (text !== '') sample.add(text);
      isWhole = tally.bytes < options.readBytesMax;
      if (!isWhole) break reading;
    }
  }
  const { refused } = tally;
  if (sample.seen === 0) {
    const rows = refused === 0 ? '' : `; rows without a text in ${JSON.stringify(options.textField)}: ${refused}`;
    throw new MillraceError('ERR_INPUT_NOT_FOUND', `the inputs hold no document to measure with${rows}`);
  }
  return { documents: sample.distinct(), seen: sample.seen, refused, isWhole };
}

/**
 * A uniform sample of texts, bounded in number and in size.
 *
 * Vitter's algorithm R; when the texts get too large, half of the places are given up at random, which leaves a uniform sample of
 * half the size.
 */
class TextSample {
  readonly #random: () => number;
  readonly #unitsMax: number;
  readonly #texts: string[] = [];
  #places: number;
  #units = 0;
  seen = 0;

  constructor({ documentsMax, textUnitsMax, random }: SampleOptions) {
    this.#places = documentsMax;
    this.#unitsMax = textUnitsMax;
    this.#random = random;
  }

  add(text: string): void {
    const seen = this.seen++;
    const place = seen < this.#places ? this.#texts.length : Math.floor(this.#random() * (seen + 1));
    if (place >= this.#places) return;
    this.#units += text.length - (this.#texts[place]?.length ?? 0);
    this.#texts[place] = text;
    while (this.#units > this.#unitsMax && this.#texts.length > 1) this.#halve();
  }

  #halve(): void {
    this.#places = Math.max(1, Math.floor(this.#texts.length / 2));
    while (this.#texts.length > this.#places) {
      const place = Math.floor(this.#random() * this.#texts.length);
      this.#units -= this.#texts[place]?.length ?? 0;
      const last = this.#texts.pop();
      if (last !== undefined && place < this.#texts.length) this.#texts[place] = last;
    }
  }

  distinct(): Document[] {
    const seen = new Set<string>();
    const documents: Document[] = [];
    for (const text of this.#texts) {
      const digest = hash('sha1', text, 'base64');
      if (seen.has(digest)) continue;
      seen.add(digest);
      documents.push({ id: documents.length, text });
    }
    return documents;
  }
}

/** One document of an input, or what should have been one, with the input bytes that it took. */
interface FoundText {
  readonly text: string | undefined;
  readonly bytes: number;
}

async function* textsOf(input: Input, options: SampleOptions): AsyncGenerator<FoundText> {
  if (input.kind === 'files') for (const file of input.files) yield textOfFile(file, options.signal);
  else yield* textsOfRows(openRows(input, options.stdin), options);
}

function openRows(input: Exclude<Input, { readonly kind: 'files' }>, stdin: Readable): OpenStream {
  if (input.kind === 'stdin') return openReadable(stdin, '-');
  return input.kind === 'jsonl.gz' ? openGzip(input.path, input.source) : openPipe(input.path, input.source);
}

async function textOfFile({ path, id }: TextFile, signal: AbortSignal): Promise<FoundText> {
  const open = path.toLowerCase().endsWith('.gz') ? openGzip(path, id) : openPipe(path, id);
  const pieces: Uint8Array[] = [];
  for await (const piece of open(signal)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  return { text: bytes.toString(), bytes: bytes.length };
}

async function* textsOfRows(open: OpenStream, { signal, textField }: SampleOptions): AsyncGenerator<FoundText> {
  const blocks = new LineBlocks(0, resolveSourceOptions({}));
  for await (const bytes of open(signal)) {
    for (const { data } of blocks.push(bytes)) yield* textsOfBlock(data, textField);
  }
  const rest = blocks.end();
  if (rest !== undefined) yield* textsOfBlock(rest.data, textField);
}

function* textsOfBlock(data: Uint8Array, textField: string): Generator<FoundText> {
  for (const line of Buffer.from(data.buffer, data.byteOffset, data.length).toString().split('\n')) {
    if (line.trim() !== '') yield { text: textOfRow(line, textField), bytes: line.length };
  }
}

function textOfRow(line: string, textField: string): string | undefined {
  try {
    const row: unknown = JSON.parse(line);
    if (typeof row !== 'object' || row === null) return undefined;
    const text: unknown = Reflect.get(row, textField);
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}
