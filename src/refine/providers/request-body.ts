import type { CompletionRequest } from './provider.js';

/** Beginnings that are kept; the oldest goes first. A run has one for each strategy. */
const BEGINNINGS_MAX = 64;

/** Bodies are cut from blocks of so many bytes: to allocate each by itself costs as much as to write it. */
const BLOCK_BYTES = 256 * 1024;

/** UTF-8 takes at most so many bytes for a unit of UTF-16. */
const UNIT_BYTES_MAX = 3;

interface Beginning {
  readonly model: string;
  readonly temperature: number | undefined;
  readonly bytes: Buffer;
}

/**
 * Writes request bodies: what is the same in every call of a strategy is made into JSON, and into bytes, once.
 *
 * @param beginningOf - the JSON of a request up to where its user's text stands.
 * @param endOf - the JSON behind it.
 */
export class RequestBodies {
  readonly #beginningOf: (request: CompletionRequest) => string;
  readonly #endOf: (request: CompletionRequest) => string;
  /** By the system's text alone, which is one string a strategy: its hash is computed once. */
  readonly #beginnings = new Map<string, Beginning>();
  #block = Buffer.alloc(0);
  #used = 0;

  constructor(beginningOf: (request: CompletionRequest) => string, endOf: (request: CompletionRequest) => string) {
    this.#beginningOf = beginningOf;
    this.#endOf = endOf;
  }

  of(request: CompletionRequest): Buffer {
    const beginning = this.#beginning(request);
    const rest = JSON.stringify(request.user) + this.#endOf(request);
    const block = this.#blockFor(beginning.length + rest.length * UNIT_BYTES_MAX);
    const start = this.#used;
    beginning.copy(block, start);
    this.#used += beginning.length;
    this.#used += block.write(rest, this.#used);
    return block.subarray(start, this.#used);
  }

  /** One with room for a body of so many bytes. Bodies in flight keep the blocks before it. */
  #blockFor(bytesMax: number): Buffer {
    if (this.#block.length - this.#used < bytesMax) {
      this.#block = Buffer.allocUnsafeSlow(Math.max(bytesMax, BLOCK_BYTES));
      this.#used = 0;
    }
    return this.#block;
  }

  #beginning(request: CompletionRequest): Buffer {
    const { model, system, temperature } = request;
    const known = this.#beginnings.get(system);
    if (known?.model === model && known.temperature === temperature) return known.bytes;
    const bytes = Buffer.from(this.#beginningOf(request));
    const [oldest] = this.#beginnings.keys();
    if (this.#beginnings.size >= BEGINNINGS_MAX && oldest !== undefined) this.#beginnings.delete(oldest);
    this.#beginnings.set(system, { model, temperature, bytes });
    return bytes;
  }
}
