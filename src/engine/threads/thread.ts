/** The module that runs in a worker thread: a worker, with what other stages do in it. */
import { workerData } from 'node:worker_threads';
import type { Compare } from '../../workers/comparison.js';
import type { ThreadServices } from '../../workers/thread-services.js';
import { createWorker } from '../../workers/worker.js';
import { KernelHasher } from './kernel-hasher.js';
import { isThreadData, type ThreadData } from './thread-data.js';

/** `createWorker` refuses what is no data for a thread. */
export default createWorker(workerData, isThreadData(workerData) ? await servicesOf(workerData) : undefined);

async function servicesOf({ hashSecret, cache, measures }: ThreadData): Promise<ThreadServices> {
  const hasherIn: ThreadServices['hasherIn'] = hashSecret && ((kernel) => new KernelHasher(kernel, hashSecret));
  if (cache === undefined) return { hasherIn, cacheIn: undefined, comparer, end: undefined };
  const { openThreadCache } = await import('../report-cache/thread-cache.js'); // which loads lmdb
  return { hasherIn, comparer, ...(await openThreadCache(cache, measures)) };
}

let comparing: Promise<Compare> | undefined;

/** Loaded with the first version: most threads never compare any. */
async function comparer(): Promise<Compare> {
  return (comparing ??= import('../refine/version-comparer.js').then(({ createComparer }) => createComparer()));
}
