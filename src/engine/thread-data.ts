import type { WorkerData } from '../workers/worker-data.js';

/** What a thread is started with: the worker's data, and what the engine puts beside it. */
export interface ThreadData extends WorkerData {
  /** Key of the checks of texts, 16 bytes; undefined where none are hashed. */
  readonly hashSecret: Uint8Array | undefined;
}
