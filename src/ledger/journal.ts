import { open, rm, type FileHandle } from 'node:fs/promises';

import { MillraceError, messageOf } from '../core/errors.js';
import { readJournal, type JournalContents, type JournalFormat, type JournalHead } from './journal-file.js';
import { encodeLine } from './journal-line.js';
import { acquireLock, type Lock } from './lock.js';

/** A journal that was opened to go on with. */
export interface OpenedJournal<Header, Entry> extends JournalContents<Header> {
  readonly journal: Journal<Entry>;
}

/**
 * An append-only log: a header, then a record a line, each with a checksum. A process may be killed at any moment; what
 * is read back then is a beginning of what was appended, never less than what `append` resolved for.
 *
 * One process at a time: a journal is locked from when it is opened until it is closed.
 */
export class Journal<Entry> {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #lock: Lock;
  /** Length of the complete lines, in bytes. */
  #bytes: number;
  /** Lines for the next write, which every one of them shares. */
  #waiting: Uint8Array[] = [];
  /** The next write, until it begins. */
  #scheduled: Promise<void> | undefined;
  /** The write (or other change) asked for last; they run one after the other. */
  #newest: Promise<void> = Promise.resolve();
  #failure: MillraceError | undefined;

  private constructor(path: string, handle: FileHandle, lock: Lock, bytes: number) {
    this.#path = path;
    this.#handle = handle;
    this.#lock = lock;
    this.#bytes = bytes;
  }

  /**
   * Starts a journal, in place of whatever was there.
   *
   * @throws MillraceError `ERR_LEDGER` when it is in use, `ERR_OUTPUT_UNWRITABLE`.
   */
  static async create<Header, Entry>(
    path: string,
    format: JournalFormat<Header, Entry>,
    header: Header,
  ): Promise<Journal<Entry>> {
    const lock = await acquireLock(path);
    return releasing(lock, async () => {
      const handle = await openFile(path, 'w');
      const journal = new Journal<Entry>(path, handle, lock, 0);
      const head: JournalHead = { journal: format.name, version: format.version, header };
      return journal.#closingOnError(() => journal.#append(encodeLine(head)));
    });
  }

  /**
   * Opens a journal to append to it, behind its last intact record: a torn or damaged tail is cut off.
   *
   * @param visit - called with each record in order and the length of the file up to its end, in bytes.
   * @returns `undefined` when there is no journal.
   * @throws MillraceError `ERR_LEDGER` when it is in use, damaged at its head or of another format,
   * `ERR_OUTPUT_UNWRITABLE`.
   */
  static async open<Header, Entry>(
    path: string,
    format: JournalFormat<Header, Entry>,
    visit: (record: Entry, end: number) => void,
  ): Promise<OpenedJournal<Header, Entry> | undefined> {
    const lock = await acquireLock(path);
    return releasing(lock, async () => {
      const contents = await readJournal(path, format, visit);
      if (contents === undefined) {
        await lock.release();
        return undefined;
      }
      const journal = new Journal<Entry>(path, await openFile(path, 'r+'), lock, contents.bytes);
      await journal.#closingOnError(() => journal.truncate(contents.bytes));
      return { journal, ...contents };
    });
  }

  /**
   * Resolves when the record is with the operating system, where it survives the end of this process. Records
   * appended while a write is under way are written together, in order; they wait in memory, so wait for the promise.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`; the journal then ends behind its last whole record and takes no more.
   */
  append(record: Entry): Promise<void> {
    return this.#append(encodeLine(record));
  }

  /** Makes what was appended survive a power cut. */
  sync(): Promise<void> {
    return this.#afterWrites(() => this.#handle.sync());
  }

  /** Drops everything behind the first `bytes` bytes, the end of a record as `visit` was told. */
  truncate(bytes: number): Promise<void> {
    return this.#afterWrites(async () => {
      await this.#handle.truncate(bytes);
      this.#bytes = bytes;
    });
  }

  /** Waits for what was appended, and gives the lock back. Never rejects; may be called twice. */
  async close(): Promise<void> {
    await this.#newest.catch(() => {});
    await this.#handle.close().catch(() => {});
    await this.#lock.release();
  }

  /**
   * Closes the journal and deletes it.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
   */
  async remove(): Promise<void> {
    await this.#newest.catch(() => {});
    await this.#handle.close().catch(() => {});
    try {
      await rm(this.#path, { force: true });
    } catch (thrown) {
      throw writeError(this.#path, thrown);
    } finally {
      await this.#lock.release();
    }
  }

  async #closingOnError(work: () => Promise<void>): Promise<this> {
    try {
      await work();
      return this;
    } catch (thrown) {
      await this.close();
      throw thrown;
    }
  }

  #append(line: Uint8Array): Promise<void> {
    this.#waiting.push(line);
    this.#scheduled ??= this.#afterWrites(async () => {
      const lines = Buffer.concat(this.#waiting);
      this.#waiting = [];
      this.#scheduled = undefined;
      await this.#write(lines);
    });
    return this.#scheduled;
  }

  /** Runs `work` after all that was asked for before it; the first error is final. */
  #afterWrites(work: () => Promise<void>): Promise<void> {
    const previous = this.#newest;
    const current = (async () => {
      await previous.catch(() => {});
      if (this.#failure !== undefined) throw this.#failure;
      try {
        await work();
      } catch (thrown) {
        this.#failure = writeError(this.#path, thrown);
        throw this.#failure;
      }
    })();
    // Whoever asked for it hears of its failure.
    current.catch(() => {});
    this.#newest = current;
    return current;
  }

  async #write(lines: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < lines.length;) {
        const { bytesWritten } = await this.#handle.write(lines, at, lines.length - at, this.#bytes + at);
        at += bytesWritten;
      }
      this.#bytes += lines.length;
    } catch (thrown) {
      await this.#handle.truncate(this.#bytes).catch(() => {});
      throw thrown;
    }
  }
}

async function openFile(path: string, flags: 'w' | 'r+'): Promise<FileHandle> {
  return open(path, flags).catch((thrown: unknown) => {
    throw writeError(path, thrown);
  });
}

/** Gives the lock back if `work` fails, and otherwise leaves it to what `work` made. */
async function releasing<Result>(lock: Lock, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    await lock.release();
    throw thrown;
  }
}

function writeError(path: string, thrown: unknown): MillraceError {
  const message = `ledger ${path} cannot be written: ${messageOf(thrown)}`;
  return new MillraceError('ERR_OUTPUT_UNWRITABLE', message, { cause: thrown });
}
