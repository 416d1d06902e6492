import type { Readable, Writable } from 'node:stream';
import type { CacheCounts } from '../../workers/report-cache.js';
import { MillraceError } from '../../core/errors.js';
import { checkBoolean, checkChoice, checkInteger, checkKnown, checkString } from '../../core/options.js';
import { PROVIDER_CHARS_MAX } from '../../ledger/calls/calls.js';
import {
  resolveCallLedgerOptions,
  type CallLedgerOptions,
  type ResolvedCallLedgerOptions,
} from '../../ledger/calls/options.js';
import type { CallerStatus } from '../../refine/caller/caller.js';
import type { Estimate } from '../../refine/estimate.js';
import type { Recommendation } from '../../refine/recommend.js';
import type { EssentialNumbers } from '../../refine/row.js';
import { CALLER_DEFAULTS } from '../../refine/caller/options.js';
import { EMITS, type Emit } from '../emit.js';
import { ENGINE_DEFAULTS, MAX_BYTES_LIMIT, WORKERS_MAX } from '../options.js';
import { checkCache, type CacheOptions } from '../report-cache/cache-option.js';
import {
  REFINE_RUN_OPTION_NAMES,
  resolveRefineRunOptions,
  type RefineRunOptions,
  type ResolvedRefineRunOptions,
} from '../refine/options.js';
import { namedProviders } from '../refine/named-providers.js';
import type { RefineCounts } from '../refine/refiner.js';
import { REFINEMENT_FIELD } from './output-row.js';

/** What `refineFiles` reads, writes and keeps to. */
export interface RefineFilesOptions extends Omit<RefineRunOptions, 'cache'> {
  /** Files, directories, globs, or `-` for JSON Lines on `stdin`. At least one. */
  readonly inputs: readonly string[];
  /** Output path; gzip when it ends in `.gz`. Left out or `-`: `stdout`, which no run can be resumed on. */
  readonly output?: string;
  /**
   * What a row of output is. `'reports'`: id, text and what was decided; other fields of the input are gone. `'rows'`: the input
   * row byte for byte, with the text in its place where a version was accepted. `'both'`: that, and what was decided, under
   * `"refinement"`. A text file has an input row of `id` and `text`. @defaultValue 'reports'
   */
  readonly emit?: Emit;
  /** Path of the dead letters. @defaultValue `<output>.failed.jsonl`; without an output file they go to `stderr` */
  readonly failed?: string;
  /** Path of a page about the run, one HTML file, written when the run has finished. @defaultValue none is written */
  readonly report?: string;
  /**
   * Directory of the ledger: what was sent, answered and written. The same call goes on with a run that was killed, and does
   * nothing for one that is complete. @defaultValue none: an interrupted run begins anew
   */
  readonly run?: string;
  /** Tries the dead letters of a complete run again. Needs `run`. @defaultValue false */
  readonly retryFailed?: boolean;
  /** Bounds of the ledger. */
  readonly ledger?: CallLedgerOptions;
  /** Field of a JSON row that holds the text. @defaultValue 'text' */
  readonly textField?: string;
  /** Field of a JSON row that holds the id. @defaultValue 'id' */
  readonly idField?: string;
  /**
   * Field of a JSON row that names documents of the run that it depends on: an id, an array of ids, or nothing. A document is refined
   * when all that it depends on is finished, and becomes a dead letter if one of these fails, is missing, or depends on it in turn.
   * Inputs are read twice, so each must be a file. @defaultValue none: documents do not depend on each other
   */
  readonly dependsOnField?: string;
  /** Threads that score. Integer, 1 to 256. @defaultValue the machine's parallelism */
  readonly workers?: number;
  /** Largest text in UTF-8 bytes; a larger one becomes a dead letter. Integer, 1 to 128 MiB. @defaultValue 64 MiB */
  readonly maxBytes?: number;
  /** Where answers are found that were paid for before; `false`: nowhere. @defaultValue false */
  readonly cache?: CacheOptions | false;
  /**
   * Ends the run in order: nothing more is sent, calls in flight are answered or time out, what is answered is recorded, what is
   * finished is written. Then the run rejects with `ERR_ABORTED`.
   */
  readonly stop?: AbortSignal;
  /** Ends the run at once: calls in flight are given up, and stay charged. What is answered is recorded. */
  readonly signal?: AbortSignal | undefined;
  /** Told what a user should know of a run that goes on all the same: one line each. @defaultValue nobody is told */
  readonly onWarn?: (message: string) => void;
  /** Called a few times a second, and when the run ends. */
  readonly onProgress?: (progress: RefineProgress) => void;
  /** @defaultValue process.stdin */
  readonly stdin?: Readable;
  /** @defaultValue process.stdout */
  readonly stdout?: Writable;
  /** Takes the dead letters when neither `output` nor `failed` names a file. @defaultValue process.stderr */
  readonly stderr?: Writable;
}

