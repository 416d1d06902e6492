import type { Writable } from 'node:stream';
import { DeadLetters, deadLettersPath } from '../io/dead-letters.js';
import { checkWritable, fileBytes, outputLengths, partialPath } from '../io/file-sink.js';
import { openSink } from '../io/output.js';
import type { Sink } from '../io/sink.js';
import { RangeLedger } from '../ledger/range-ledger.js';
import type { Progress, RunHeader } from '../ledger/run.js';
import type { RowsOutput, WrittenRows } from './file-run.js';

/** Where a run writes. */
export interface OutputPaths {
  /** `-` for stdout. */
  readonly output: string;
  /** Undefined: the dead letters go to stderr. */
  readonly failed: string | undefined;
  /** Only for an output that is a file. */
  readonly ledger: string | undefined;
}

export interface OutputStreams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/**
 * Names of everything that a run writes. Only a regular file can be resumed and has a name for dead letters beside it; `-`
 * stands for a stream.
 *
 * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
 */
export async function outputPaths(output = '-', failed?: string): Promise<OutputPaths> {
  const named = failed === '-' ? undefined : failed;
  const existing = output === '-' ? undefined : await checkWritable(output);
  if (output === '-' || existing?.isFile() === false) return { output, failed: named, ledger: undefined };
  return { output, failed: named ?? deadLettersPath(output), ledger: `${output}.ledger` };
}

/** All files of the run, so that a directory that is read leaves them out. */
export function ownFiles({ output, failed, ledger }: OutputPaths): string[] {
  const files = output === '-' ? [] : [output, partialPath(output)];
  return [...files, ...(failed === undefined ? [] : [failed]), ...(ledger === undefined ? [] : [ledger])];
}

/** Where a run begins. */
export interface Opened {
  readonly output: RunOutput;
  /** How far an interrupted run had come. */
  readonly progress: Progress | undefined;
  /** An interrupted run had written everything; only the names are still to be given. */
  readonly isComplete: boolean;
}

/** The rows, the dead letters and the ledger of a run, which are committed together. */
export class RunOutput implements RowsOutput {
  readonly #rows: Sink;
  readonly #deadLetters: DeadLetters;
  readonly #ledger: RangeLedger | undefined;

  private constructor(rows: Sink, deadLetters: DeadLetters, ledger: RangeLedger | undefined) {
    this.#rows = rows;
    this.#deadLetters = deadLetters;
    this.#ledger = ledger;
  }

  /**
   * Opens everything that the run writes, before any work is done; with `resume`, where an interrupted run stopped.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`, `ERR_RESUME_MISMATCH`, `ERR_LEDGER`.
   */
  static async open(paths: OutputPaths, streams: OutputStreams, header: RunHeader, resume: boolean): Promise<Opened> {
    if (paths.ledger === undefined) {
      const rows = await openSink(paths.output, { stdout: streams.stdout });
      return {
        output: new RunOutput(rows, await openDeadLetters(paths, streams), undefined),
        progress: undefined,
        isComplete: false,
      };
    }
    const resumed = resume
      ? await RangeLedger.resume(paths.ledger, header, await filesOf(paths))
      : { state: 'new' as const, ledger: await RangeLedger.create(paths.ledger, header), progress: undefined };
    const { ledger, progress, state } = resumed;
    try {
      const rows = await openRows(paths, streams, progress, state === 'complete');
      const deadLetters = await openDeadLetters(paths, streams, progress);
      return { output: new RunOutput(rows, deadLetters, ledger), progress, isComplete: state === 'complete' };
    } catch (thrown) {
      await (state === 'new' && !resume ? ledger.remove() : ledger.close());
      throw thrown;
    }
  }

  async write({ rows, deadLetters }: WrittenRows): Promise<void> {
    if (rows.length > 0) await this.#rows.write(rows);
    await this.#deadLetters.add(deadLetters);
  }

  /** Whether an interrupted run can be gone on with. */
  get isResumable(): boolean {
    return this.#ledger !== undefined;
  }

  /** Resolves when the operating system has all rows. */
  async flush(): Promise<void> {
    await this.#rows.flush();
  }

  /** Hands everything to the operating system, then notes in the ledger that it is there; returns the length of the rows. */
  async checkpoint(progress: Omit<Progress, 'outputBytes' | 'failedBytes' | 'rejectedBytes'>): Promise<number> {
    const complete = await this.#flush(progress);
    await this.#ledger?.record(complete);
    return complete.outputBytes;
  }

  /** Ends the run: all rows have their name, and nothing is left to resume. Returns the length of the rows. */
  async commit(progress: Omit<Progress, 'outputBytes' | 'failedBytes' | 'rejectedBytes'>): Promise<number> {
    const complete = await this.#flush(progress);
    await this.#ledger?.complete(complete);
    await this.#deadLetters.commit();
    await this.#rows.commit();
    await this.#ledger?.remove();
    return complete.outputBytes;
  }

  /** Leaves what is written to be resumed. Never rejects. */
  async abort(): Promise<void> {
    await this.#rows.abort();
    await this.#deadLetters.abort();
    await this.#ledger?.close();
  }

  async #flush(progress: Omit<Progress, 'outputBytes' | 'failedBytes' | 'rejectedBytes'>): Promise<Progress> {
    const outputBytes = await this.#rows.flush();
    const failedBytes = await this.#deadLetters.flush();
    return { ...progress, outputBytes, failedBytes, rejectedBytes: 0 };
  }
}

/** The rows of a complete run may have their name already: then there is nothing left to write. */
async function openRows(
  paths: OutputPaths,
  streams: OutputStreams,
  progress: Progress | undefined,
  isComplete: boolean,
): Promise<Sink> {
  const { partial } = await outputLengths(paths.output);
  if (isComplete && partial === undefined) return finishedSink(progress?.outputBytes ?? 0);
  return openSink(paths.output, { stdout: streams.stdout, resumeBytes: progress?.outputBytes ?? 0 });
}

async function openDeadLetters(paths: OutputPaths, streams: OutputStreams, progress?: Progress): Promise<DeadLetters> {
  if (paths.failed === undefined) return DeadLetters.toStream(streams.stderr, 'standard error');
  return DeadLetters.toFile(paths.failed, { resumeBytes: progress?.failedBytes ?? 0 });
}

async function filesOf({ output, failed }: OutputPaths): Promise<Parameters<typeof RangeLedger.resume>[2]> {
  const none = { partial: undefined, finished: undefined };
  return {
    output: await outputLengths(output),
    rejected: none,
    failedBytes: failed === undefined ? undefined : await fileBytes(failed),
  };
}

function finishedSink(bytes: number): Sink {
  return {
    write: async () => Promise.resolve(),
    flush: async () => Promise.resolve(bytes),
    commit: async () => Promise.resolve(),
    abort: async () => Promise.resolve(),
  };
}
