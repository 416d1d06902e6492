import type { Readable } from 'node:stream';

import { SYSTEM_CLOCK, type Clock } from '../../core/clock.js';
import { MillraceError } from '../../core/errors.js';
import { nearestNames } from '../../core/nearest.js';
import {
  checkInteger,
  checkNumber,
  checkOptions,
  checkString,
  describe,
  optionPath,
  typeError,
} from '../../core/options.js';
import { ENGINE_DEFAULTS, WORKERS_MAX } from '../../engine/options.js';
import { GENERATOR_DEFAULTS, resolveGeneratorOptions } from '../documents.js';
import { SUITE_NAMES, type SuiteName } from './suite.js';

/** What `runBench` measures, with what, and for how long. */
export interface BenchOptions {
  /** Files, directories, globs or `-` with documents to measure with. @defaultValue none: documents are generated */
  readonly inputs?: readonly string[];
  /** Field of a JSON row that holds the text. @defaultValue 'text' */
  readonly textField?: string;
  /** In the order in which they run. @defaultValue all */
  readonly suites?: readonly SuiteName[];
  /** Rounds of each suite at most, beside one that is not measured. Integer, 1 to 1,000. @defaultValue 7 */
  readonly rounds?: number;
  /**
   * What all suites may take together, about: with less time there are fewer documents, then fewer rounds, of which one is always
   * run. Number, 0.1 to 86,400. @defaultValue 120
   */
  readonly seconds?: number;
  /** Documents at most: so many are generated, or drawn from the inputs. Integer, 100 to 1,000,000. @defaultValue 20,000 */
  readonly documents?: number;
  /** Mean size of generated documents in UTF-8 bytes. Integer, 64 to 16 MiB. @defaultValue 1000 */
  readonly bytes?: number;
  /** Of the generator, and of the sample of the inputs. Integer, 0 to 2^32 - 1. @defaultValue 1 */
  readonly seed?: number;
  /** Threads, and the most of the suite `scaling`. Integer, 1 to 256. @defaultValue the machine's parallelism */
  readonly workers?: number;
  /** Saves the results under this name when all is done. @defaultValue none */
  readonly baseline?: string;
  /** Compares the results with those saved under this name. @defaultValue none */
  readonly compare?: string;
  /** Where baselines are. @defaultValue '.millrace/baselines' */
  readonly baselinesDir?: string;
  readonly signal?: AbortSignal;
  /** Called before each case of each round. */
  readonly onProgress?: (progress: BenchProgress) => void;
  /** Read for the input `-`. @defaultValue process.stdin */
  readonly stdin?: Readable;
  /** @defaultValue the machine's */
  readonly clock?: Clock;
}

/** How far a bench has come. */
export interface BenchProgress {
  readonly suite: SuiteName;
  /** Empty while a suite is made ready and checked. */
  readonly case: string;
  /** From 0, which is not measured. */
  readonly round: number;
  readonly rounds: number;
  /** Of the suites, this one not among them. */
  readonly suitesDone: number;
  readonly suites: number;
}

type Optional = 'baseline' | 'compare' | 'signal' | 'onProgress' | 'stdin' | 'clock';

export interface ResolvedBenchOptions extends Required<Omit<BenchOptions, Optional>> {
  readonly baseline: string | undefined;
  readonly compare: string | undefined;
  readonly clock: Clock;
}

export const BENCH_DEFAULTS: Required<Omit<BenchOptions, Optional>> = Object.freeze({
  inputs: Object.freeze([]),
  textField: 'text',
  suites: SUITE_NAMES,
  rounds: 7,
  seconds: 120,
  documents: 20_000,
  bytes: GENERATOR_DEFAULTS.bytes,
  seed: GENERATOR_DEFAULTS.seed,
  workers: ENGINE_DEFAULTS.workers,
  baselinesDir: '.millrace/baselines',
});

export const DOCUMENTS_MIN = 100;
export const DOCUMENTS_MAX = 1_000_000;
export const ROUNDS_MAX = 1000;
const SECONDS_MAX = 86_400;

const NAMES = [...Object.keys(BENCH_DEFAULTS), 'baseline', 'compare', 'signal', 'onProgress', 'stdin', 'clock'];

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveBenchOptions(options: BenchOptions = {}, path = 'bench'): ResolvedBenchOptions {
  const given: Record<string, unknown> = { ...BENCH_DEFAULTS, ...checkOptions(path, options, NAMES) };
  const at = (name: keyof BenchOptions): [string, unknown] => [optionPath(path, name), given[name]];
  const nameOf = (name: keyof BenchOptions): string | undefined =>
    given[name] === undefined ? undefined : checkBaselineName(optionPath(path, name), checkString(...at(name)));
  const { seed, bytes } = resolveGeneratorOptions(
    { seed: options.seed ?? GENERATOR_DEFAULTS.seed, bytes: options.bytes ?? GENERATOR_DEFAULTS.bytes },
    path,
  );
  return Object.freeze({
    inputs: checkTexts(...at('inputs')),
    textField: checkString(...at('textField')),
    suites: checkSuites(...at('suites')),
    rounds: checkInteger(...at('rounds'), 1, ROUNDS_MAX),
    seconds: checkNumber(...at('seconds'), 0.1, SECONDS_MAX),
    documents: checkInteger(...at('documents'), DOCUMENTS_MIN, DOCUMENTS_MAX),
    bytes,
    seed,
    workers: checkInteger(...at('workers'), 1, WORKERS_MAX),
    baseline: nameOf('baseline'),
    compare: nameOf('compare'),
    baselinesDir: checkString(...at('baselinesDir')),
    clock: options.clock ?? SYSTEM_CLOCK,
  });
}

const BASELINE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Refuses what is no name of a file on every system. */
export function checkBaselineName(path: string, name: string): string {
  if (BASELINE_NAME.test(name)) return name;
  const expected = `${path} must be 1 to 64 letters, digits, ".", "_" or "-", the first a letter or digit`;
  throw new MillraceError('ERR_OPTION_RANGE', `${expected}, got ${JSON.stringify(name)}`);
}

/** Refuses a name that is no suite, and names the nearest. */
export function checkSuites(path: string, value: unknown): readonly SuiteName[] {
  const names = checkTexts(path, value);
  if (names.length === 0) {
    throw new MillraceError(
      'ERR_OPTION_RANGE',
      `${path} must name one suite or more of ${SUITE_NAMES.join(', ')}, got none`,
    );
  }
  const suites = names.map((name) => SUITE_NAMES.find((known) => known === name) ?? refuseSuite(path, name));
  return Object.freeze([...new Set(suites)]);
}

function refuseSuite(path: string, name: string): never {
  const [nearest = ''] = nearestNames(name, SUITE_NAMES);
  const expected = `${path} must name suites of ${SUITE_NAMES.join(', ')}`;
  throw new MillraceError('ERR_OPTION_RANGE', `${expected}, got ${describe(name)}; the nearest is ${nearest}`);
}

function checkTexts(path: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw typeError(path, 'an array of strings', value);
  return Object.freeze(value.map((each: unknown) => checkString(path, each)));
}
