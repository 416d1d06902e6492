import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SYSTEM_CLOCK, type Clock } from '../../core/clock.js';
import { MillraceError, messageOf } from '../../core/errors.js';
import { typeError } from '../../core/options.js';
import { JobLedger } from '../../ledger/job-ledger.js';
import type { RunHeader } from '../../ledger/run.js';
import { Dispatcher } from './dispatcher.js';
import { ItemThreads, moduleUrl, threadsFor } from './item-threads.js';
import type { Items } from './item-source.js';
import type { Job, JobState, JobStatus, JobSummary } from './job.js';
import {
  checkJobId,
  resolveJobOptions,
  type JobOptions,
  type ResolvedJobOptions,
  type ResolvedJobsOptions,
} from './options.js';
import type { Processor } from './plan.js';
import { JobRun } from './run.js';

/** A function, or a module whose default export is one and runs in threads. */
export type AnyProcessor<T, R> = Processor<T, R> | string | URL;

/** What the jobs of an engine have done so far. */
export interface JobsStatistics {
  /** Jobs by their status, since the engine was made. */
  readonly jobs: Readonly<Record<JobStatus, number>>;
  /** Items that are being processed. */
  readonly runningItems: number;
  /** Items finished, failures among them; of jobs under way too. */
  readonly processed: number;
  readonly failed: number;
  readonly retried: number;
}

/** Time and chance, for tests to take in hand. */
export interface JobsContext {
  readonly clock?: Clock;
  readonly random?: () => number;
}

/** Every job of an engine, and what they share. */
export class Jobs {
  readonly #options: ResolvedJobsOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #dispatcher: Dispatcher;
  readonly #active = new Map<string, ActiveJob>();
  /** The oldest first. */
  readonly #finished = new Map<string, Job<unknown>>();
  readonly #ended = { completed: 0, failed: 0, cancelled: 0 };
  readonly #items = { processed: 0, failed: 0, retried: 0 };
  #isClosing = false;

  constructor(options: ResolvedJobsOptions, { clock = SYSTEM_CLOCK, random = Math.random }: JobsContext = {}) {
    this.#options = options;
    this.#clock = clock;
    this.#random = random;
    this.#dispatcher = new Dispatcher(options.concurrency);
  }

  /**
   * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`; `ERR_PROCESSOR` for a relative path;
   * `ERR_QUEUE_FULL` beyond `activeMax` jobs.
   */
  submit<T, R>(items: Items<T>, processor: AnyProcessor<T, R>, options: JobOptions = {}): Job<R> {
    const resolved = resolveJobOptions(options);
    const id = resolved.id ?? randomUUID();
    const { store } = resolved;
    const header = headerOf(id, items, processor, resolved);
    const ledger = store === undefined ? undefined : (): Promise<JobLedger> => createLedger(store, id, header);
    return this.#start(id, items, processor, resolved, ledger);
  }

  /**
   * @throws MillraceError as `submit` does; `ERR_JOB_NOT_FOUND`, `ERR_RESUME_MISMATCH`, `ERR_LEDGER`, `ERR_OUTPUT_UNWRITABLE`.
   */
  async resume<T, R>(id: string, processor: AnyProcessor<T, R>, options: ResumeOptions<T>): Promise<Job<R>> {
    const { items, ...jobOptions } = options;
    const resolved = resolveJobOptions({ ...jobOptions, id: checkJobId('id', id) }, 'job');
    if (resolved.store === undefined) throw typeError('job.store', 'a string', undefined);
    this.#checkRoom(id);
    const ledger = await JobLedger.resume(pathOf(resolved.store, id), headerOf(id, items, processor, resolved));
    try {
      return this.#start(id, items, processor, resolved, () => Promise.resolve(ledger));
    } catch (thrown) {
      await ledger.close();
      throw thrown;
    }
  }

  /** A job that has not ended, or one of the last `finishedMax` that have. */
  get(id: string): Job<unknown> | undefined {
    return this.#active.get(id)?.job ?? this.#finished.get(id);
  }

