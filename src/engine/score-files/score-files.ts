import { resolve } from 'node:path';
import type { Input } from '../../io/input.js';
import { resolveInputs } from '../../io/inputs.js';
import type { Progress, RunHeader } from '../../ledger/run.js';
import type { KeepIf, RowSettings } from '../../workers/protocol.js';
import { ESCAPE_BYTES_MAX } from '../../workers/row-settings.js';
import { slotsOf } from '../../workers/measure-row.js';
import { NO_CACHE_COUNTS } from '../../workers/report-cache.js';
import { abortable } from '../../core/abort.js';
import { MillraceError } from '../../core/errors.js';
import { FILTER_NAMES } from '../../core/filters.js';
import type { MeasureSettings } from '../../core/measures.js';
import { peakRssBytes } from '../../core/peak-rss.js';
import { Repeats } from '../dedup/repeats.js';
import { FileDependencies } from '../dependencies/file-dependencies.js';
import { readRows, refuseStreams } from '../dependencies/read-rows.js';
import { FileRun, RUN_START, type RowsOutput, type RunState } from './file-run.js';
import { neededMeasures } from './needed-measures.js';
import { ENGINE_DEFAULTS } from '../options.js';
import { threadCache } from '../report-cache/cache-option.js';
import type { ReportTiers } from '../report-cache/report-tiers.js';
import { rejectionsOf } from './rejections.js';
import {
  RunOutput,
  outputPaths,
  ownFiles,
  type NamedOutputs,
  type OutputPaths,
  type OutputStreams,
} from './run-output.js';
import type { RunTally } from '../run-report/run-tally.js';
import type { ScoreReport } from '../run-report/score-report.js';
import { Scheduler } from '../threads/scheduler.js';
import {
  resolveScoreFilesOptions,
  type InputPlan,
  type ResolvedScoreFilesOptions,
  type RunProgress,
  type RunSummary,
  type ScoreFilesOptions,
} from './options.js';
import { selectionHeader, type Selection } from './selection.js';
import { SlabPool } from '../threads/slab-pool.js';

/** Chunks between reading and writing, for each worker. */
const WINDOW_CHUNKS_PER_WORKER = 6;

/** Chunks that each worker should get at least, so that all end at about the same time. */
const CHUNKS_PER_WORKER = 16;
const CHUNK_BYTES_MIN = 64 * 1024;

/** A line holds its text, each byte of it as an escape, and so much besides. */
const LINE_EXTRA_BYTES = 1024 * 1024;
const LINE_BYTES_LIMIT = 512 * 1024 * 1024;

/**
 * Scores files into rows of JSON Lines, in input order, on all cores.
 *
 * @throws MillraceError `ERR_USAGE`, `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_EXPRESSION`, `ERR_INPUT_NOT_FOUND`,
 * `ERR_INPUT_UNREADABLE`, `ERR_OUTPUT_UNWRITABLE`, `ERR_RESUME_MISMATCH`, `ERR_LEDGER`, `ERR_CACHE_DIR`, `ERR_CACHE_LOCKED`, `ERR_ABORTED`.
 */
