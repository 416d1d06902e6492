/** Cuts real text into distinct documents of given sizes, the same ones for the same text and seed. */
import { hash } from 'node:crypto';
import { seededRandom } from './random.js';

/** A document ends up to this many bytes before its size, so that it ends after white space and cuts no word. */
export const BREAK_BYTES_MAX = 64;

/** Of skewed documents, one in this many is as many times larger. */
const SKEW = 100;

/** So many repeats in a row mean that the text holds no further distinct documents. */
const REPEATS_MAX = 1000;

/** `count` documents of `bytes` each. */
export function uniformSizes(count: number, bytes: number): number[] {
  return Array.from({ length: count }, () => bytes);
}

/** `count` documents of `bytes` each, but 1 % of them, at places drawn by the seed, 100 times larger. */
export function skewedSizes(count: number, bytes: number, seed: number): number[] {
  const random = seededRandom(seed);
  const sizes = uniformSizes(count, bytes);
  for (let large = Math.max(1, Math.round(count / SKEW)); large > 0;) {
    const index = Math.floor(random() * count);
    if (sizes[index] !== bytes) continue;
    sizes[index] = bytes * SKEW;
    large--;
  }
  return sizes;
}

/**
 * Cuts a document for each size, all distinct (by their hashes).
 *
 * The first pass takes the text from front to end without gaps. When it is used up, further passes begin at another
 * place and leave gaps of other lengths, so that their documents overlap earlier ones but equal none.
 *
 * @param text - well-formed UTF-8.
 * @param sizes - bytes of each document, at most; at least that less 64, or what whole code points allow.
 * @throws when the text is too short.
 */
export function cutDocuments(text: Buffer, sizes: readonly number[], seed: number): string[] {
  const cutter = new Cutter(text, seed);
  return sizes.map((size) => cutter.cut(size));
}

class Cutter {
  readonly #text: Buffer;
  readonly #random: () => number;
  readonly #seen = new Set<string>();
  #position = 0;
  #isFirstPass = true;

  constructor(text: Buffer, seed: number) {
    this.#text = text;
    this.#random = seededRandom(seed);
  }

  cut(size: number): string {
    for (let repeats = 0; repeats < REPEATS_MAX; repeats++) {
      const [start, end] = this.#next(size);
      const digest = hash('sha1', this.#text.subarray(start, end), 'base64');
      if (this.#seen.has(digest)) continue;
      this.#seen.add(digest);
      return this.#text.toString('utf8', start, end);
    }
    throw this.#tooShort(size);
  }

  #next(size: number): [start: number, end: number] {
    if (!this.#isFirstPass) this.#skip(size / 4);
    if (this.#position + size > this.#text.length) this.#startPass(size);
    const start = this.#position;
    this.#position = breakBefore(this.#text, start, start + size);
    return [start, this.#position];
  }

  #startPass(size: number): void {
    this.#isFirstPass = false;
    this.#position = 0;
    this.#skip(Math.min(size, this.#text.length - size));
    if (this.#position + size > this.#text.length) throw this.#tooShort(size);
  }

  #skip(bytesMax: number): void {
    this.#position = breakBefore(this.#text, this.#position, this.#position + Math.floor(this.#random() * bytesMax));
  }

  #tooShort(size: number): Error {
    const cut = this.#seen.size;
    return new Error(
      `${this.#text.length} bytes of text are too short for more than ${cut} documents of ${size} bytes`,
    );
  }
}

/** The end of a cut, at `limit` or shortly before it: after white space if there is any near, else between code points. */
function breakBefore(text: Buffer, start: number, limit: number): number {
  const lowest = Math.max(start, limit - BREAK_BYTES_MAX);
  for (let end = limit; end > lowest; end--) {
    if (isWhiteSpace(text[end - 1])) return end;
  }
  let end = limit;
  while (end > start && isContinuation(text[end])) end--;
  return end;
}

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
