import { MillraceError } from '../core/errors.js';
import type { JournalFormat } from './journal-file.js';
import { Journal } from './journal.js';
import { differences, isProgress, parseRunHeader, type Progress, type RunHeader } from './run.js';

/** What is on disk of a run's files when it is resumed, in bytes; `undefined` where there is no such file. */
export interface RunFiles {
  readonly output: OutputFile;
  readonly rejected: OutputFile;
  readonly failedBytes: number | undefined;
  readonly seenBytes: number | undefined;
}

export interface OutputFile {
  /** Length under its name of a run that goes on. */
  readonly partial: number | undefined;
  /** Length under its own name. */
  readonly finished: number | undefined;
}

/** A ledger to go on with, and where. */
export type Resumed =
  /** Nothing to resume: the run begins at the beginning. */
  | { readonly state: 'new'; readonly ledger: RangeLedger; readonly progress: undefined }
  /** Cut each file to the length that the progress tells, and go on there. */
  | { readonly state: 'begun'; readonly ledger: RangeLedger; readonly progress: Progress }
  /** All is written: give the outputs that are still partial their names, and remove the ledger. */
  | { readonly state: 'complete'; readonly ledger: RangeLedger; readonly progress: Progress };

/**
 * Remembers how far a run over ordered inputs is, so that it can be resumed.
 *
 * What a record says is written must be with the operating system before it is recorded. A run ends with `complete`,
 * then the outputs take their names, then `remove`; a run that was killed between any two of these is recognised.
 */
export class RangeLedger {
  readonly #journal: Journal<RunRecord>;

  private constructor(journal: Journal<RunRecord>) {
    this.#journal = journal;
  }

  /**
   * Begins a run, in place of whatever ledger was there.
   *
   * @throws MillraceError `ERR_LEDGER` when another process uses it, `ERR_OUTPUT_UNWRITABLE`.
   */
  static async create(path: string, header: RunHeader): Promise<RangeLedger> {
    return new RangeLedger(await Journal.create(path, FORMAT, header));
  }

  /**
   * Goes on with a run: from its newest record that the files on disk cover, or from the beginning when there is none.
   *
   * @throws MillraceError `ERR_RESUME_MISMATCH` naming every option and input that differs, `ERR_LEDGER` when another
   * process uses it, it is damaged at its head or of another format, `ERR_OUTPUT_UNWRITABLE`.
   */
  static async resume(path: string, header: RunHeader, files: RunFiles): Promise<Resumed> {
    let newest: { record: RunRecord; end: number } | undefined;
    const opened = await Journal.open(path, FORMAT, (record, end) => {
      if (covers(files, record)) newest = { record, end };
    });
    if (opened === undefined) {
      return { state: 'new', ledger: await RangeLedger.create(path, header), progress: undefined };
    }
    const { journal, headerBytes } = opened;
    try {
      refuseDifferences(path, opened.header, header);
      await journal.truncate(newest?.end ?? headerBytes);
    } catch (thrown) {
      await journal.close();
      throw thrown;
    }
    const ledger = new RangeLedger(journal);
    if (newest === undefined) return { state: 'new', ledger, progress: undefined };
    const { complete, progress } = newest.record;
    return { state: complete ? 'complete' : 'begun', ledger, progress };
  }

  /**
   * Records that everything up to `progress` is written. Resolves when the record survives the end of this process.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
   */
  record(progress: Progress): Promise<void> {
    return this.#journal.append({ complete: false, progress });
  }

  /**
   * Records that the run is done, before the outputs take their names; survives a power cut.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
   */
  async complete(progress: Progress): Promise<void> {
    await this.#journal.append({ complete: true, progress });
    await this.#journal.sync();
  }

  /**
   * Ends the run: nothing is left to resume.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
   */
  remove(): Promise<void> {
    return this.#journal.remove();
  }

  /** Leaves the run to be resumed. Never rejects; may be called twice. */
  close(): Promise<void> {
    return this.#journal.close();
  }
}

interface RunRecord {
  readonly complete: boolean;
  readonly progress: Progress;
}

const FORMAT: JournalFormat<RunHeader, RunRecord> = {
  name: 'millrace-run',
  version: 1,
  parseHeader: parseRunHeader,
  parseRecord: (value) => (isRunRecord(value) ? value : undefined),
};

function isRunRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null || !('complete' in value) || !('progress' in value)) return false;
  return typeof value.complete === 'boolean' && isProgress(value.progress);
}

/** A complete run's outputs may have their own names already, all or some of them. */
function covers(files: RunFiles, { complete, progress }: RunRecord): boolean {
  const { outputBytes, rejectedBytes, failedBytes, seenBytes } = progress;
  const holds = (file: OutputFile, bytes: number): boolean =>
    (file.partial ?? 0) >= bytes || (complete && file.finished === bytes);
  return (
    holds(files.output, outputBytes) &&
    holds(files.rejected, rejectedBytes) &&
    (files.failedBytes ?? 0) >= failedBytes &&
    (complete || (files.seenBytes ?? 0) >= seenBytes)
  );
}

function refuseDifferences(path: string, was: RunHeader, now: RunHeader): void {
  const found = differences(was, now);
  if (found.length === 0) return;
  throw new MillraceError('ERR_RESUME_MISMATCH', `the run of ledger ${path} cannot be resumed: ${found.join('; ')}`);
}
