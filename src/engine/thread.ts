/** The module that runs in a worker thread: a worker, with what other stages do in it. */
import { workerData } from 'node:worker_threads';
import type { ThreadServices } from '../workers/thread-services.js';
import { createWorker } from '../workers/worker.js';
import { KernelHasher } from './kernel-hasher.js';

export default createWorker(workerData, servicesOf(workerData));

/** `createWorker` refuses anything that is no data for a thread. */
function servicesOf(data: unknown): ThreadServices {
  const secret = typeof data === 'object' && data !== null && 'hashSecret' in data ? data.hashSecret : undefined;
  return { hasherIn: secret instanceof Uint8Array ? (kernel) => new KernelHasher(kernel, secret) : undefined };
}
