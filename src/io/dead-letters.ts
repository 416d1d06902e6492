import { rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';

import type { DocumentId } from '../core/document.js';
import type { ErrorCode } from '../core/errors.js';
import { checkWritable, fileBytes } from './file-sink.js';
import { outputError } from './fs-errors.js';
import { openPathSink } from './output.js';
import type { Sink } from './sink.js';
import { streamSink } from './stream-sink.js';

/** A document that could not be processed. */
export interface DeadLetter {
  /** The input it came from; for a text file its path. */
  readonly source: string;
  /** Its position among the documents of its source, from 0. */
  readonly ordinal: number;
  /** Its line in a JSON Lines source, from 1. */
  readonly line?: number;
  /** Its id, when that much of it could be read. */
  readonly id?: DocumentId;
  readonly code: ErrorCode;
  readonly message: string;
}

export interface DeadLettersOptions {
  /** Keep this many bytes of what an interrupted run left. Default: start anew. */
  readonly resumeBytes?: number;
}

/** Where the dead letters of an output file go unless the user names a place. */
export function deadLettersPath(output: string): string {
  return `${output}.failed.jsonl`;
}

/**
 * The documents that could not be processed, as JSON Lines in a file that is made only when there is one, or on a
 * stream. Bounded like the sink that it writes to.
 */
export class DeadLetters {
  readonly #open: () => Promise<Sink>;
  readonly #isFile: boolean;
  #sink: Promise<Sink> | undefined;

  private constructor(open: () => Promise<Sink>, isFile: boolean) {
    this.#open = open;
    this.#isFile = isFile;
  }

  /**
   * Dead letters to the file `path` (`.gz` compresses). A file that an earlier run left there is removed, so that after
   * this run it tells of this run alone.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE` when the file could not be made.
   */
  static async toFile(path: string, options: DeadLettersOptions = {}): Promise<DeadLetters> {
    const { resumeBytes = 0 } = options;
    await checkWritable(path);
    const letters = new DeadLetters(() => openPathSink(path, { resumeBytes, inPlace: true }), true);
    if (resumeBytes > 0) await letters.#opened();
    else if ((await fileBytes(path)) !== undefined) {
      await rm(path).catch((thrown: unknown) => {
        throw outputError(path, thrown);
      });
    }
    return letters;
  }

  /** Dead letters to a stream, which is left open. */
  static toStream(stream: Writable, name: string): DeadLetters {
    return new DeadLetters(() => Promise.resolve(streamSink(stream, name)), false);
  }

  /**
   * Adds letters, a line each.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
   */
  async add(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    await this.addLines(new TextEncoder().encode(letters.map(deadLetterLine).join('')));
  }

  /**
   * Adds letters that are written out already, each by `deadLetterLine`.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
   */
  async addLines(lines: Uint8Array): Promise<void> {
    const sink = await this.#opened();
    await sink.write(lines);
  }

  /**
   * Hands over what was added.
   *
   * @returns the length of the file in bytes; 0 when there is none, a stream included: there is nothing to resume.
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
   */
  async flush(): Promise<number> {
    const sink = await this.#sink;
    const bytes = (await sink?.flush()) ?? 0;
    return this.#isFile ? bytes : 0;
  }

  /** @throws MillraceError `ERR_OUTPUT_UNWRITABLE`. */
  async commit(): Promise<void> {
    const sink = await this.#sink;
    await sink?.commit();
  }

  /** Closes the file and keeps what is in it. Never rejects. */
  async abort(): Promise<void> {
    const sink = await this.#sink?.catch(() => undefined);
    await sink?.abort();
  }

  #opened(): Promise<Sink> {
    this.#sink ??= this.#open();
    return this.#sink;
  }
}

/** A letter as it stands in the file, its line feed included. */
export function deadLetterLine({ source, ordinal, line, id, code, message }: DeadLetter): string {
  return `${JSON.stringify({ source, ordinal, line, id, code, message })}\n`;
}
