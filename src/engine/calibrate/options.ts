import type { Readable } from 'node:stream';
import { MillraceError } from '../../core/errors.js';
import type { MeasureOptions } from '../../core/measures.js';
import { checkInteger, describe, typeError } from '../../core/options.js';
import type { RunProgress } from '../score-files/options.js';

/** What `calibrate` reads and how. */
export interface CalibrateOptions extends Pick<MeasureOptions, 'asOf' | 'weights' | 'filters'> {
  /** Files, directories, globs, or `-` for JSON Lines on `stdin`. At least one. */
  readonly inputs: readonly string[];
  /** Files that directories and globs leave out. @defaultValue none */
  readonly exclude?: readonly string[];
  /** Share of the documents that proposed gates keep. A number between 0 and 1, neither of them. @defaultValue 0.9 */
  readonly keep?: number;
  /**
   * Documents that quantiles, histograms and proposals are taken from; of more a sample. About 1.2 kB of memory each.
   * Integer, 1,000 to 1,000,000. @defaultValue 100,000
   */
  readonly sampleMax?: number;
  /** Of the sample. Integer, 0 to 2³² − 1. @defaultValue 1 */
  readonly seed?: number;
  /** Field of a JSON row that holds the text. @defaultValue 'text' */
  readonly textField?: string;
  /** Field of a JSON row that holds the id. @defaultValue 'id' */
  readonly idField?: string;
  /** Threads. Integer, 1 to 256. @defaultValue the machine's parallelism */
  readonly workers?: number;
  /** Largest text in UTF-8 bytes; a larger one becomes a dead letter. Integer, 1 to 128 MiB. @defaultValue 64 MiB */
  readonly maxBytes?: number;
  /** Bytes of input a worker claims at a time. Integer, 4 KiB to 64 MiB. @defaultValue 2 MiB */
  readonly chunkBytes?: number;
  /** A document that keeps a worker busy for longer ends that worker. Integer, 1 or more. @defaultValue 60000 */
  readonly workerTimeoutMs?: number;
  /** Stops the run. */
  readonly signal?: AbortSignal;
  /** Called after each chunk, from the main thread. */
  readonly onProgress?: (progress: RunProgress) => void;
  /** @defaultValue process.stdin */
  readonly stdin?: Readable;
}

/** The options that say what is made of the numbers. */
export interface CalibrationSettings {
  readonly keep: number;
  readonly sampleMax: number;
  readonly seed: number;
}

export const CALIBRATE_DEFAULTS: CalibrationSettings = Object.freeze({ keep: 0.9, sampleMax: 100_000, seed: 1 });

export const SAMPLE_MIN = 1000;
export const SAMPLE_LIMIT = 1_000_000;

const SEED_MAX = 2 ** 32 - 1;

/** Fills in and checks what is made of the numbers; refuses with the option's path. */
export function resolveCalibration(options: CalibrateOptions): CalibrationSettings {
  const { keep, sampleMax, seed } = { ...CALIBRATE_DEFAULTS, ...givenOf(options) };
  return Object.freeze({
    keep: checkShare('keep', keep),
    sampleMax: checkInteger('sampleMax', sampleMax, SAMPLE_MIN, SAMPLE_LIMIT),
    seed: checkInteger('seed', seed, 0, SEED_MAX),
  });
}

/** Refuses anything but a number between 0 and 1, neither of them. */
export function checkShare(path: string, value: unknown): number {
  const expected = 'a number > 0 and < 1';
  if (typeof value !== 'number') throw typeError(path, expected, value);
  if (value > 0 && value < 1) return value;
  throw new MillraceError('ERR_OPTION_RANGE', `${path} must be ${expected}, got ${describe(value)}`);
}

function givenOf({ keep, sampleMax, seed }: CalibrateOptions): Partial<CalibrationSettings> {
  return {
    ...(keep !== undefined && { keep }),
    ...(sampleMax !== undefined && { sampleMax }),
    ...(seed !== undefined && { seed }),
  };
}