export async function scoreFiles(options: ScoreFilesOptions): Promise<RunSummary> {
  const resolved = resolveScoreFilesOptions(options);
  const rows = await rowSettings(resolved);
  const paths = await outputPaths({ ...options, ...resolved.selection });
  const { inputs, skipped } = await resolveInputs(options.inputs, {
    exclude: ownFiles(paths),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  refuseOverwriting(inputs, paths);
  if (resolved.dependsOnField !== undefined) refuseStreams(inputs);
  const streams = { stdout: options.stdout ?? process.stdout, stderr: options.stderr ?? process.stderr };
  const cache = await openCache(resolved);
  const report = await openReport(resolved);
  try {
    const observed = report?.observing(options) ?? options;
    const summary = await scoreInputs({ options: observed, resolved, inputs, skipped, paths, streams, rows, report });
    await report?.write(summary, options);
    return summary;
  } finally {
    report?.stop();
    await cache?.close();
  }
}

/** A run whose options are checked and whose inputs are known. */
interface CheckedRun {
  readonly options: ScoreFilesOptions;
  readonly resolved: ResolvedScoreFilesOptions;
  readonly inputs: readonly Input[];
  readonly skipped: number;
  readonly paths: OutputPaths;
  readonly streams: OutputStreams;
  readonly rows: RowSettings;
  readonly report: ScoreReport | undefined;
}

async function scoreInputs(run: CheckedRun): Promise<RunSummary> {
  const { options, resolved, inputs, skipped, paths, streams, rows, report } = run;
  const header = headerOf(resolved, inputs);
  const opened = await RunOutput.open(paths, streams, header, resolved.resume);
  const start = opened.progress ?? RUN_START;
  const measured = new Measured(options, inputs, start);
  let { output } = opened;
  try {
    let state = start;
    if (!opened.isComplete) {
      const dependencies = await readDependencies(run, start);
      let repeats = await openRepeats(resolved.selection, paths, opened.progress);
      state = await runInputs(options, resolved, inputs, output, start, measured, {
        rows,
        repeats,
        dependencies,
        tally: report?.beginTally(),
      });
      while (dependencies?.isStale === true) {
        dependencies.restart();
        await output.abort();
        ({ output } = await RunOutput.open(paths, streams, header, false));
        repeats = await openRepeats(resolved.selection, paths, undefined);
        state = await runInputs(options, resolved, inputs, output, RUN_START, measured, {
          rows,
          repeats,
          dependencies,
          tally: report?.beginTally(),
        });
      }
    }
    const committed = output.commit(state);
    // A file is soon finished, and then it is better whole; the reader of a stream may stand still.
    const outputBytes = await (output.isResumable ? committed : abortable(committed, options.signal, () => undefined));
    return measured.summary(state, paths, { workers: resolved.workers, outputBytes, skippedFiles: skipped });
  } catch (thrown) {
    await output.abort();
    throw thrown;
  }
}

/** Reads the inputs for what depends on what, if anything does. */
async function readDependencies(
  { options, resolved, inputs, rows }: CheckedRun,
  { late }: RunState,
): Promise<FileDependencies | undefined> {
  const { dependsOnField: field, chunkBytes: blockBytes } = resolved;
  if (field === undefined) return undefined;
  const signal = options.signal ?? new AbortController().signal;
  return new FileDependencies(await readRows(inputs, { field, settings: rows, blockBytes, signal }), inputs, late);
}

/**
 * What `scoreFiles` would read, in order, if it wrote to these outputs.
 *
 * @throws MillraceError `ERR_USAGE`, `ERR_INPUT_NOT_FOUND`, `ERR_INPUT_UNREADABLE`, `ERR_OUTPUT_UNWRITABLE`.
 */
export async function planInputs(patterns: readonly string[], outputs: NamedOutputs = {}): Promise<InputPlan> {
  const exclude = ownFiles(await outputPaths(outputs));
  const { inputs, skipped } = await resolveInputs(patterns, { exclude });
  return {
    inputs: inputs.map(({ source, kind, bytes, ...input }) => {
      return { source, kind, bytes, files: 'files' in input ? input.files.length : 1 };
    }),
    skippedFiles: skipped,
  };
}

/**
 * Scores the inputs from `start` on, into whatever takes the rows.
 *
 * @param handling - how rows are written, and what takes repeated ones out.
 * @throws MillraceError as `scoreFiles`.
 */
export async function runInputs(
  options: ScoreFilesOptions,
  resolved: ResolvedScoreFilesOptions,
  inputs: readonly Input[],
  output: RowsOutput,
  start: RunState,
  measured: Measured,
  { rows, repeats, dependencies, tally }: RowHandling,
): Promise<RunState> {
  const { workers, workerTimeoutMs } = resolved;
  const { monitor } = options;
  const chunkBytes = chunkBytesFor(resolved, inputs);
  const settings = neededMeasures(resolved.settings, rows);
  const { workerHeapMb } = ENGINE_DEFAULTS;
  const hashSecret = repeats?.secret;
  const cache = threadCache(resolved.cache, slotsOf(settings));
  const scheduler = new Scheduler({ workers, workerTimeoutMs, workerHeapMb, settings, hashSecret, cache, monitor });
  const windowChunks = workers * WINDOW_CHUNKS_PER_WORKER;
  const fileRun = new FileRun(
    {
      inputs,
      settings: rows,
      source: { chunkBytes, lineBytesMax: rows.lineBytesMax, stdin: options.stdin ?? process.stdin },
      scheduler,
      slabs: new SlabPool(chunkBytes, windowChunks),
      output,
      repeats,
      dependencies,
      tally,
      windowBytes: windowChunks * chunkBytes,
      signal: options.signal ?? new AbortController().signal,
      onProgress: (state) => {
        measured.progress(state);
      },
      monitor,
    },
    start,
  );
  try {
    await fileRun.run();
    return fileRun.state;
  } finally {
    measured.restarts += scheduler.stats().restarts;
    measured.cache = fileRun.cache;
    await scheduler.close(new MillraceError('ERR_ABORTED', 'the run has ended'));
  }
}

/** What becomes of the rows of a run on their way. */
export interface RowHandling {
  readonly rows: RowSettings;
  /** Undefined: repeated documents stay. */
  readonly repeats: Repeats | undefined;
  /** Undefined: no document depends on another. */
  readonly dependencies: FileDependencies | undefined;
  /** Undefined: nobody asks what the documents are like. */
  readonly tally: RunTally | undefined;
}

/** Time, memory and progress of a run. */
export class Measured {
  restarts = 0;
  cache = NO_CACHE_COUNTS;
  readonly #startedAtMs = performance.now();
  readonly #loop = performance.eventLoopUtilization();
  readonly #options: ScoreFilesOptions;
  readonly #inputs: readonly Input[];
  readonly #start: RunState;

  constructor(options: ScoreFilesOptions, inputs: readonly Input[], start: RunState) {
    this.#options = options;
    this.#inputs = inputs;
    this.#start = start;
  }

  progress(state: RunState): void {
    this.#options.onProgress?.({ ...this.#soFar(state), seconds: this.#seconds() });
  }

  summary(
    state: RunState,
    paths: OutputPaths,
    run: { readonly workers: number; readonly outputBytes: number; readonly skippedFiles: number },
  ): RunSummary {
    const { documents, rejected, failed, bytes, inputBytes } = this.#soFar(state);
    const scored = Math.max(state.documents - this.#start.documents, 1);
    return {
      documents,
      rejected,
      rejections: rejectionsOf(state.rejections, this.#options.keepIf),
      unremembered: state.unremembered,
      cache: this.cache,
      failed,
      bytes,
      inputBytes,
      ...run,
      seconds: this.#seconds(),
      peakRssBytes: peakRssBytes(),
      output: paths.output === '-' ? undefined : paths.output,
      failedOutput: failed === 0 ? undefined : paths.failed,
      rejectedOutput: paths.rejected,
      resumedDocuments: this.#start.documents,
      restarts: this.restarts,
      mainThreadUsPerDocument: (performance.eventLoopUtilization(this.#loop).active * 1000) / scored,
    };
  }

  #seconds(): number {
    return (performance.now() - this.#startedAtMs) / 1000;
  }

  #soFar({ documents, rejected, failed, bytes, input, position }: RunState): Omit<RunProgress, 'seconds'> {
    const sizes = this.#inputs.map((each) => each.bytes);
    const before = sizes.slice(0, input).reduce<number>((sum, size) => sum + (size ?? 0), 0);
    const current = this.#inputs[input];
    const inputBytes = before + (current === undefined ? 0 : bytesUpTo(current, position));
    const isKnown = sizes.every((size) => size !== undefined);
    const inputBytesTotal = isKnown ? sizes.reduce((sum, size) => sum + size, 0) : undefined;
    return { documents, rejected, failed, bytes, inputBytes, inputBytesTotal };
  }
}

/** Bytes of an input before a position, which for text files is an ordinal. */
function bytesUpTo(input: Input, position: number): number {
  if (input.kind !== 'files') return position;
  return input.files.slice(0, Math.max(position - input.start, 0)).reduce((sum, file) => sum + file.bytes, 0);
}

/** How rows are written by the options. */
export async function rowSettings(resolved: ResolvedScoreFilesOptions): Promise<RowSettings> {
  const { emit, textField, idField, maxBytes, selection } = resolved;
  const { rejectBy, rejected, dedup, clean } = selection;
  const keepIf = await parseKeepIf(resolved);
  const selected = {
    rejectBy,
    keepIf,
    keepsRejected: rejected !== undefined,
    tellsKept: dedup !== undefined,
    cleans: clean !== undefined,
  };
  return { ...selected, emit, textField, idField, maxBytes, lineBytesMax: lineBytesMaxOf(maxBytes) };
}

/** Bytes that a line with a text of `maxBytes` can need. */
export function lineBytesMaxOf(maxBytes: number): number {
  return Math.min(maxBytes * ESCAPE_BYTES_MAX + LINE_EXTRA_BYTES, LINE_BYTES_LIMIT);
}

/** Opens the cache before there is any output, so that it is refused at once if it cannot be; the workers do the rest. */
async function openCache({ cache }: ResolvedScoreFilesOptions): Promise<ReportTiers | undefined> {
  if (cache === undefined) return undefined;
  const { ReportTiers } = await import('../report-cache/report-tiers.js'); // which loads lmdb
  return ReportTiers.open(cache.dir);
}

/** What gathers for the page about the run, and draws it, is loaded only where there is to be one. */
async function openReport({ report }: ResolvedScoreFilesOptions): Promise<ScoreReport | undefined> {
  if (report === undefined) return undefined;
  const { ScoreReport } = await import('../run-report/score-report.js');
  return new ScoreReport(report);
}

/** What takes repeated documents out, if they are to be; of a run that goes on, with all texts that it has written. */
async function openRepeats(
  { dedup, dedupBytes }: Selection,
  { seen }: OutputPaths,
  progress: Progress | undefined,
): Promise<Repeats | undefined> {
  if (dedup === undefined) return undefined;
  if (seen === undefined || progress === undefined || progress.seenBytes === 0) return Repeats.begin(dedupBytes);
  return Repeats.resume(dedupBytes, seen, progress.seenBytes);
}

/** What reads expressions is large, and is loaded only where there is one. */
async function parseKeepIf({ selection, settings }: ResolvedScoreFilesOptions): Promise<KeepIf | undefined> {
  const { keepIf: text } = selection;
  if (text === undefined) return undefined;
  const { parseExpression } = await import('../expression/parse.js');
  return { text, node: await parseExpression(text, settings, 'keepIf') };
}

/** Smaller chunks for small inputs, so that no worker is left without. */
function chunkBytesFor({ chunkBytes, workers }: ResolvedScoreFilesOptions, inputs: readonly Input[]): number {
  const total = inputs.reduce((sum, { bytes }) => sum + (bytes ?? Infinity), 0);
  return Math.min(chunkBytes, Math.max(CHUNK_BYTES_MIN, Math.ceil(total / (workers * CHUNKS_PER_WORKER))));
}

/** What must be the same for a run to be resumed. */
function headerOf(
  { emit, textField, idField, dependsOnField, maxBytes, settings, selection }: ResolvedScoreFilesOptions,
  inputs: readonly Input[],
): RunHeader {
  const fields = { textField, idField, ...(dependsOnField !== undefined && { dependsOnField }) };
  return {
    command: 'score',
    options: { emit, ...fields, maxBytes, ...selectionHeader(selection), ...measureHeader(settings) },
    inputs: inputs.map(({ identity }) => identity),
  };
}

/** The measures by the paths of their options; those that change nothing in a report of counts and entropy are left out. */
function measureHeader({ measures, stats, asOf, weights, filters }: MeasureSettings): RunHeader['options'] {
  if (measures === 'entropy') return { measures };
  const header: Record<string, RunHeader['options'][string]> = { measures, stats, asOf };
  for (const [name, weight] of Object.entries<number>({ ...weights })) header[`weights.${name}`] = weight;
  for (const filter of FILTER_NAMES) {
    for (const [name, threshold] of Object.entries<number | true | null>({ ...filters[filter] })) {
      header[`filters.${filter}.${name}`] = threshold;
    }
  }
  return header;
}

/** What the run writes or removes must be none of what it reads, and each a file by itself. */
function refuseOverwriting(inputs: readonly Input[], paths: OutputPaths): void {
  const written = new Map<string, string>();
  for (const path of ownFiles(paths)) {
    if (written.has(resolve(path))) {
      const expected = 'rows, rejected rows and dead letters must each go to a file of their own';
      throw new MillraceError('ERR_USAGE', `${expected}, got ${path} for two of them`);
    }
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
}

/** What depends on what is read before the run, and so the inputs are read twice. */
function filesOf(input: Input): string[] {
  if (input.kind === 'files') return input.files.map(({ path }) => path);
  return 'path' in input ? [input.path] : [];
}
