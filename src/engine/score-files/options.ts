import type { Readable, Writable } from 'node:stream';
import { resolveMeasures, type MeasureOptions, type MeasureSettings } from '../../core/measures.js';
import { checkChoice, checkInteger, checkString } from '../../core/options.js';
import { MillraceError } from '../../core/errors.js';
import type { Monitor } from '../../monitor/monitor.js';
import type { CacheCounts } from '../../workers/report-cache.js';
import { EMITS, type Emit } from '../emit.js';
import { ENGINE_DEFAULTS, MAX_BYTES_LIMIT, WORKERS_MAX } from '../options.js';
import type { Rejection } from './rejections.js';
import { checkCache, type CacheOptions, type CheckedCache } from '../report-cache/cache-option.js';
import { resolveSelection, type Selection, type SelectionOptions } from './selection.js';

/** What `scoreFiles` reads, writes and keeps to. */
export interface ScoreFilesOptions extends MeasureOptions, SelectionOptions {
  /** Files, directories, globs, or `-` for JSON Lines on `stdin`. At least one. */
  readonly inputs: readonly string[];
  /** Output path; gzip when it ends in `.gz`. Left out or `-`: `stdout`. */
  readonly output?: string;
  /** Path of the dead letters. @defaultValue `<output>.failed.jsonl`; without an output file they go to `stderr` */
  readonly failed?: string;
  /** Path of a page about the run, one HTML file, written when the run has finished. @defaultValue none is written */
  readonly report?: string;
  /**
   * What a row of output is: the report, the input row as it was, or that row with the report under `"report"`.
   * @defaultValue 'reports'
   */
  readonly emit?: Emit;
  /** Field of a JSON row that holds the text. @defaultValue 'text' */
  readonly textField?: string;
  /** Field of a JSON row that holds the id. @defaultValue 'id' */
  readonly idField?: string;
  /**
   * Field of a JSON row that names documents of the run that it depends on: an id, an array of ids, or nothing. A row that depends on one
   * that fails, is missing, or depends on it in turn becomes a dead letter. Inputs are read twice, so each must be a file.
   * @defaultValue none: documents do not depend on each other
   */
  readonly dependsOnField?: string;
  /** Threads. Integer, 1 to 256. @defaultValue the machine's parallelism */
  readonly workers?: number;
  /** Largest text in UTF-8 bytes; a larger one becomes a dead letter. Integer, 1 to 128 MiB. @defaultValue 64 MiB */
  readonly maxBytes?: number;
  /** Bytes of input a worker claims at a time. Integer, 4 KiB to 64 MiB. @defaultValue 2 MiB */
  readonly chunkBytes?: number;
  /** A document that keeps a worker busy for longer ends that worker. Integer, 1 or more. @defaultValue 60000 */
  readonly workerTimeoutMs?: number;
  /**
   * Where the reports of texts that were measured before are found; `false`: nowhere. Texts too small to be worth it are measured
   * anew. @defaultValue false
   */
  readonly cache?: CacheOptions | false;
  /** Go on from what the ledger of an interrupted run holds as committed. @defaultValue false */
  readonly resume?: boolean;
  /** Stops the run; what is finished stays in the partial file. */
  readonly signal?: AbortSignal;
  /** Called after each committed chunk, from the main thread. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** Counts what the run's stages do; its owner starts and stops it. @defaultValue none is kept */
  readonly monitor?: Monitor;
  /** @defaultValue process.stdin */
  readonly stdin?: Readable;
  /** @defaultValue process.stdout */
  readonly stdout?: Writable;
  /** Takes the dead letters when neither `output` nor `failed` names a file. @defaultValue process.stderr */
  readonly stderr?: Writable;
}

/** How far a run has come. */
export interface RunProgress {
  /** Documents finished, dead letters and rejected ones among them. */
  readonly documents: number;
  readonly rejected: number;
  readonly failed: number;
  /** Text bytes scored. */
  readonly bytes: number;
  /** Input bytes read, and how many there are; undefined when an input's size is not known beforehand. */
  readonly inputBytes: number;
  readonly inputBytesTotal: number | undefined;
  readonly seconds: number;
}

