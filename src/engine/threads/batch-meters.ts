import type { Monitor } from '../../monitor/monitor.js';
import type { StageMeter } from '../../monitor/stage-meter.js';
import type { Request, TimedResponse } from '../../workers/protocol.js';

/** Threads are one resource, whatever they do. */
const WORKERS = 'workers';

/**
 * What a monitor learns of batches, by message and never by document: how many wait and are in flight (`batch`), and how long the
 * threads scored (`score`), read (`read`) and were in their cache (`cache`), by their own clocks.
 *
 * A thread's own clock, because one that has answered and waits for a busy main thread looks busy from here.
 */
export class BatchMeters {
  readonly #monitor: Monitor;
  readonly #workers: number;
  readonly #batch: StageMeter;
  readonly #score: StageMeter;

  /** Schedulers that share a monitor share the capacity of the first. */
  constructor(monitor: Monitor, workers: number) {
    this.#monitor = monitor;
    this.#workers = workers;
    this.#batch = monitor.stage('batch');
    this.#score = monitor.stage('score', { kind: 'workers', capacity: workers, resource: WORKERS });
  }

  enqueued(): void {
    this.#batch.enqueue();
  }

  dequeued(): void {
    this.#batch.dequeue();
  }

  /** A batch goes to its worker; hand what this returns to `answered` or `lost`. */
  sent(): number {
    return this.#batch.begin();
  }

  answered(sentAtMs: number, request: Request, response: TimedResponse, costBytes: number): void {
    const done = { items: documentsOf(request, response), bytes: costBytes };
    this.#batch.end(sentAtMs, done);
    const { busyMs, readMs } = response;
    const lookups = lookupsOf(response);
    // By a sample, which may say more than there was.
    const cacheMs = Math.min(response.cacheMs, Math.max(busyMs - readMs, 0));
    this.#score.record(Math.max(busyMs - readMs - cacheMs, 0), done);
    if (readMs > 0) this.#reads().record(readMs, done);
    if (lookups > 0) this.#caches().record(cacheMs, { items: lookups });
  }

  /** The worker died. */
  lost(sentAtMs: number): void {
    this.#batch.end(sentAtMs, { items: 0, isFailed: true });
  }

  #reads(): StageMeter {
    return this.#monitor.stage('read', { kind: 'read', capacity: this.#workers, resource: WORKERS });
  }

  #caches(): StageMeter {
    return this.#monitor.stage('cache', { kind: 'cache', capacity: this.#workers, resource: WORKERS });
  }
}

/** Texts that the thread looked for in its cache. */
function lookupsOf(response: TimedResponse): number {
  if (response.kind !== 'rows') return 0;
  const { l1, l2, l3, miss } = response.cache;
  return l1 + l2 + l3 + miss;
}

function documentsOf(request: Request, response: TimedResponse): number {
  if (response.kind === 'rows') return response.documents;
  return request.kind === 'documents' ? request.documentCount : 0;
}
