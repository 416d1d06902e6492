import { EventEmitter } from 'node:events';
import type { MillraceError } from '../../core/errors.js';
import type { ItemResult } from './results.js';

/**
 * `pending` until its first item begins; `completed` when every item has been processed, failures among them; `failed` when the
 * job as a whole could not go on; `cancelled`.
 */
export type JobStatus = 'pending' | 'running' | 'completed' | 'failed' | 'cancelled';

export interface JobProgress {
  /** Items there are; undefined while the source has not ended and does not tell. */
  readonly total: number | undefined;
  /** Items finished, failures among them; of a resumed job, also those finished before. */
  readonly processed: number;
  /** Of these, items that failed for good. */
  readonly failed: number;
  /** Tries after the first. */
  readonly retried: number;
  /** Mean since the first item began, without those finished before a resumption. */
  readonly itemsPerSecond: number;
  /** Time left at that rate; undefined while the total is. */
  readonly etaSeconds: number | undefined;
  /** 0 to 100; undefined while the total is. */
  readonly percent: number | undefined;
}

/** How a job ended. `total` less `processed` items were not finished. */
export interface JobSummary {
  readonly id: string;
  readonly status: JobStatus;
  readonly total: number | undefined;
  /** `succeeded + failed`. */
  readonly processed: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
  /** Of the processed, those that an earlier process had finished. */
  readonly resumed: number;
  /** Items that were begun and given up, since the job was cancelled or failed. */
  readonly givenUp: number;
  readonly seconds: number;
  /** Why the job failed or was cancelled. */
  readonly error: MillraceError | undefined;
}

export interface RetryEvent {
  readonly ordinal: number;
  /** The try that failed, from 1. */
  readonly attempt: number;
  readonly delayMs: number;
  /** What the processor threw. */
  readonly error: unknown;
}

/**
 * The events of a job and what their listeners are given. `progress` comes ten times a second at most, and at the end. What a
 * listener throws becomes an uncaught exception and changes nothing in the job.
 */
export interface JobEvents<R> {
  status: [status: JobStatus];
  progress: [progress: JobProgress];
  item: [result: ItemResult<R>];
  retry: [retry: RetryEvent];
}

/** What a `Job` tells of, as whoever runs it keeps it. */
export interface JobState<R> {
  readonly id: string;
  readonly status: JobStatus;
  readonly results: AsyncIterableIterator<ItemResult<R>, undefined>;
  readonly done: Promise<JobSummary>;
  progress(): JobProgress;
  cancel(reason: unknown): void;
}

/**
 * A set of items that is being processed. Made by `engine.submit` and `engine.resume`.
 *
 * @typeParam R - what the processor makes of an item.
 */
export class Job<R> extends EventEmitter<JobEvents<R>> {
  readonly #state: JobState<R>;

  /** @internal */
  constructor(state: JobState<R>) {
    super();
    this.#state = state;
  }

  get id(): string {
    return this.#state.id;
  }

  get status(): JobStatus {
    return this.#state.status;
  }

  get progress(): JobProgress {
    return this.#state.progress();
  }

  /**
   * A value or a failure for each item, for one consumer. Iterate at once: from then on the job waits while `windowItems` results
   * have not been taken. Of a job that nobody iterates over, results beyond that number are let go. Leaving the loop does not
   * end the job.
   *
   * @throws MillraceError while iterating: `ERR_RESULTS_GONE`; behind the last result, what the job failed with or `ERR_ABORTED`.
   */
  get results(): AsyncIterableIterator<ItemResult<R>, undefined> {
    return this.#state.results;
  }

  /** How the job ended, when it has; never rejects. */
  get done(): Promise<JobSummary> {
    return this.#state.done;
  }

  /**
   * Begins no further item, aborts the signals of those that run, and resolves when nothing of the job is left. A processor that
   * does not obey its signal is waited for until its time is up. Does nothing to a job that has ended.
   */
  async cancel(reason?: unknown): Promise<void> {
    this.#state.cancel(reason);
    await this.#state.done;
  }
}
