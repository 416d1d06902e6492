import { crc32 } from 'node:zlib';

import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Finished } from './calls.js';
import { broken } from './checks.js';
import type { DocumentWindow, FinishedPlace, Location } from './document-window.js';
import { HeldLines } from './held-lines.js';
import { readFinished } from './line-payload.js';
import type { Log } from './log.js';
import type { RecordReader } from './record-reader.js';

/**
 * The lines of finished documents until they are written. A row is on disk before it is its turn, so holding it in memory is a
 * matter of speed: those beyond a bound are read back.
 */
export class FinishedLines {
  readonly #documents: DocumentWindow;
  readonly #log: Log;
  readonly #reader: RecordReader;
  readonly #held: HeldLines;

  /** @param bytesMax - of lines in memory. */
  constructor(bytesMax: number, documents: DocumentWindow, log: Log, reader: RecordReader) {
    this.#held = new HeldLines(bytesMax);
    this.#documents = documents;
    this.#log = log;
    this.#reader = reader;
  }

  /** Whether memory has room for a line; the next one to be written is held in any case. */
  hasRoom(ordinal: number, { line }: Finished): boolean {
    return ordinal === this.#documents.base || this.#held.hasRoom(line.length);
  }

  /** @param location - `undefined` for a line that is not recorded: it is held in any case. */
  add(ordinal: number, end: Finished, location: Location | undefined): void {
    this.#documents.finish(ordinal, { kind: end.kind, location, crc: crc32(end.line) });
    if (location === undefined || this.hasRoom(ordinal, end)) this.#held.add(ordinal, end);
  }

  /**
   * The line, which memory has no longer then.
   *
   * @returns `undefined` when it was damaged on disk; the document is then `new` again.
   * @throws MillraceError `ERR_INTERNAL` when the document is not finished; `ERR_LEDGER`, `ERR_OUTPUT_UNWRITABLE`.
   */
  take(ordinal: number): MaybePromise<Finished | undefined> {
    const place = this.#documents.finished(ordinal);
    if (place === undefined) throw broken(`document ${ordinal} is taken before it is finished`);
    return this.#held.take(ordinal) ?? this.#read(ordinal, place);
  }

  /** Lets go of a line that is written. */
  drop(ordinal: number): void {
    this.#held.take(ordinal);
  }

  async #read(ordinal: number, { kind, location }: FinishedPlace): Promise<Finished | undefined> {
    if (location === undefined) throw broken(`document ${ordinal} is taken twice`);
    await this.#log.flushed();
    const record = await this.#reader.read(location);
    if (record?.ordinal === ordinal) return readFinished(kind, record.payload);
    this.#documents.reset(ordinal);
    return undefined;
  }
}