/** How far a run has come. Counts are of the whole run, sessions before this one included. */
export interface RefineProgress extends RefineCounts {
  /** Rows and dead letters that are written. */
  readonly written: number;
  readonly failed: number;
  /** Bytes of text scored as it came. */
  readonly bytes: number;
  /** Input bytes written, and how many there are; undefined when an input's size is not known beforehand. */
  readonly inputBytes: number;
  readonly inputBytesTotal: number | undefined;
  readonly seconds: number;
  /** What the calls are doing, since the run was last started; undefined before the first document was taken. */
  readonly caller: CallerStatus | undefined;
  /** The cap; undefined without one. */
  readonly budgetUsd: number | undefined;
}

/** Means over all rows of the run. */
export type MeanNumbers = Pick<EssentialNumbers, 'score'>;

/** What a finished run did. Counts are of the whole run, sessions before this one included. */
export interface RefineFilesSummary extends RefineCounts {
  readonly failed: number;
  readonly bytes: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly seconds: number;
  readonly workers: number;
  readonly peakRssBytes: number;
  readonly output: string | undefined;
  readonly failedOutput: string | undefined;
  readonly skippedFiles: number;
  /** Documents that earlier sessions had written; they count in `documents` as well. */
  readonly resumedDocuments: number;
  /** The run was complete before: nothing was done. */
  readonly wasComplete: boolean;
  /** Answers by the tier of the cache in which they were found, or that were not found. */
  readonly cache: CacheCounts;
  /** What the cached part of prompts, the cache of answers and the gate saved, in US dollars; null without a price. */
  readonly saved: {
    readonly promptCacheUsd: number | null;
    readonly answerCacheUsd: number | null;
    readonly gateUsd: number | null;
  };
  /** Documents by why they went no further. */
  readonly stopped: Readonly<Record<string, number>>;
  readonly before: MeanNumbers;
  readonly after: MeanNumbers;
  readonly recommendations: readonly Recommendation[];
  /** Busy time of the main thread per document, in microseconds. */
  readonly mainThreadUsPerDocument: number;
}

/** What a run would need, by a sample of its inputs. */
export interface RefineEstimate extends Estimate {
  readonly inputDocuments: number;
  readonly model: string;
}

export interface ResolvedRefineFilesOptions {
  /** The options of `engine.refine` among them, as they were given. */
  readonly given: RefineRunOptions;
  readonly refining: ResolvedRefineRunOptions;
  readonly emit: Emit;
  readonly textField: string;
  readonly idField: string;
  /** Undefined: documents do not depend on each other. */
  readonly dependsOnField: string | undefined;
  readonly workers: number;
  readonly maxBytes: number;
  readonly concurrency: number;
  /** Undefined: the run is not recorded. */
  readonly run: string | undefined;
  readonly retryFailed: boolean;
  /** Undefined: no page is written. */
  readonly report: string | undefined;
  readonly ledger: ResolvedCallLedgerOptions;
  /** Directory of the cache; undefined: there is none. */
  readonly cacheDir: string | undefined;
}

export const REFINE_FILES_DEFAULTS = Object.freeze({
  emit: 'reports',
  textField: 'text',
  idField: 'id',
  retryFailed: false,
});

