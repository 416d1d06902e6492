import { availableParallelism } from 'node:os';
import { MEASURE_OPTION_NAMES, resolveMeasures, type MeasureOptions, type MeasureSettings } from '../core/measures.js';
import { checkInteger, checkKnown } from '../core/options.js';
import { resolveJobsOptions, type JobsOptions, type ResolvedJobsOptions } from './jobs/options.js';

const KIB = 1024;
const MIB = 1024 * KIB;

export const WORKERS_MAX = 256;
/**
 * Beyond this the kernel's tables for the counts and entropy of one document no longer fit the 4 GiB of 32-bit WebAssembly memory
 * in the worst case; those of a complete report, for half of it. A document that does not fit fails with `ERR_OUT_OF_MEMORY`.
 */
export const MAX_BYTES_LIMIT = 128 * MIB;

/** Options of `createEngine`. */
export interface EngineOptions extends MeasureOptions {
  /** Threads. Integer, 1 to 256. @defaultValue the machine's parallelism */
  readonly workers?: number;
  /** Text bytes sent to a worker at a time. Integer, 4 KiB to 64 MiB. @defaultValue 1 MiB */
  readonly batchBytes?: number;
  /** Largest text in UTF-8 bytes; a larger one fails. Integer, 1 to 128 MiB. @defaultValue 64 MiB */
  readonly maxBytes?: number;
  /** UTF-16 units that may wait in `score` calls before they are refused. Integer, 1 or more. @defaultValue 256 MiB */
  readonly queueBytesMax?: number;
  /** Texts up to this are scored on the calling thread while the engine is idle; 0 switches that off. @defaultValue 16 KiB */
  readonly inlineBytesMax?: number;
  /** A document that keeps a worker busy for longer ends that worker. Integer, 1 or more. @defaultValue 60000 */
  readonly workerTimeoutMs?: number;
  /** JavaScript heap of one worker in MiB; beyond it the worker is replaced. Integer, 16 or more. @defaultValue 512 */
  readonly workerHeapMb?: number;
  /** What bounds the jobs of `submit`. */
  readonly jobs?: JobsOptions;
}

/** The options that bound what an engine takes and uses. */
export type EngineLimits = Required<Omit<EngineOptions, keyof MeasureOptions | 'jobs'>>;

export interface ResolvedEngineOptions extends EngineLimits {
  /** What is measured and how. */
  readonly settings: MeasureSettings;
  readonly jobs: ResolvedJobsOptions;
}

export const ENGINE_DEFAULTS: EngineLimits = Object.freeze({
  workers: Math.min(availableParallelism(), WORKERS_MAX),
  batchBytes: MIB,
  maxBytes: 64 * MIB,
  queueBytesMax: 256 * MIB,
  inlineBytesMax: 16 * KIB,
  workerTimeoutMs: 60_000,
  workerHeapMb: 512,
});

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveEngineOptions(options: EngineOptions = {}): ResolvedEngineOptions {
  checkKnown('engine', options, [...Object.keys(ENGINE_DEFAULTS), ...MEASURE_OPTION_NAMES, 'jobs']);
  const asked = Object.entries(options).filter(([, value]) => value !== undefined);
  const given: Record<keyof EngineLimits, unknown> = { ...ENGINE_DEFAULTS, ...Object.fromEntries(asked) };
  return Object.freeze({
    workers: checkInteger('engine.workers', given.workers, 1, WORKERS_MAX),
    batchBytes: checkInteger('engine.batchBytes', given.batchBytes, 4 * KIB, 64 * MIB),
    maxBytes: checkInteger('engine.maxBytes', given.maxBytes, 1, MAX_BYTES_LIMIT),
    queueBytesMax: checkInteger('engine.queueBytesMax', given.queueBytesMax, 1),
    inlineBytesMax: checkInteger('engine.inlineBytesMax', given.inlineBytesMax, 0, 64 * MIB),
    workerTimeoutMs: checkInteger('engine.workerTimeoutMs', given.workerTimeoutMs, 1, 2 ** 31 - 1),
    workerHeapMb: checkInteger('engine.workerHeapMb', given.workerHeapMb, 16, 64 * KIB),
    settings: resolveMeasures('engine', options),
    jobs: resolveJobsOptions(options.jobs, 'engine.jobs'),
  });
}
