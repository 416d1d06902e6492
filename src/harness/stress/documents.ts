import type { Readable } from 'node:stream';
import type { Document } from '../../core/document.js';
import { seededRandom } from '../../core/random.js';
import { DocumentGenerator } from '../documents.js';
import { sampleDocuments } from '../own-documents.js';
import type { ResolvedStressOptions } from './options.js';

/** Texts kept to make documents of, and their UTF-16 units: what one run holds for all its time. */
const TEXTS_MAX = 4096;
const TEXT_UNITS_MAX = 32 * 1024 * 1024;
const READ_BYTES_MAX = 1024 * 1024 * 1024;

/**
 * Documents by their arrival, each distinct: a text out of a bounded set, headed by a number.
 *
 * Making a document up takes some 20 µs, as long as scoring it: at thousands a second that would be measured too. A number in
 * front of a text that is there takes 0.1 µs.
 */
export class ArrivingDocuments {
  readonly #texts: readonly string[];
  readonly #distinct: number;

  /**
   * @param texts - one at least.
   * @param distinct - after so many arrivals documents repeat, but for their ids. @defaultValue never
   */
  constructor(texts: readonly string[], distinct = Infinity) {
    this.#texts = texts;
    this.#distinct = distinct;
  }

  get texts(): number {
    return this.#texts.length;
  }

  /** The id is the arrival itself. */
  at(arrival: number): Document & { readonly id: number } {
    const number = arrival % this.#distinct;
    return { id: arrival, text: `No. ${number}\n\n${this.#texts[number % this.#texts.length] ?? ''}` };
  }
}

/**
 * Texts to make documents of: those of the inputs, or made-up ones.
 *
 * @throws MillraceError `ERR_INPUT_NOT_FOUND` when the inputs hold none; `ERR_INPUT_UNREADABLE`, `ERR_INPUT_CORRUPT`, `ERR_ABORTED`.
 */
export async function textsFor(
  { inputs, textField, seed }: ResolvedStressOptions,
  stdin: Readable,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (inputs.length === 0) return new DocumentGenerator({ seed }).take(TEXTS_MAX).map(({ text }) => text);
  const { documents } = await sampleDocuments({
    inputs,
    textField,
    documentsMax: TEXTS_MAX,
    textUnitsMax: TEXT_UNITS_MAX,
    readBytesMax: READ_BYTES_MAX,
    random: seededRandom(seed),
    stdin,
    signal,
  });
  return documents.map(({ text }) => text);
}