/** What a finished run did. */
export interface RunSummary {
  /** Dead letters and rejected ones among them. */
  readonly documents: number;
  /** Documents that a filter or the expression rejected. */
  readonly rejected: number;
  /** They by their reasons, the most frequent first. */
  readonly rejections: readonly Rejection[];
  /** Documents that were kept and not remembered, since `dedupBytes` was full: their repeats were kept as well. */
  readonly unremembered: number;
  /** Texts of this run by the tier of the cache in which their report was found, or that were not found; others were not asked for. */
  readonly cache: CacheCounts;
  readonly failed: number;
  readonly bytes: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly seconds: number;
  readonly workers: number;
  /** Peak resident memory of the whole process. */
  readonly peakRssBytes: number;
  /** Where the rows and the dead letters are; undefined for a stream, or when there were no dead letters. */
  readonly output: string | undefined;
  readonly failedOutput: string | undefined;
  /** Where the rejected rows are, if they were to be kept. */
  readonly rejectedOutput: string | undefined;
  /** Documents that an earlier, interrupted run had committed; they count in `documents` as well. */
  readonly resumedDocuments: number;
  /** Files passed over in directories and globs, since their extension is none that holds documents. */
  readonly skippedFiles: number;
  /** Times a worker was replaced. */
  readonly restarts: number;
  /** Busy time of the main thread per document, in microseconds. */
  readonly mainThreadUsPerDocument: number;
}

/** What `--dry-run` tells: the inputs in the order in which they would be read. */
export interface InputPlan {
  readonly inputs: readonly {
    readonly source: string;
    readonly kind: string;
    readonly files: number;
    readonly bytes: number | undefined;
  }[];
  readonly skippedFiles: number;
}

export interface ResolvedScoreFilesOptions {
  /** Undefined: there is no page about the run. */
  readonly report: string | undefined;
  readonly emit: Emit;
  readonly textField: string;
  readonly idField: string;
  /** Undefined: documents do not depend on each other. */
  readonly dependsOnField: string | undefined;
  readonly workers: number;
  readonly maxBytes: number;
  readonly chunkBytes: number;
  readonly workerTimeoutMs: number;
  readonly resume: boolean;
  /** Undefined: there is none. */
  readonly cache: CheckedCache | undefined;
  /** What is measured and how. */
  readonly settings: MeasureSettings;
  /** Which documents are kept. */
  readonly selection: Selection;
}

const CHUNK_BYTES = 2 * 1024 * 1024;

/** Checks the options that are numbers or names; refuses with the option's path. */
export function resolveScoreFilesOptions(options: ScoreFilesOptions): ResolvedScoreFilesOptions {
  if (options.inputs.length === 0) throw new MillraceError('ERR_USAGE', 'expected one input or more, got none');
  const emit = checkChoice('emit', options.emit ?? 'reports', EMITS);
  const settings = resolveMeasures('', options);
  return {
    report: options.report === undefined ? undefined : checkString('report', options.report),
    emit,
    textField: checkString('textField', options.textField ?? 'text'),
    idField: checkString('idField', options.idField ?? 'id'),
    dependsOnField:
      options.dependsOnField === undefined ? undefined : checkString('dependsOnField', options.dependsOnField),
    workers: checkInteger('workers', options.workers ?? ENGINE_DEFAULTS.workers, 1, WORKERS_MAX),
    maxBytes: checkInteger('maxBytes', options.maxBytes ?? ENGINE_DEFAULTS.maxBytes, 1, MAX_BYTES_LIMIT),
    chunkBytes: checkInteger('chunkBytes', options.chunkBytes ?? CHUNK_BYTES, 4096, 32 * CHUNK_BYTES),
    workerTimeoutMs: checkInteger(
      'workerTimeoutMs',
      options.workerTimeoutMs ?? ENGINE_DEFAULTS.workerTimeoutMs,
      1,
      2 ** 31 - 1,
    ),
    resume: options.resume ?? false,
    cache: checkCache(options.cache ?? false),
    settings,
    selection: resolveSelection(options, { emit, settings }),
  };
}
