import type { Monitor } from '../monitor/monitor.js';
import type { StageMeter } from '../monitor/stage-meter.js';
import type { Request, TimedResponse } from '../workers/protocol.js';

/** Threads are one resource, whatever they do. */
const WORKERS = 'workers';

/**
 * What a monitor learns of batches, by message and never by document: how many wait and are in flight (`batch`), and how long the
 * threads scored (`score`) and read (`read`), by their own clocks.
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
    this.#score.record(Math.max(response.busyMs - response.readMs, 0), done);
    if (response.readMs > 0) this.#reads().record(response.readMs, done);
  }

  /** The worker died. */
  lost(sentAtMs: number): void {
    this.#batch.end(sentAtMs, { items: 0, isFailed: true });
  }

  #reads(): StageMeter {
    return this.#monitor.stage('read', { kind: 'read', capacity: this.#workers, resource: WORKERS });
  }
}

function documentsOf(request: Request, response: TimedResponse): number {
  if (response.kind === 'rows') return response.documents;
  return request.kind === 'documents' ? request.documentCount : 0;
}
