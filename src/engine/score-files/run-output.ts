import type { Writable } from 'node:stream';
import { DeadLetters, deadLettersPath } from '../../io/dead-letters.js';
import { checkWritable, fileBytes, outputLengths, partialPath } from '../../io/file-sink.js';
import { openSink } from '../../io/output.js';
import type { Sink } from '../../io/sink.js';
import { RangeLedger, type RunFiles } from '../../ledger/range-ledger.js';
import type { Progress, RunHeader } from '../../ledger/run.js';
import type { Dedup } from '../dedup/options.js';
import { SeenSink } from '../dedup/seen-sink.js';
import type { RowsOutput, RunState, WrittenRows } from './file-run.js';

/** Where a run writes. */
export interface OutputPaths {
  /** `-` for stdout. */
  readonly output: string;
  /** Undefined: the dead letters go to stderr. */
  readonly failed: string | undefined;
  /** Undefined: rows that are rejected are not written. */
  readonly rejected: string | undefined;
  /** The page about the run, if there is to be one. */
  readonly report: string | undefined;
  /** Only for an output that is a file. */
  readonly ledger: string | undefined;
  /** The log of texts by which an interrupted run recognises repeated ones; likewise, and only if they are taken out. */
  readonly seen: string | undefined;
}

export interface OutputStreams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** Where a run is told to write. */
export interface NamedOutputs {
  /** @defaultValue `-` */
  readonly output?: string;
  readonly failed?: string;
  readonly rejected?: string | undefined;
  readonly report?: string | undefined;
  /** Set when repeated documents are taken out. */
  readonly dedup?: Dedup | undefined;
}

/**
 * Names of everything that a run writes. Only a regular file can be resumed and has a name for dead letters beside it; `-`
 * stands for a stream.
 *
 * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
 */
export async function outputPaths({
  output = '-',
  failed,
  rejected,
  report,
  dedup,
}: NamedOutputs): Promise<OutputPaths> {
  const named = failed === '-' ? undefined : failed;
  const existing = output === '-' ? undefined : await checkWritable(output);
  if (rejected !== undefined) await checkWritable(rejected);
  if (report !== undefined) await checkWritable(report);
  if (output === '-' || existing?.isFile() === false)
    return { output, failed: named, rejected, report, ledger: undefined, seen: undefined };
  const seen = dedup === undefined ? undefined : `${output}.dedup`;
  return { output, failed: named ?? deadLettersPath(output), rejected, report, ledger: `${output}.ledger`, seen };
}

/** All files of the run, so that a directory that is read leaves them out. */
export function ownFiles({ output, failed, rejected, report, ledger, seen }: OutputPaths): string[] {
  const files = [output === '-' ? undefined : output, rejected].filter((path) => path !== undefined);
  return [
    ...files.flatMap((path) => [path, partialPath(path)]),
    ...[failed, report, ledger, seen].filter((path) => path !== undefined),
  ];
}

/** Where a run begins. */
export interface Opened {
  readonly output: RunOutput;
  /** How far an interrupted run had come. */
  readonly progress: Progress | undefined;
  /** An interrupted run had written everything; only the names are still to be given. */
  readonly isComplete: boolean;
}

/** What a run writes to. */
interface Sinks {
  readonly rows: Sink;
  readonly rejected: Sink | undefined;
  readonly deadLetters: DeadLetters;
  readonly seen: SeenSink | undefined;
}

/** The rows, the rejected rows, the dead letters, the texts that were seen and the ledger of a run, which are committed together. */
export class RunOutput implements RowsOutput {
  readonly #rows: Sink;
  readonly #rejected: Sink | undefined;
  readonly #deadLetters: DeadLetters;
  readonly #seen: SeenSink | undefined;
  readonly #ledger: RangeLedger | undefined;

  private constructor({ rows, rejected, deadLetters, seen }: Sinks, ledger: RangeLedger | undefined) {
    this.#rows = rows;
    this.#rejected = rejected;
    this.#deadLetters = deadLetters;
    this.#seen = seen;
    this.#ledger = ledger;
  }

  /**
   * Opens everything that the run writes, before any work is done; with `resume`, where an interrupted run stopped.
   *
   * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`, `ERR_RESUME_MISMATCH`, `ERR_LEDGER`.
   */
  static async open(paths: OutputPaths, streams: OutputStreams, header: RunHeader, resume: boolean): Promise<Opened> {
    if (paths.ledger === undefined) {
      const sinks = await openSinks(paths, streams, undefined, false);
      return { output: new RunOutput(sinks, undefined), progress: undefined, isComplete: false };
    }
    const resumed = resume
      ? await RangeLedger.resume(paths.ledger, header, await filesOf(paths))
      : { state: 'new' as const, ledger: await RangeLedger.create(paths.ledger, header), progress: undefined };
    const { ledger, progress, state } = resumed;
    const isComplete = state === 'complete';
    try {
      const sinks = await openSinks(paths, streams, progress, isComplete);
      return { output: new RunOutput(sinks, ledger), progress, isComplete };
    } catch (thrown) {
      await (state === 'new' && !resume ? ledger.remove() : ledger.close());
      throw thrown;
    }
  }

