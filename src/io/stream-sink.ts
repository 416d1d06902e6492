import type { Writable } from 'node:stream';

import { isMillraceError } from '../core/errors.js';
import { outputError, systemCode } from './fs-errors.js';
import type { Sink } from './sink.js';
import { BUFFER_BYTES_MAX, WriteQueue } from './write-queue.js';

export interface StreamSinkOptions {
  /** Bytes buffered before `write` waits. @defaultValue 8 MiB */
  readonly bufferBytesMax?: number;
}

/**
 * Writes to a stream, such as standard output, and leaves it open: `commit` only waits until everything is through, and
 * `abort` drops what waits, since a reader that has stopped reading would never take it.
 *
 * @param name - the output in messages.
 */
export function streamSink(stream: Writable, name: string, options: StreamSinkOptions = {}): Sink {
  return new StreamSink(stream, name, options.bufferBytesMax ?? BUFFER_BYTES_MAX);
}

/** True for the error of an output whose reader has gone, as in `millrace … | head`: no fault, and no more to do. */
export function isClosedPipe(error: unknown): boolean {
  if (!isMillraceError(error) || error.code !== 'ERR_OUTPUT_UNWRITABLE') return false;
  const code = systemCode(error.cause);
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED' || code === 'ERR_STREAM_WRITE_AFTER_END';
}

class StreamSink implements Sink {
  readonly #stream: Writable;
  readonly #name: string;
  readonly #queue: WriteQueue;
  #written = 0;

  constructor(stream: Writable, name: string, bufferBytesMax: number) {
    this.#stream = stream;
    this.#name = name;
    this.#queue = new WriteQueue((bytes) => this.#put(bytes), bufferBytesMax);
    // Stays for good: a broken pipe may be told long after the last write, and without a listener ends the process.
    stream.on('error', (error) => this.#queue.fail(outputError(name, error)));
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#queue.push(bytes);
  }

  async flush(): Promise<number> {
    await this.#queue.idle();
    return this.#written;
  }

  commit(): Promise<void> {
    return this.#queue.idle();
  }

  async abort(): Promise<void> {
    this.#queue.fail(outputError(this.#name, new Error('the output was given up')));
  }

  #put(bytes: Uint8Array): Promise<void> {
    return new Promise((done, fail) => {
      this.#stream.write(bytes, (error) => {
        if (error) {
          fail(outputError(this.#name, error));
          return;
        }
        this.#written += bytes.length;
        done();
      });
    });
  }
}
