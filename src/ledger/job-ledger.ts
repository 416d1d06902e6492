import { open, stat, type FileHandle } from 'node:fs/promises';

import { ERROR_CODES, MillraceError, messageOf, type ErrorCode } from '../core/errors.js';
import { FinishedIndex } from './finished-index.js';
import { ledgerError, LINE_BYTES_MAX, type JournalFormat } from './journal-file.js';
import { decodeLine } from './journal-line.js';
import { Journal } from './journal.js';
import { differences, parseRunHeader, type RunHeader } from './run.js';

/**
 * An item that is finished, as it is recorded: `[ordinal, check]`, then the value as JSON if it is kept, or code and message of
 * its failure. The check tells whether a source still has the same item there.
 */
export type FinishedItem =
  | readonly [ordinal: number, check: number]
  | readonly [ordinal: number, check: number, json: string]
  | readonly [ordinal: number, check: number, code: ErrorCode, message: string];

/** Longest value that can be recorded, in UTF-16 units of JSON: escaped once more and in UTF-8 it still fits a line. */
export const VALUE_CHARS_MAX = LINE_BYTES_MAX / 8;

/** Greatest ordinal, so that a damaged or foreign one cannot ask for more memory than there is. */
const ORDINAL_MAX = 2 ** 30;

/** Lines that are kept when they have been read back, since neighbours are asked for next. */
const LINES_KEPT_MAX = 16;

type Line = ReadonlyMap<number, FinishedItem>;

/**
 * Remembers which items of a job are finished, and what became of them, so that it can be resumed.
 *
 * An item is finished when `record` has resolved for it. Values stay in the file.
 */
export class JobLedger {
  readonly #path: string;
  readonly #journal: Journal<JobRecord>;
  readonly #headerBytes: number;
  /** What earlier processes finished. */
  readonly finished: FinishedIndex;
  readonly #lines = new Map<number, Promise<Line>>();
  #reader: Promise<FileHandle> | undefined;

  private constructor(path: string, journal: Journal<JobRecord>, headerBytes: number, finished: FinishedIndex) {
    this.#path = path;
    this.#journal = journal;
    this.#headerBytes = headerBytes;
    this.finished = finished;
  }

  /**
   * Begins the ledger of a new job.
   *
   * @throws MillraceError `ERR_LEDGER` when there is one already or it is in use, `ERR_OUTPUT_UNWRITABLE`.
   */
  static async create(path: string, header: RunHeader): Promise<JobLedger> {
    const opened = await Journal.open(path, FORMAT, () => {});
    if (opened !== undefined) {
      await opened.journal.close();
      throw ledgerError(path, 'there is a job of this id already: resume it, or delete the file');
    }
    return new JobLedger(path, await Journal.create(path, FORMAT, header), 0, new FinishedIndex());
  }

  /**
   * Goes on with a job.
   *
   * @throws MillraceError `ERR_JOB_NOT_FOUND` when there is no ledger, `ERR_RESUME_MISMATCH` naming what differs, `ERR_LEDGER` when
   * it is in use or damaged at its head, `ERR_OUTPUT_UNWRITABLE`.
   */
  static async resume(path: string, header: RunHeader): Promise<JobLedger> {
    const finished = new FinishedIndex();
    // Looked for first, since a journal is locked before it is opened, which needs its folder.
    const isThere = await stat(path).then(isFile, () => false);
    const opened = !isThere
      ? undefined
      : await Journal.open(path, FORMAT, ({ items }, end) => {
          finished.addLine(items, end);
        });
    if (opened === undefined) throw new MillraceError('ERR_JOB_NOT_FOUND', `there is no job in ${path}`);
    const ledger = new JobLedger(path, opened.journal, opened.headerBytes, finished);
    const found = differences(opened.header, header);
    if (found.length === 0) return ledger;
    await ledger.close();
    throw mismatch(path, found.join('; '));
  }

  /**
   * Resolves when these items are finished: their record survives the end of this process.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`; the ledger takes no more then.
   */
  record(items: readonly FinishedItem[]): Promise<void> {
    return this.#journal.append({ items });
  }

  /**
   * What became of an item that an earlier process finished.
   *
   * @throws MillraceError `ERR_LEDGER` when its record cannot be read back.
   */
  async recall(ordinal: number): Promise<FinishedItem> {
    const line = this.finished.lineOf(ordinal);
    const item = line === undefined ? undefined : (await this.#lineAt(line)).get(ordinal);
    if (item === undefined) throw ledgerError(this.#path, `item ${ordinal} is not recorded`);
    return item;
  }

  /** The refusal of items that are not those of the job. */
  mismatch(reason: string): MillraceError {
    return mismatch(this.#path, reason);
  }

  /** Makes everything that is recorded survive a power cut. */
  sync(): Promise<void> {
    return this.#journal.sync();
  }

  /** Leaves the job to be resumed. Never rejects. */
  async close(): Promise<void> {
    const reader = await this.#reader?.catch(() => undefined);
    await reader?.close().catch(() => {});
    await this.#journal.close();
  }

  #lineAt(line: number): Promise<Line> {
    const kept = this.#lines.get(line);
    if (kept !== undefined) return kept;
    const [oldest] = this.#lines.keys();
    if (oldest !== undefined && this.#lines.size >= LINES_KEPT_MAX) this.#lines.delete(oldest);
    const reading = this.#read(line);
    this.#lines.set(line, reading);
    return reading;
  }

  async #read(line: number): Promise<Line> {
    const { from, to } = this.finished.extentOf(line, this.#headerBytes);
    const bytes = new Uint8Array(to - from);
    try {
      this.#reader ??= open(this.#path, 'r');
      const reader = await this.#reader;
      await reader.read(bytes, 0, bytes.length, from);
    } catch (thrown) {
      throw ledgerError(this.#path, `it cannot be read back: ${messageOf(thrown)}`, thrown);
    }
    const record = parseJobRecord(decodeLine(bytes.subarray(0, -1))?.value);
    if (record === undefined) throw ledgerError(this.#path, `the record at byte ${from} is damaged`);
    return new Map(record.items.map((item) => [item[0], item]));
  }
}

interface JobRecord {
  readonly items: readonly FinishedItem[];
}

const FORMAT: JournalFormat<RunHeader, JobRecord> = {
  name: 'millrace-job',
  version: 1,
  parseHeader: parseRunHeader,
  parseRecord: parseJobRecord,
};

function parseJobRecord(value: unknown): JobRecord | undefined {
  if (typeof value !== 'object' || value === null || !('items' in value)) return undefined;
  const { items } = value;
  return Array.isArray(items) && items.every(isFinishedItem) ? { items } : undefined;
}

function isFinishedItem(value: unknown): value is FinishedItem {
  if (!Array.isArray(value)) return false;
  const fields: readonly unknown[] = value;
  const [ordinal, check, third, message] = fields;
  if (!isUint(ordinal, ORDINAL_MAX) || !isUint(check, 2 ** 32 - 1)) return false;
  if (fields.length === 2) return true;
  if (fields.length === 3) return typeof third === 'string';
  const isCode = typeof third === 'string' && Object.hasOwn(ERROR_CODES, third);
  return fields.length === 4 && isCode && typeof message === 'string';
}

function isFile(stats: { isFile(): boolean }): boolean {
  return stats.isFile();
}

function isUint(value: unknown, max: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}

function mismatch(path: string, reason: string): MillraceError {
  return new MillraceError('ERR_RESUME_MISMATCH', `the job of ledger ${path} cannot be resumed: ${reason}`);
}
