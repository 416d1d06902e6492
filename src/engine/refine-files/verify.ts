import { isMillraceError } from '../../core/errors.js';
import { fileBytes, outputLengths, partialPath } from '../../io/file-sink.js';
import { resolveInputs } from '../../io/inputs.js';
import { ledgerError } from '../../ledger/journal-file.js';
import { inspectRun, verifyRun, type Difference, type RunEvidence } from '../../ledger/calls/verify.js';
import type { RunHeader } from '../../ledger/run.js';
import { INPUT_ERRORS } from '../input-errors.js';
import { ownFiles } from '../score-files/run-output.js';
import { piecesOf } from './old-rows.js';
import { countDocuments } from './read-documents.js';
import { readSettings } from './read-settings.js';
import { budgetOf } from './run-budget.js';

export interface VerifyRefineRunOptions {
  /** Told of what cannot be verified, and why: one line each. @defaultValue nobody is told */
  readonly onWarn?: (message: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Holds the record of a run of `refineFiles` against its inputs, its output and its dead letters, as they are now; nothing is
 * changed. No difference proves what `verifyRun` says: each document of the inputs has one row or one dead letter, in order and
 * as it was finished; no answered call was made twice; and what was spent is within the budget.
 *
 * @throws MillraceError `ERR_LEDGER` when the directory is none of a run, cannot be read, or a process uses it; `ERR_ABORTED`.
 */
export async function* verifyRefineRun(
  dir: string,
  { onWarn = () => undefined, signal = new AbortController().signal }: VerifyRefineRunOptions = {},
): AsyncGenerator<Difference, void, undefined> {
  const { header, isComplete, checkpoint } = await inspectRun(dir);
  const recorded = recordedOf(dir, header);
  const inputs = await inputsAsTheyAre(recorded, onWarn, signal);
  if ('message' in inputs) yield inputs;
  const budgetNanoUsd = budgetOf(checkpoint);
  yield* verifyRun(dir, {
    ...('message' in inputs ? {} : inputs),
    ...(budgetNanoUsd !== undefined && { budgetNanoUsd }),
    output: linesThere(await outputThere(recorded.output, isComplete), onWarn, signal),
    deadLetters: linesThere(recorded.failed, onWarn, signal),
  });
}

/** What the header of a run says of its files. */
interface Recorded {
  readonly inputs: RunHeader['inputs'];
  readonly patterns: readonly string[];
  /** That relative patterns start from. */
  readonly folder: string | undefined;
  readonly output: string;
  readonly failed: string | undefined;
  readonly reading: ReturnType<typeof readSettings>;
}

function recordedOf(dir: string, { command, options, inputs }: RunHeader): Recorded {
  const { inputs: given, folder, output, failed, textField, idField, maxBytes } = options;
  const patterns: unknown = typeof given === 'string' ? JSON.parse(given) : undefined;
  const isWhole = typeof textField === 'string' && typeof idField === 'string' && typeof maxBytes === 'number';
  if (command !== 'refine' || !isWhole || !isStrings(patterns) || typeof output !== 'string')
    throw ledgerError(dir, `it is of a run of ${command}, expected one of refine`);
  return {
    inputs,
    patterns,
    folder: typeof folder === 'string' ? folder : undefined,
    output,
    failed: typeof failed === 'string' ? failed : undefined,
    reading: readSettings({ textField, idField, maxBytes }),
  };
}

/** The inputs and the number of their documents; the difference when they cannot be read any more. */
async function inputsAsTheyAre(
  { inputs: recorded, patterns, folder, output, failed, reading }: Recorded,
  warn: (message: string) => void,
  signal: AbortSignal,
): Promise<Pick<RunEvidence, 'inputs' | 'documents'> | Difference> {
  const once = recorded.find(({ kind }) => kind === 'stdin' || kind === 'pipe');
  if (once !== undefined) {
    warn(`input ${once.source} could be read only once: the documents of the inputs are not counted`);
    return {};
  }
  try {
    const exclude = ownFiles({
      output,
      failed,
      rejected: undefined,
      ledger: undefined,
      seen: undefined,
      report: undefined,
    });
    const { inputs } = await resolveInputs(patterns, { exclude, signal, ...(folder !== undefined && { cwd: folder }) });
    const documents = await countDocuments(inputs, { ...reading, signal });
    return { inputs: inputs.map(({ identity }) => identity), documents };
  } catch (thrown) {
    if (!isMillraceError(thrown) || !INPUT_ERRORS.has(thrown.code)) throw thrown;
    return { kind: 'inputs', message: thrown.message };
  }
}

/** Where the rows are: a complete run may have been killed before it gave them their name. */
async function outputThere(output: string, isComplete: boolean): Promise<string> {
  const { partial } = await outputLengths(output);
  return isComplete && partial === undefined ? output : partialPath(output);
}

/** What there is of a file, unpacked; nothing when there is none. */
async function* linesThere(
  path: string | undefined,
  warn: (message: string) => void,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (path === undefined || (await fileBytes(path)) === undefined) return;
  try {
    yield* piecesOf(path, signal);
  } catch (thrown) {
    // A packed file of a run that was killed ends torn; lines that are missing are told of by their number.
    if (!isMillraceError(thrown) || thrown.code !== 'ERR_INPUT_CORRUPT') throw thrown;
    warn(thrown.message);
  }
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
