import type { Readable } from 'node:stream';
import { MillraceError } from '../../core/errors.js';
import {
  checkBoolean,
  checkChoice,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOptions,
  checkString,
  typeError,
} from '../../core/options.js';
import { ENGINE_DEFAULTS, WORKERS_MAX } from '../../engine/options.js';
import { FAULTS, type Fault } from '../../refine/mock/options.js';
import type { StressProgress } from './result.js';

export const STRESS_MODES = ['score', 'refine'] as const;
/** `score`: documents are scored. `refine`: they are scored, and those that do not pass the gate go to a mock of a model. */
export type StressMode = (typeof STRESS_MODES)[number];

/** Probability of each fault of a call. */
export type FaultShares = Readonly<Partial<Record<Fault, number>>>;

/** Options of `runStress`. */
export interface StressOptions {
  /** Files, directories or globs that documents are drawn from, or `-`. @defaultValue none: documents are made up */
  readonly inputs?: readonly string[];
  /** Field of a row that holds the text. @defaultValue 'text' */
  readonly textField?: string;
  /** What is driven. @defaultValue `refine` where `faults` are given, since only calls can fail so; else `score` */
  readonly mode?: StressMode;
  /** Arrivals a minute. Number, 1 to 60000000. @defaultValue 248000 */
  readonly ratePerMinute?: number;
  /** How long arrivals come. Number, 0.001 to 10080. @defaultValue 10 */
  readonly minutes?: number;
  /** What is not judged by, from the first arrival on. Number, 0 up to the run's time. @defaultValue a fifth of the run, a minute at most */
  readonly warmUpSeconds?: number;
  /** Share of calls that fail, 0 to 1, in equal parts in each way there is; or the share of each. @defaultValue 0 */
  readonly faults?: number | FaultShares;
  /** Whether threads are ended, connections reset, and processes held up meanwhile. @defaultValue false */
  readonly chaos?: boolean;
  /** Arrivals that may be without an outcome; those beyond are shed, which counts as an error. Integer, 1 to 2^20. @defaultValue 65536 */
  readonly queueMax?: number;
  /** Threads. Integer, 1 to 256. @defaultValue the machine's parallelism */
  readonly workers?: number;
  /** Calls in flight. Integer, 1 to 10000. @defaultValue 1000 */
  readonly concurrency?: number;
  /** How long the mock takes for an answer. Number, 0 to 600000. @defaultValue 50 */
  readonly latencyMs?: number;
  /** A call that takes longer is tried again. Integer, 1 to 3600000. @defaultValue 5000 */
  readonly callTimeoutMs?: number;
  /** How long each batch before the arrivals, and the outcomes behind the last, are waited for. Integer, 1 to 3600000. @defaultValue 60000 */
  readonly patienceMs?: number;
  /** The same seed makes the same documents, faults and chaos. Integer, 0 to 2^32 - 1. @defaultValue 1 */
  readonly seed?: number;
  /** Read for the input `-`. @defaultValue that of the process */
  readonly stdin?: Readable;
  /** Called about once a second. @defaultValue nothing is */
  readonly onProgress?: (progress: StressProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ResolvedStressOptions {
  readonly inputs: readonly string[];
  readonly textField: string;
  readonly mode: StressMode;
  readonly ratePerMinute: number;
  readonly minutes: number;
  readonly warmUpSeconds: number;
  readonly faults: FaultShares;
  readonly chaos: boolean;
  readonly queueMax: number;
  readonly workers: number;
  readonly concurrency: number;
  readonly latencyMs: number;
  readonly callTimeoutMs: number;
  readonly patienceMs: number;
  readonly seed: number;
  readonly onProgress: (progress: StressProgress) => void;
}

export const STRESS_DEFAULTS = Object.freeze({
  inputs: Object.freeze([]),
  textField: 'text',
  ratePerMinute: 248_000,
  minutes: 10,
  faults: 0,
  chaos: false,
  queueMax: 65_536,
  workers: ENGINE_DEFAULTS.workers,
  concurrency: 1000,
  latencyMs: 50,
  callTimeoutMs: 5000,
  patienceMs: 60_000,
  seed: 1,
  onProgress: () => undefined,
});

const NAMES = ['mode', 'warmUpSeconds', 'stdin', 'signal', ...Object.keys(STRESS_DEFAULTS)];
const RATE_MAX = 60_000_000;
const WEEK_MINUTES = 7 * 24 * 60;
const WARM_UP_SECONDS_MAX = 60;
const WARM_UP_SHARE = 0.2;

/**
 * Takes partial options, returns frozen and complete ones, refuses with the option's path.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`; `ERR_USAGE` for faults where no calls are made, and
 * for a rate and time in which nothing arrives.
 */
export function resolveStressOptions(options: StressOptions = {}, path = 'stress'): ResolvedStressOptions {
  const asked = checkOptions(path, options, NAMES);
  const given: Record<string, unknown> = { ...STRESS_DEFAULTS, ...asked };
  const at = (name: keyof StressOptions): string => `${path}.${name}`;
  const minutes = checkNumber(at('minutes'), given['minutes'], 0.001, WEEK_MINUTES);
  const ratePerMinute = checkNumber(at('ratePerMinute'), given['ratePerMinute'], 1, RATE_MAX);
  const faults = resolveFaults(at('faults'), given['faults']);
  const hasFaults = Object.keys(faults).length > 0;
  const mode = checkChoice(at('mode'), given['mode'] ?? (hasFaults ? 'refine' : 'score'), STRESS_MODES);
  if (mode === 'score' && hasFaults)
    throw new MillraceError(
      'ERR_USAGE',
      `${at('faults')} are those of calls, which the mode 'score' does not make; expected none`,
    );
  if (Math.round(ratePerMinute * minutes) < 1)
    throw new MillraceError(
      'ERR_USAGE',
      `nothing arrives in ${minutes} minutes at ${ratePerMinute} a minute; expected one document at least`,
    );
  const warmUpDefault = Math.min(WARM_UP_SECONDS_MAX, WARM_UP_SHARE * minutes * 60);
  const { onProgress = STRESS_DEFAULTS.onProgress } = options;
  checkFunction(at('onProgress'), onProgress);
  return Object.freeze({
    inputs: checkInputs(at('inputs'), given['inputs']),
    textField: checkString(at('textField'), given['textField']),
    mode,
    ratePerMinute,
    minutes,
    warmUpSeconds: checkNumber(at('warmUpSeconds'), given['warmUpSeconds'] ?? warmUpDefault, 0, minutes * 60),
    faults,
    chaos: checkBoolean(at('chaos'), given['chaos']),
    queueMax: checkInteger(at('queueMax'), given['queueMax'], 1, 2 ** 20),
    workers: checkInteger(at('workers'), given['workers'], 1, WORKERS_MAX),
    concurrency: checkInteger(at('concurrency'), given['concurrency'], 1, 10_000),
    latencyMs: checkNumber(at('latencyMs'), given['latencyMs'], 0, 600_000),
    callTimeoutMs: checkInteger(at('callTimeoutMs'), given['callTimeoutMs'], 1, 3_600_000),
    patienceMs: checkInteger(at('patienceMs'), given['patienceMs'], 1, 3_600_000),
    seed: checkInteger(at('seed'), given['seed'], 0, 2 ** 32 - 1),
    onProgress,
  });
}

function checkInputs(path: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw typeError(path, 'an array', value);
  return Object.freeze(value.map((each: unknown, index) => checkString(`${path}[${index}]`, each)));
}

/** A single share is spread evenly over the ways to fail. */
function resolveFaults(path: string, value: unknown): FaultShares {
  if (typeof value === 'number') {
    const share = checkNumber(path, value, 0, 1);
    return share === 0 ? {} : Object.freeze(Object.fromEntries(FAULTS.map((fault) => [fault, share / FAULTS.length])));
  }
  const given = checkOptions(path, value, FAULTS);
  const shares: Partial<Record<Fault, number>> = {};
  for (const fault of FAULTS) {
    if (given[fault] !== undefined) shares[fault] = checkNumber(`${path}.${fault}`, given[fault], 0, 1);
  }
  const sum = Object.values(shares).reduce((total, share) => total + share, 0);
  if (sum > 1 + Number.EPSILON * FAULTS.length)
    throw new MillraceError('ERR_OPTION_RANGE', `${path} must sum to 1 at most, got ${sum}`);
  return Object.freeze(shares);
}
