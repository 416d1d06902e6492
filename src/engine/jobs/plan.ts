import type { Clock } from '../../core/clock.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { JobLedger } from '../../ledger/job-ledger.js';
import type { Dispatcher } from './dispatcher.js';
import type { ItemContext } from './item-context.js';
import type { Items } from './item-source.js';
import type { JobSummary } from './job.js';
import type { ResolvedJobOptions } from './options.js';

/** What a job calls with each item. */
export type Processor<T, R> = (item: T, context: ItemContext) => MaybePromise<R>;

/** Threads that run a processor; opened before the first item begins, closed behind the last. */
export interface ProcessorThreads {
  open(): Promise<void>;
  close(): Promise<void>;
}

/** All that a job is run by. */
export interface JobPlan<T, R> {
  readonly id: string;
  readonly items: Items<T>;
  readonly processor: Processor<T, R>;
  readonly threads?: ProcessorThreads;
  readonly ledger?: () => Promise<JobLedger>;
  readonly options: ResolvedJobOptions;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** From 0 up to but not including 1. */
  readonly random: () => number;
  readonly onEnd: (summary: JobSummary) => void;
}