const FILES_NAMES = [
  ...['inputs', 'output', 'failed', 'report', 'run', 'ledger', 'workers', 'maxBytes', 'stop', 'dependsOnField'],
  ...['onProgress', 'onWarn', 'stdin', 'stdout', 'stderr', ...Object.keys(REFINE_FILES_DEFAULTS)],
];
const CONCURRENCY_MAX = 65_536;

/**
 * Takes partial options, returns frozen and complete ones, refuses with the option's name.
 *
 * @throws MillraceError `ERR_USAGE`, `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
 */
export function resolveRefineFilesOptions(options: RefineFilesOptions): ResolvedRefineFilesOptions {
  checkKnown('', options, [...FILES_NAMES, ...REFINE_RUN_OPTION_NAMES]);
  const { inputs, output, run, retryFailed = REFINE_FILES_DEFAULTS.retryFailed, ledger = {} } = options;
  if (inputs.length === 0) throw new MillraceError('ERR_USAGE', 'expected one input or more, got none');
  if (run === undefined && checkBoolean('retryFailed', retryFailed))
    throw new MillraceError(
      'ERR_USAGE',
      'retryFailed needs the run whose dead letters are to be tried again, got none',
    );
  if (run !== undefined && (output === undefined || output === '-'))
    throw new MillraceError('ERR_USAGE', 'a run that is recorded needs an output file, got standard output');
  const given = refiningOptions(options);
  const refining = resolveRefineRunOptions(given, '');
  if (run !== undefined) checkProviderNames(options.providers);
  const emit = checkChoice('emit', options.emit ?? REFINE_FILES_DEFAULTS.emit, EMITS);
  return Object.freeze({
    given,
    refining,
    emit,
    textField: checkField('textField', options.textField ?? REFINE_FILES_DEFAULTS.textField, emit),
    idField: checkField('idField', options.idField ?? REFINE_FILES_DEFAULTS.idField, emit),
    dependsOnField:
      options.dependsOnField === undefined ? undefined : checkString('dependsOnField', options.dependsOnField),
    workers: checkInteger('workers', options.workers ?? ENGINE_DEFAULTS.workers, 1, WORKERS_MAX),
    maxBytes: checkInteger('maxBytes', options.maxBytes ?? ENGINE_DEFAULTS.maxBytes, 1, MAX_BYTES_LIMIT),
    concurrency: checkInteger('concurrency', options.concurrency ?? CALLER_DEFAULTS.concurrency, 1, CONCURRENCY_MAX),
    run: run === undefined ? undefined : checkString('run', run),
    retryFailed: checkBoolean('retryFailed', retryFailed),
    report: options.report === undefined ? undefined : checkString('report', options.report),
    ledger: resolveCallLedgerOptions(ledger),
    cacheDir: checkCache(options.cache ?? false)?.dir,
  });
}

/** The decisions would hide a field of their name, since readers take the last one. */
function checkField(path: string, value: unknown, emit: Emit): string {
  const name = checkString(path, value);
  if (emit !== 'both' || name !== REFINEMENT_FIELD) return name;
  throw new MillraceError('ERR_USAGE', `${path} must not be ${name} with emit 'both', which adds a field of that name`);
}

/** The record of a call has room for so much of its provider's name, with the number that tells it from others of that name. */
function checkProviderNames(providers: RefineRunOptions['providers']): void {
  for (const [index, { name }] of namedProviders(providers).entries()) {
    const path = `providers[${index}].provider.name`;
    if (checkString(path, name).length <= PROVIDER_CHARS_MAX) continue;
    const expected = `${path} must have at most ${PROVIDER_CHARS_MAX} UTF-16 units in a run that is recorded`;
    throw new MillraceError('ERR_OPTION_RANGE', `${expected}, got ${name.length}`);
  }
}

/** Those of `engine.refine`. */
function refiningOptions(options: RefineFilesOptions): RefineRunOptions {
  const { inputs, output, emit, failed, report, run, retryFailed, ledger, workers, maxBytes, ...fields } = options;
  const { textField, idField, dependsOnField, ...others } = fields;
  const { cache, stop, signal, onProgress, onWarn, stdin, stdout, stderr, ...given } = others;
  return given;
}