  statistics(): JobsStatistics {
    const jobs = { pending: 0, running: 0, ...this.#ended };
    const items = { ...this.#items };
    for (const run of this.#active.values()) {
      const { processed, failed, retried } = run.progress();
      jobs[run.status]++;
      items.processed += processed;
      items.failed += failed;
      items.retried += retried;
    }
    return { jobs, runningItems: this.#dispatcher.running, ...items };
  }

  /** Whether jobs go on only to be finished. */
  get isDraining(): boolean {
    return this.#isClosing && this.#active.size > 0;
  }

  /** Waits for all jobs, or cancels them first. */
  async close(drain: boolean, reason: MillraceError): Promise<void> {
    this.#isClosing = true;
    const runs = [...this.#active.values()];
    if (!drain) for (const run of runs) run.cancel(reason);
    await Promise.all(runs.map((run) => run.done));
  }

  #start<T, R>(
    id: string,
    items: Items<T>,
    processor: AnyProcessor<T, R>,
    options: ResolvedJobOptions,
    ledger: (() => Promise<JobLedger>) | undefined,
  ): Job<R> {
    this.#checkRoom(id);
    const run = new JobRun<T, R>({
      id,
      items,
      ...runnerOf(processor, options),
      ...(ledger === undefined ? {} : { ledger }),
      dispatcher: this.#dispatcher,
      clock: this.#clock,
      random: this.#random,
      onEnd: (summary) => {
        this.#forget(id, run.job, summary);
      },
    });
    this.#active.set(id, run);
    return run.job;
  }

  #checkRoom(id: string): void {
    if (this.#active.has(id)) throw new MillraceError('ERR_OPTION_RANGE', `job.id must be new, got ${id}, which runs`);
    if (this.#active.size < this.#options.activeMax) return;
    throw new MillraceError('ERR_QUEUE_FULL', `there are ${this.#active.size} jobs, and activeMax allows no more`);
  }

  #forget(id: string, job: Job<unknown>, { status, processed, failed, retried }: JobSummary): void {
    this.#active.delete(id);
    if (status === 'completed' || status === 'failed' || status === 'cancelled') this.#ended[status]++;
    this.#items.processed += processed;
    this.#items.failed += failed;
    this.#items.retried += retried;
    this.#finished.delete(id);
    this.#finished.set(id, job);
    for (const oldest of this.#finished.keys()) {
      if (this.#finished.size <= this.#options.finishedMax) return;
      this.#finished.delete(oldest);
    }
  }
}

/** Options of `resume`: those of `submit`, with the items and where the ledger is. */
export interface ResumeOptions<T> extends Omit<JobOptions, 'id' | 'store'> {
  /** The same items in the same order as before. */
  readonly items: Items<T>;
  readonly store: string;
}

/** A job that has not ended, whatever its items and values are. */
interface ActiveJob extends JobState<unknown> {
  readonly job: Job<unknown>;
}

type Runner<T, R> = Pick<ConstructorParameters<typeof JobRun<T, R>>[0], 'processor' | 'threads' | 'options'>;

/** A module's processor is given no more items than there are threads, so that an item's time is not spent waiting for one. */
function runnerOf<T, R>(processor: AnyProcessor<T, R>, options: ResolvedJobOptions): Runner<T, R> {
  if (typeof processor === 'function') return { processor, options };
  if (typeof processor !== 'string' && !(processor instanceof URL)) {
    throw typeError('processor', 'a function, a path or a URL', processor);
  }
  const threads = new ItemThreads(moduleUrl(processor), options.concurrency);
  const concurrency = threadsFor(options.concurrency);
  // What a module gives back is the caller's word, as it is for any import.
  const process = threads.process as Processor<T, R>;
  return { processor: process, threads, options: Object.freeze({ ...options, concurrency }) };
}

/** What must be the same when a job is resumed. */
function headerOf(
  id: string,
  items: Items<unknown>,
  processor: AnyProcessor<never, unknown>,
  { fingerprint, recordValues }: ResolvedJobOptions,
): RunHeader {
  const options = {
    id,
    items: Array.isArray(items) ? items.length : null,
    processor: typeof processor === 'function' ? null : String(processor),
    fingerprint,
    recordValues,
  };
  return { command: 'job', options, inputs: [] };
}

function pathOf(store: string, id: string): string {
  return join(store, `${id}.job`);
}

async function createLedger(store: string, id: string, header: RunHeader): Promise<JobLedger> {
  try {
    await mkdir(store, { recursive: true });
  } catch (thrown) {
    const message = `the store ${store} cannot be made: ${messageOf(thrown)}`;
    throw new MillraceError('ERR_OUTPUT_UNWRITABLE', message, { cause: thrown });
  }
  return JobLedger.create(pathOf(store, id), header);
}
