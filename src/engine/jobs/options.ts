import { MillraceError } from '../../core/errors.js';
import { BACKOFF_DEFAULTS, type BackoffOptions } from '../../core/flow/backoff.js';
import { PRIORITIES, type Priority } from '../../core/flow/priority.js';
import {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkOptions,
  checkString,
  optionPath,
  typeError,
} from '../../core/options.js';

/** Items of one job, and of an engine, that can be processed at once. */
export const CONCURRENCY_MAX = 10_000;

const WINDOW_ITEMS_MAX = 10_000_000;
const DELAY_MS_MAX = 2 ** 31 - 1;

/** Options of `submit`. */
export interface JobOptions extends BackoffOptions {
  /** What the job is found by again, and the name of its ledger: letters, digits, `_`, `-` and `.`, at most 128. @defaultValue a random UUID */
  readonly id?: string;
  /** Which job's items begin first while the engine's concurrency is used up. @defaultValue 'normal' */
  readonly priority?: Priority;
  /** Items that the processor is given at once. Integer, 1 to 10,000. @defaultValue 10 */
  readonly concurrency?: number;
  /**
   * Items that begin before the event loop gets a turn (never fewer than `concurrency`), and that share a record of the ledger
   * at most. Integer, 1 to 1,000. @defaultValue 100
   */
  readonly batchSize?: number;
  /** Times that an item is tried again after it has failed. Integer, 0 to 1,000. @defaultValue 3 */
  readonly retries?: number;
  /** One try of an item that takes longer fails and has its signal aborted. Integer, 1 or more. @defaultValue 300000 */
  readonly timeoutMs?: number;
  /** Whether `results` are in the order of the items, or else as they come. @defaultValue true */
  readonly ordered?: boolean;
  /**
   * Items that may be begun and whose results have not been taken: running, waiting for a retry, or waiting for whoever iterates.
   * Integer, 1 to 10,000,000. @defaultValue 10000
   */
  readonly windowItems?: number;
  /** Cancels the job. */
  readonly signal?: AbortSignal;
  /** A directory for the job's ledger, which makes the job durable. @defaultValue none: the job ends with the process */
  readonly store?: string;
  /** With `store`: whether values are recorded, as JSON, so that a resumed job yields them again. @defaultValue true */
  readonly recordValues?: boolean;
  /** With `store`: whatever tells these items from others, such as the digest of a file. Compared on resuming. @defaultValue '' */
  readonly fingerprint?: string;
}

type Optional = 'signal' | 'store' | 'id';

export type ResolvedJobOptions = Required<Omit<JobOptions, Optional>> & {
  readonly id: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly store: string | undefined;
};

export const JOB_DEFAULTS: Required<Omit<JobOptions, Optional>> = Object.freeze({
  priority: 'normal',
  concurrency: 10,
  batchSize: 100,
  retries: 3,
  ...BACKOFF_DEFAULTS,
  timeoutMs: 300_000,
  ordered: true,
  windowItems: 10_000,
  recordValues: true,
  fingerprint: '',
});

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveJobOptions(options: JobOptions = {}, path = 'job'): ResolvedJobOptions {
  const names = [...Object.keys(JOB_DEFAULTS), 'id', 'signal', 'store'];
  const asked = checkOptions(path, options, names);
  const given: Readonly<Record<string, unknown>> = { ...JOB_DEFAULTS, ...asked };
  const at = (name: string): [string, unknown] => [optionPath(path, name), given[name]];
  const baseMs = checkInteger(...at('baseMs'), 1, DELAY_MS_MAX);
  const capMs = asked['capMs'] ?? Math.max(JOB_DEFAULTS.capMs, baseMs);
  return Object.freeze({
    id: asked['id'] === undefined ? undefined : checkJobId(...at('id')),
    priority: checkChoice(...at('priority'), PRIORITIES),
    concurrency: checkInteger(...at('concurrency'), 1, CONCURRENCY_MAX),
    batchSize: checkInteger(...at('batchSize'), 1, 1000),
    retries: checkInteger(...at('retries'), 0, 1000),
    baseMs,
    capMs: checkInteger(optionPath(path, 'capMs'), capMs, baseMs, DELAY_MS_MAX),
    timeoutMs: checkInteger(...at('timeoutMs'), 1, DELAY_MS_MAX),
    ordered: checkBoolean(...at('ordered')),
    windowItems: checkInteger(...at('windowItems'), 1, WINDOW_ITEMS_MAX),
    signal: asked['signal'] === undefined ? undefined : checkSignal(...at('signal')),
    store: asked['store'] === undefined ? undefined : checkString(...at('store')),
    recordValues: checkBoolean(...at('recordValues')),
    fingerprint: given['fingerprint'] === '' ? '' : checkString(...at('fingerprint')),
  });
}

/** What bounds all jobs of an engine together; its option `jobs`. */
export interface JobsOptions {
  /** Items of all jobs that are processed at once. Integer, 1 to 10,000. @defaultValue 10000 */
  readonly concurrency?: number;
  /** Jobs that have not ended; a further one is refused. Integer, 1 or more. @defaultValue 1000 */
  readonly activeMax?: number;
  /** Jobs that have ended and can still be found by their id; beyond it the oldest is forgotten. Integer, 0 or more. @defaultValue 1000 */
  readonly finishedMax?: number;
}

export type ResolvedJobsOptions = Required<JobsOptions>;

export const JOBS_DEFAULTS: ResolvedJobsOptions = Object.freeze({
  concurrency: CONCURRENCY_MAX,
  activeMax: 1000,
  finishedMax: 1000,
});

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveJobsOptions(options: unknown = {}, path = 'jobs'): ResolvedJobsOptions {
  const given = { ...JOBS_DEFAULTS, ...checkOptions(path, options, Object.keys(JOBS_DEFAULTS)) };
  const at = (name: keyof JobsOptions): [string, unknown] => [optionPath(path, name), given[name]];
  return Object.freeze({
    concurrency: checkInteger(...at('concurrency'), 1, CONCURRENCY_MAX),
    activeMax: checkInteger(...at('activeMax'), 1),
    finishedMax: checkInteger(...at('finishedMax'), 0),
  });
}

const ID = /^[\w-][\w.-]{0,127}$/;

/** An id is the name of a file, too: nothing that leads out of a folder. */
export function checkJobId(path: string, value: unknown): string {
  const id = checkString(path, value);
  if (ID.test(id)) return id;
  const expected = 'at most 128 letters, digits, "_", "-" and ".", not beginning with "."';
  throw new MillraceError('ERR_OPTION_RANGE', `${path} must be ${expected}, got ${JSON.stringify(id.slice(0, 40))}`);
}

function checkSignal(path: string, value: unknown): AbortSignal {
  if (value instanceof AbortSignal) return value;
  throw typeError(path, 'an AbortSignal', value);
}
