import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import type { Sink } from './sink.js';

export interface GzipSinkOptions {
  /** zlib's level, 1 (fast) to 9 (small). @defaultValue 4: about a tenth larger than 6, in 0.6 of its time */
  readonly level?: number;
  /** Writes being compressed at once, each by a thread of Node's pool. Integer, 1 or more. @defaultValue 4 */
  readonly membersMax?: number;
}

/**
 * Compresses each write to a gzip member of its own before it goes to `inner`; members may follow each other in a gzip
 * file (RFC 1952, section 2.2). So the file can be cut behind any write and continued.
 *
 * Buffers at most `membersMax` writes besides what `inner` buffers. The length that `flush` returns is the compressed
 * one. An output that nothing was written to becomes one empty member: a file of no bytes is not a gzip file.
 */
export function gzipSink(inner: Sink, options: GzipSinkOptions = {}): Sink {
  return new GzipSink(inner, options.level ?? 4, options.membersMax ?? 4);
}

const compress = promisify<Uint8Array, { level: number }, Uint8Array>(gzip);

class GzipSink implements Sink {
  readonly #inner: Sink;
  readonly #level: number;
  readonly #membersMax: number;
  /** Writes on their way to `inner`, oldest first; each waits for the one before it. */
  readonly #inFlight: Promise<void>[] = [];
  #newest: Promise<void> = Promise.resolve();

  constructor(inner: Sink, level: number, membersMax: number) {
    this.#inner = inner;
    this.#level = level;
    this.#membersMax = membersMax;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#newest = this.#deliver(compress(bytes, { level: this.#level }), this.#newest);
    // Whoever waits for it hears of its failure; that nobody waits yet is no reason to end the process.
    this.#newest.catch(() => {});
    this.#inFlight.push(this.#newest);
    if (this.#inFlight.length >= this.#membersMax) await this.#inFlight.shift();
  }

  async flush(): Promise<number> {
    await this.#newest;
    return this.#inner.flush();
  }

  async commit(): Promise<void> {
    const written = await this.flush();
    if (written === 0) await this.#inner.write(await compress(new Uint8Array(0), { level: this.#level }));
    await this.#inner.commit();
  }

  async abort(): Promise<void> {
    await this.#newest.catch(() => {});
    await this.#inner.abort();
  }

  async #deliver(member: Promise<Uint8Array>, previous: Promise<void>): Promise<void> {
    const [bytes] = await Promise.all([member, previous]);
    await this.#inner.write(bytes);
  }
}
