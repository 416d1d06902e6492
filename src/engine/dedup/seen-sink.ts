import { rm } from 'node:fs/promises';
import { openFileSink } from '../../io/file-sink.js';
import { outputError } from '../../io/fs-errors.js';
import type { Sink } from '../../io/sink.js';

/** Where the log of a run's texts is written: a file that is there while the run is not complete. */
export class SeenSink {
  readonly #path: string;
  readonly #sink: Sink;

  private constructor(path: string, sink: Sink) {
    this.#path = path;
    this.#sink = sink;
  }

  /** @throws MillraceError `ERR_OUTPUT_UNWRITABLE`. */
  static async open(path: string, resumeBytes: number): Promise<SeenSink> {
    return new SeenSink(path, await openFileSink(path, { resumeBytes, inPlace: true }));
  }

  /** @throws MillraceError `ERR_OUTPUT_UNWRITABLE`. */
  async write(bytes: Uint8Array): Promise<void> {
    return this.#sink.write(bytes);
  }

  /** Resolves with the length of the file when the operating system has it all. */
  async flush(): Promise<number> {
    return this.#sink.flush();
  }

  /** @throws MillraceError `ERR_OUTPUT_UNWRITABLE`. */
  async remove(): Promise<void> {
    await this.#sink.abort();
    await rm(this.#path, { force: true }).catch((thrown: unknown) => {
      throw outputError(this.#path, thrown);
    });
  }

  /** Keeps the file for whoever goes on with the run. Never rejects. */
  async abort(): Promise<void> {
    await this.#sink.abort();
  }
}
