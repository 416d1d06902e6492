import type { ThreadCache } from '../report-cache/cache-option.js';
import type { WorkerData } from '../../workers/worker-data.js';

/** What a thread is started with: the worker's data, and what the engine puts beside it. */
export interface ThreadData extends WorkerData {
  /** Key of the checks of texts, 16 bytes; undefined where none are hashed. */
  readonly hashSecret: Uint8Array | undefined;
  /** The cache of reports; undefined where there is none. */
  readonly cache: ThreadCache | undefined;
}

/** Whether a thread was started by the engine. What the engine itself has put together is not looked at in detail. */
export function isThreadData(data: unknown): data is ThreadData {
  return typeof data === 'object' && data !== null && 'hashSecret' in data && 'cache' in data && 'measures' in data;
}
