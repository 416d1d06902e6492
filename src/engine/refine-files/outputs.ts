import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MillraceError } from '../../core/errors.js';
import { DeadLetters } from '../../io/dead-letters.js';
import { fileBytes, outputLengths } from '../../io/file-sink.js';
import type { Input } from '../../io/input.js';
import { openSink } from '../../io/output.js';
import type { Sink } from '../../io/sink.js';
import type { Checkpoint } from '../../ledger/calls/calls.js';
import type { WrittenFiles } from '../../ledger/calls/opening.js';
import { ownFiles, type OutputPaths, type OutputStreams } from '../score-files/run-output.js';

/** What a run writes to. */
export interface Outputs {
  readonly sink: Sink;
  readonly deadLetters: DeadLetters;
}

/**
 * Opens the outputs, cut to where the run goes on; both, or none when one cannot be opened.
 *
 * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`.
 */
export async function openOutputs(
  { output, failed }: OutputPaths,
  { stdout, stderr }: OutputStreams,
  { outputBytes, failedBytes }: Pick<Checkpoint, 'outputBytes' | 'failedBytes'>,
): Promise<Outputs> {
  const sink = await openSink(output, { stdout, resumeBytes: outputBytes });
  try {
    const deadLetters =
      failed === undefined
        ? DeadLetters.toStream(stderr, 'standard error')
        : await DeadLetters.toFile(failed, { resumeBytes: failedBytes });
    return { sink, deadLetters };
  } catch (thrown) {
    await sink.abort();
    throw thrown;
  }
}

/** What is on disk of the outputs of a run that is recorded. */
export async function writtenFiles({ output, failed }: OutputPaths): Promise<WrittenFiles> {
  const { partial = 0 } = await outputLengths(output);
  const failedBytes = failed === undefined ? undefined : await fileBytes(failed);
  return { outputBytes: partial, failedBytes: failedBytes ?? 0 };
}

/**
 * Gives the output of a complete run its name, if the process that completed it did not come to that.
 *
 * @throws MillraceError `ERR_LEDGER` when the output is gone; `ERR_OUTPUT_UNWRITABLE`.
 */
export async function nameOutput(
  { output }: OutputPaths,
  streams: OutputStreams,
  { outputBytes }: Checkpoint,
): Promise<void> {
  const { partial, finished } = await outputLengths(output);
  if (partial !== undefined) {
    const sink = await openSink(output, { stdout: streams.stdout, resumeBytes: outputBytes });
    await sink.commit();
  } else if (finished === undefined) {
    throw new MillraceError('ERR_LEDGER', `the run is complete, and its output ${output} is gone; begin another one`);
  }
}

/**
 * What the run writes must be none of what it reads, and each a file by itself; a run that is recorded cuts its output, so that
 * must be a file.
 *
 * @throws MillraceError `ERR_USAGE`.
 */
export async function checkOutputs(inputs: readonly Input[], paths: OutputPaths, isRecorded: boolean): Promise<void> {
  const written = new Map<string, string>();
  for (const path of ownFiles(paths)) {
    if (written.has(resolve(path)))
      throw new MillraceError(
        'ERR_USAGE',
        `rows, dead letters and the page must each go to a file of their own, got ${path} for two`,
      );
    written.set(resolve(path), path);
  }
  for (const path of inputs.flatMap(filesOf)) {
    const own = written.get(resolve(path));
    if (own === undefined) continue;
    throw new MillraceError(
      'ERR_USAGE',
      `the run would write to ${own}, which is one of its inputs; name another file`,
    );
  }
  if (!isRecorded) return;
  const existing = await stat(paths.output).catch(() => undefined);
  if (existing === undefined || existing.isFile()) return;
  throw new MillraceError(
    'ERR_USAGE',
    `a run that is recorded needs an output file, got ${paths.output}, which is none`,
  );
}

function filesOf(input: Input): string[] {
  if (input.kind === 'files') return input.files.map(({ path }) => path);
  return 'path' in input ? [input.path] : [];
}
