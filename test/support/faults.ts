/** Engines whose workers fail on cue; what the cues are is told in `test/faults/worker.mjs`. */
import type { Worker } from 'node:worker_threads';
import { Engine } from '../../src/engine/engine.js';
import { REPORT_DECODER } from '../../src/workers/report-layout.js';
import { resolveEngineOptions, type EngineOptions } from '../../src/engine/options.js';

export const FAULTY_WORKER = new URL('../faults/worker.mjs', import.meta.url);
export const SLOW_WORKER = new URL('../faults/slow-worker.mjs', import.meta.url);

/** An engine of small batches whose workers run the module; nothing is scored on the calling thread. */
export function engineOf(worker: URL, options: EngineOptions = {}): Engine {
  const resolved = resolveEngineOptions({ workers: 2, batchBytes: 4096, inlineBytesMax: 0, ...options });
  return new Engine(resolved, REPORT_DECODER, worker);
}

/** Collects the threads that this process starts while `work` runs. */
export async function threadsOf<T>(work: (threads: readonly Worker[]) => Promise<T>): Promise<T> {
  const threads: Worker[] = [];
  const add = (thread: Worker): void => {
    threads.push(thread);
  };
  process.on('worker', add);
  try {
    return await work(threads);
  } finally {
    process.off('worker', add);
  }
}
