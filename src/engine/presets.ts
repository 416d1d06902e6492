import { availableParallelism } from 'node:os';
import type { EngineOptions } from './options.js';

const KIB = 1024;
const MIB = 1024 * KIB;

export const PRESET_NAMES = ['highThroughput', 'apiLimited', 'memoryConstrained'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/** Options of an engine for one kind of use each. */
export const PRESETS: Readonly<Record<PresetName, Omit<EngineOptions, 'preset'>>> = Object.freeze({
  /** As much as the machine can do: large batches, long queues, many items at once. */
  highThroughput: Object.freeze({
    batchBytes: 2 * MIB,
    batchTargetMs: 200,
    queueBytesMax: 1024 * MIB,
    workerHeapMb: 1024,
    jobs: Object.freeze({ concurrency: 10_000 }),
  }),
  /** Work that waits for others: little is scored at a time, and on the spot where that is possible. */
  apiLimited: Object.freeze({
    workers: Math.min(availableParallelism(), 2),
    batchTargetMs: 10,
    inlineBytesMax: 64 * KIB,
    jobs: Object.freeze({ concurrency: 100 }),
  }),
  /** A small container: short queues, small batches, small heaps. */
  memoryConstrained: Object.freeze({
    workers: Math.min(availableParallelism(), 2),
    batchBytes: 256 * KIB,
    maxBytes: 8 * MIB,
    queueBytesMax: 16 * MIB,
    workerHeapMb: 64,
    jobs: Object.freeze({ concurrency: 100, activeMax: 100, finishedMax: 100 }),
    memory: Object.freeze({ limitBytes: 128 * MIB }),
  }),
});