  async write({ rows, rejected, deadLetters, seen }: WrittenRows): Promise<void> {
    if (rows.length > 0) await this.#rows.write(rows);
    if (rejected.length > 0) await this.#rejected?.write(rejected);
    await this.#deadLetters.add(deadLetters);
    if (seen.length > 0) await this.#seen?.write(seen);
  }

  /** Whether an interrupted run can be gone on with. */
  get isResumable(): boolean {
    return this.#ledger !== undefined;
  }

  /** Resolves when the operating system has all rows. */
  async flush(): Promise<void> {
    await this.#rows.flush();
    await this.#rejected?.flush();
  }

  /** Hands everything to the operating system, then notes in the ledger that it is there; returns the length of the rows. */
  async checkpoint(state: RunState): Promise<number> {
    const complete = await this.#flush(state);
    await this.#ledger?.record(complete);
    return complete.outputBytes;
  }

  /** Ends the run: all rows have their name, and nothing is left to resume. Returns the length of the rows. */
  async commit(state: RunState): Promise<number> {
    const complete = await this.#flush(state);
    await this.#ledger?.complete(complete);
    await this.#deadLetters.commit();
    await this.#rejected?.commit();
    await this.#rows.commit();
    await this.#seen?.remove();
    await this.#ledger?.remove();
    return complete.outputBytes;
  }

  /** Leaves what is written to be resumed. Never rejects. */
  async abort(): Promise<void> {
    await this.#rows.abort();
    await this.#rejected?.abort();
    await this.#deadLetters.abort();
    await this.#seen?.abort();
    await this.#ledger?.close();
  }

  async #flush(state: RunState): Promise<Progress> {
    const outputBytes = await this.#rows.flush();
    const rejectedBytes = (await this.#rejected?.flush()) ?? 0;
    const failedBytes = await this.#deadLetters.flush();
    const seenBytes = (await this.#seen?.flush()) ?? 0;
    return { ...state, outputBytes, rejectedBytes, failedBytes, seenBytes };
  }
}

/** Opens all of them, or none when one cannot be opened. */
async function openSinks(
  paths: OutputPaths,
  { stdout, stderr }: OutputStreams,
  progress: Progress | undefined,
  isComplete: boolean,
): Promise<Sinks> {
  const { outputBytes = 0, rejectedBytes = 0, failedBytes = 0, seenBytes = 0 } = progress ?? {};
  const rowsOptions = { stdout, resumeBytes: outputBytes, isComplete };
  const rows = await openRows(paths.output, rowsOptions);
  let rejected: Sink | undefined;
  let seen: SeenSink | undefined;
  try {
    if (paths.rejected !== undefined)
      rejected = await openRows(paths.rejected, { ...rowsOptions, resumeBytes: rejectedBytes });
    if (paths.seen !== undefined) seen = await SeenSink.open(paths.seen, isComplete ? 0 : seenBytes);
    return { rows, rejected, seen, deadLetters: await openDeadLetters(paths.failed, stderr, failedBytes) };
  } catch (thrown) {
    await rows.abort();
    await rejected?.abort();
    await seen?.abort();
    throw thrown;
  }
}

interface RowsOptions {
  readonly stdout: Writable;
  readonly resumeBytes: number;
  readonly isComplete: boolean;
}

/** The rows of a complete run may have their name already: then there is nothing left to write. */
async function openRows(output: string, { stdout, resumeBytes, isComplete }: RowsOptions): Promise<Sink> {
  const { partial } = isComplete ? await outputLengths(output) : { partial: undefined };
  if (isComplete && partial === undefined) return finishedSink(resumeBytes);
  return openSink(output, { stdout, resumeBytes });
}

async function openDeadLetters(
  failed: string | undefined,
  stderr: Writable,
  resumeBytes: number,
): Promise<DeadLetters> {
  if (failed === undefined) return DeadLetters.toStream(stderr, 'standard error');
  return DeadLetters.toFile(failed, { resumeBytes });
}

async function filesOf({ output, rejected, failed, seen }: OutputPaths): Promise<RunFiles> {
  return {
    output: await outputLengths(output),
    rejected: rejected === undefined ? NO_FILE : await outputLengths(rejected),
    failedBytes: failed === undefined ? undefined : await fileBytes(failed),
    seenBytes: seen === undefined ? undefined : await fileBytes(seen),
  };
}

const NO_FILE = { partial: undefined, finished: undefined };

function finishedSink(bytes: number): Sink {
  return {
    write: async () => Promise.resolve(),
    flush: async () => Promise.resolve(bytes),
    commit: async () => Promise.resolve(),
    abort: async () => Promise.resolve(),
  };
}
