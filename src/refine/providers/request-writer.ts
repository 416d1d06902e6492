import type { CompletionRequest } from './provider.js';

/** Beginnings that are kept; the oldest goes first. A run has one for each strategy. */
const BEGINNINGS_MAX = 64;

/** Requests are cut from blocks of so many bytes: to allocate each by itself costs as much as to write it. */
const BLOCK_BYTES = 256 * 1024;

/** Bytes of a length and of the line ends behind it. */
const LENGTH_BYTES_MAX = 24;

interface Beginning {
  readonly model: string;
  readonly temperature: number | undefined;
  readonly bytes: Buffer;
}

/**
 * Writes requests, with their heads, so that each goes out in one piece. What is the same in every call of a strategy is made into
 * JSON, and into bytes, once.
 */
export class RequestWriter {
  readonly #head: Buffer;
  readonly #beginningOf: (request: CompletionRequest) => string;
  readonly #endOf: (request: CompletionRequest) => string;
  /** By the system's text alone, which is one string a strategy: its hash is computed once. */
  readonly #beginnings = new Map<string, Beginning>();
  #block = Buffer.alloc(0);
  #used = 0;

  /**
   * @param head - of every request, whose last header is the length of the body.
   * @param beginningOf - the JSON of a request up to where its user's text stands.
   * @param endOf - the JSON behind it, in ASCII.
   */
  constructor(
    head: string,
    beginningOf: (request: CompletionRequest) => string,
    endOf: (request: CompletionRequest) => string,
  ) {
    this.#head = Buffer.from(`${head}content-length: `, 'latin1');
    this.#beginningOf = beginningOf;
    this.#endOf = endOf;
  }

  write(request: CompletionRequest): Buffer {
    const head = this.#head;
    const beginning = this.#beginning(request);
    const user = JSON.stringify(request.user);
    const end = this.#endOf(request);
    const bodyBytes = beginning.length + Buffer.byteLength(user) + end.length;
    const block = this.#blockFor(head.length + LENGTH_BYTES_MAX + bodyBytes);
    const start = this.#used;
    let at = start + head.copy(block, start);
    at += block.write(`${bodyBytes}\r\n\r\n`, at, 'latin1');
    at += beginning.copy(block, at);
    at += block.write(user, at);
    at += block.write(end, at, 'latin1');
    this.#used = at;
    return block.subarray(start, at);
  }

  /** One with room for so many bytes more. Requests that are being sent keep the blocks before it. */
  #blockFor(bytes: number): Buffer {
    if (this.#block.length - this.#used < bytes) {
      this.#block = Buffer.allocUnsafeSlow(Math.max(bytes, BLOCK_BYTES));
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
