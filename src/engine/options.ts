import { availableParallelism } from 'node:os';
import { MEASURE_OPTION_NAMES, resolveMeasures, type MeasureOptions, type MeasureSettings } from '../core/measures.js';
import {
  MEMORY_GUARD_DEFAULTS,
  resolveMemoryGuardOptions,
  type MemoryGuardOptions,
} from '../core/flow/memory-guard.js';
import { checkChoice, checkInteger, checkKnown, checkNumber, checkOptions } from '../core/options.js';
import { PRESETS, PRESET_NAMES, type PresetName } from './presets.js';
import type { EngineCacheOptions } from './report-cache/cache-option.js';
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
  /**
   * How long a batch of a stream should take, from its hand-over to a worker until its answer; batches are made smaller, down to
   * 64 KiB, until it does. Number, 1 or more. @defaultValue 50
   */
  readonly batchTargetMs?: number;
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
  /** When streams shrink their batches, and when they stop reading their sources, for want of memory. */
  readonly memory?: MemoryOptions;
  /** Where the reports of texts that were measured before are kept, in memory and, with a `dir`, on disk. @defaultValue false: nowhere */
  readonly cache?: EngineCacheOptions | false;
  /** Defaults for one kind of use, `PRESETS`; options that are given come before them. @defaultValue none */
  readonly preset?: PresetName;
}

/** `onChange` is the engine's event `memory`. */
export type MemoryOptions = Omit<MemoryGuardOptions, 'onChange'>;

/** The options that bound what an engine takes and uses. */
export type EngineLimits = Required<Omit<EngineOptions, keyof MeasureOptions | 'cache' | 'jobs' | 'memory' | 'preset'>>;

export interface ResolvedEngineOptions extends EngineLimits {
  /** What is measured and how. */
  readonly settings: MeasureSettings;
  readonly jobs: ResolvedJobsOptions;
  readonly memory: Required<MemoryOptions>;
}

const MEMORY_NAMES = ['limitBytes', ...Object.keys(MEMORY_GUARD_DEFAULTS)].filter((name) => name !== 'onChange');

export const ENGINE_DEFAULTS: EngineLimits = Object.freeze({
  workers: Math.min(availableParallelism(), WORKERS_MAX),
  batchBytes: MIB,
  batchTargetMs: 50,
  maxBytes: 64 * MIB,
  queueBytesMax: 256 * MIB,
  inlineBytesMax: 16 * KIB,
  workerTimeoutMs: 60_000,
  workerHeapMb: 512,
});

const OPTION_NAMES = [...Object.keys(ENGINE_DEFAULTS), ...MEASURE_OPTION_NAMES, 'jobs', 'memory', 'preset', 'cache'];

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveEngineOptions(options: EngineOptions = {}): ResolvedEngineOptions {
  const asked = checkOptions('engine', options, OPTION_NAMES);
  const preset =
    asked['preset'] === undefined ? {} : PRESETS[checkChoice('engine.preset', asked['preset'], PRESET_NAMES)];
  const given: Record<keyof EngineLimits, unknown> = { ...ENGINE_DEFAULTS, ...preset, ...asked };
  const { onChange: _, ...memory } = resolveMemoryGuardOptions(
    checkMemory({ ...preset.memory, ...options.memory }),
    'engine.memory',
  );
  return Object.freeze({
    workers: checkInteger('engine.workers', given.workers, 1, WORKERS_MAX),
    batchBytes: checkInteger('engine.batchBytes', given.batchBytes, 4 * KIB, 64 * MIB),
    batchTargetMs: checkNumber('engine.batchTargetMs', given.batchTargetMs, 1),
    maxBytes: checkInteger('engine.maxBytes', given.maxBytes, 1, MAX_BYTES_LIMIT),
    queueBytesMax: checkInteger('engine.queueBytesMax', given.queueBytesMax, 1),
    inlineBytesMax: checkInteger('engine.inlineBytesMax', given.inlineBytesMax, 0, 64 * MIB),
    workerTimeoutMs: checkInteger('engine.workerTimeoutMs', given.workerTimeoutMs, 1, 2 ** 31 - 1),
    workerHeapMb: checkInteger('engine.workerHeapMb', given.workerHeapMb, 16, 64 * KIB),
    settings: resolveMeasures('engine', options),
    jobs: resolveJobsOptions({ ...preset.jobs, ...options.jobs }, 'engine.jobs'),
    memory: Object.freeze(memory),
  });
}

/** The one option of a guard that is not one of an engine. */
function checkMemory(memory: MemoryOptions): MemoryOptions {
  checkKnown('engine.memory', memory, MEMORY_NAMES);
  return memory;
}
