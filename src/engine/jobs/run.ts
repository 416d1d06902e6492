import { MillraceError } from '../../core/errors.js';
import { delayMs as backoffMs } from '../../core/flow/backoff.js';
import { isFinalError } from '../../core/flow/final-error.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { FinishedItem, JobLedger } from '../../ledger/job-ledger.js';
import { Deadlines } from './deadlines.js';
import { Place, type Dispatched } from './dispatcher.js';
import { checkOfItem } from './item-check.js';
import { asError, itemError } from './item-errors.js';
import { AT_END, NOT_YET, openItemSource, type ItemSource } from './item-source.js';
import { Job, type JobProgress, type JobState, type JobStatus, type JobSummary } from './job.js';
import { Lane, type LaneHost } from './lane.js';
import type { ResolvedJobOptions } from './options.js';
import type { JobPlan } from './plan.js';
import { finishedFailure, finishedValue, resultOf } from './records.js';
import { Recorder } from './recorder.js';
import { Results, type ItemFailure, type ItemResult } from './results.js';
import { Retries } from './retries.js';

/** `progress` is emitted so often at most. */
const PROGRESS_MS = 100;

/**
 * One job at work.
 *
 * Invariants: `#admitted` = finished items + `#unsettled` + `#givenUp`; `#running` lanes hold a slot of the dispatcher each; the job
 * ends when nothing is unsettled or running and no further item comes, and exactly once.
 */
export class JobRun<T, R> implements Dispatched, JobState<R>, LaneHost<T, R> {
  readonly id: string;
  readonly priority: ResolvedJobOptions['priority'];
  readonly place: Place = new Place(this);
  readonly job: Job<R>;
  readonly results: Results<R>;
  readonly done: Promise<JobSummary>;
  status: JobStatus = 'pending';

  readonly #plan: JobPlan<T, R>;
  readonly #source: ItemSource<T>;
  readonly #deadlines: Deadlines<Lane<T, R>>;
  readonly #retries: Retries<T>;
  readonly #resting: Lane<T, R>[] = [];
  readonly #turnItems: number;
  #resolveDone: (summary: JobSummary) => void = () => undefined;
  #ledger: JobLedger | undefined;
  #recorder: Recorder<R> | undefined;

  #isOpen = false;
  #isExhausted = false;
  #isEnding = false;
  #stopError: MillraceError | undefined;
  /** Items that may begin before the event loop gets its turn. */
  #turnLeft: number;
  #turn: NodeJS.Immediate | undefined;

  #admitted = 0;
  #unsettled = 0;
  #running = 0;
  #succeeded = 0;
  #failed = 0;
  #retried = 0;
  #resumed = 0;
  #givenUp = 0;
  #startedAtMs: number | undefined;
  #progressAtMs = 0;

  constructor(plan: JobPlan<T, R>) {
    const { id, items, options, clock } = plan;
    this.#plan = plan;
    this.id = id;
    this.priority = options.priority;
    this.job = new Job<R>(this);
    this.#source = openItemSource(items, this.#onReady);
    this.results = new Results(options.windowItems, options.ordered, this.#onReady);
    this.#deadlines = new Deadlines(clock, options.timeoutMs, (lane) => {
      this.#timedOut(lane);
    });
    this.#retries = new Retries(clock, this.#onReady);
    this.#turnItems = Math.max(options.batchSize, options.concurrency);
    this.#turnLeft = this.#turnItems;
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (options.signal?.aborted === true) this.#onAbort();
    // Not at once, so that whoever submits can listen first.
    queueMicrotask(() => void this.#open());
  }

  /** Items that are being processed. */
  get running(): number {
    return this.#running;
  }

  get #processed(): number {
    return this.#succeeded + this.#failed;
  }

  progress(): JobProgress {
    const { total } = this.#source;
    const processed = this.#processed;
    const seconds = this.#seconds();
    const itemsPerSecond = seconds === 0 ? 0 : (processed - this.#resumed) / seconds;
    return {
      total,
      processed,
      failed: this.#failed,
      retried: this.#retried,
      itemsPerSecond,
      etaSeconds: total === undefined ? undefined : etaSeconds(total - processed, itemsPerSecond),
      percent: total === undefined ? undefined : total === 0 ? 100 : (100 * processed) / total,
    };
  }

  cancel(reason: unknown): void {
    this.#stop(new MillraceError('ERR_ABORTED', `job ${this.id} was cancelled`, { cause: reason }));
  }

  // --- what the dispatcher asks

  startOne(): boolean {
    if (!this.#isOpen || this.#running >= this.#plan.options.concurrency) return false;
    const lane = this.#resting.pop() ?? new Lane<T, R>(this);
    if (!this.#fill(lane)) {
      this.#resting.push(lane);
      return false;
    }
    this.#running++;
    if (this.#startedAtMs === undefined) this.#start();
    void lane.run();
    return true;
  }

  // --- what a lane asks

  process(lane: Lane<T, R>): MaybePromise<R> {
    if (lane.isRecalled) return this.#recall(lane);
    this.#deadlines.set(lane);
    if (this.#stopError !== undefined) throw this.#stopError; // by whoever heard that the job has begun
    return this.#plan.processor(lane.item as T, lane.context);
  }

  succeeded(lane: Lane<T, R>, value: R): void {
    const { ordinal } = lane.context;
    if (lane.isRecalled) this.#resumed++;
    else this.#deadlines.remove(lane);
    if (this.#recorder !== undefined && !lane.isRecalled) this.#recordValue(this.#recorder, lane, value);
    else if (this.#isHeard) this.#settle({ ordinal, value });
    else this.#countSuccess();
  }

  failed(lane: Lane<T, R>, thrown: unknown): void {
    if (!lane.isRecalled) this.#deadlines.remove(lane);
    this.#attemptFailed(lane, thrown);
  }

  goOn(lane: Lane<T, R>): boolean {
    if (!this.#plan.dispatcher.isContended && this.#fill(lane)) return true;
    lane.rest();
    this.#resting.push(lane);
    this.#leaveSlot();
    return false;
  }

  // --- items in

  /** Gives the lane the next item if there is one that may begin: first those to be tried again. */
  #fill(lane: Lane<T, R>): boolean {
    if (this.#stopError !== undefined || this.#isTurnOver()) return false;
    const retry = this.#retries.take();
    if (retry !== undefined) {
      lane.take(retry.item, retry.ordinal, retry.attempt);
      this.#turnLeft--;
      return true;
    }
    // Known to be at its end, a source needs no room.
    return (this.#source.total === this.#admitted || this.#hasRoom()) && this.#fillNew(lane);
  }

  #fillNew(lane: Lane<T, R>): boolean {
    const item = this.#source.next();
    if (item === NOT_YET) return false;
    if (item === AT_END) {
      this.#isExhausted = true;
      this.#maybeEnd();
      return false;
    }
    if (this.#isStopped()) return false; // by the source itself
    const ordinal = this.#admitted++;
    this.#unsettled++;
    this.#turnLeft--;
    const isFinished = this.#ledger?.finished.has(ordinal) ?? false;
    lane.take(item, ordinal, 1, isFinished);
    return !isFinished || this.#isSame(lane);
  }

  /** A method, since the source may stop the job between two looks at it. */
  #isStopped(): boolean {
    return this.#stopError !== undefined;
  }

  #hasRoom(): boolean {
    return this.results.hasRoomFor(this.#admitted) && this.#unsettled < this.#plan.options.windowItems;
  }

  /** At the end of its turn a job lets the event loop go first: processors that never wait would not let it. */
  #isTurnOver(): boolean {
    if (this.#turnLeft > 0) return false;
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined;
      this.#turnLeft = this.#turnItems;
      this.#onReady();
    });
    return true;
  }

  readonly #onReady = (): void => {
    if (this.#isEnding) return;
    this.#plan.dispatcher.ready(this);
  };

  readonly #onAbort = (): void => {
    this.cancel(this.#plan.options.signal?.reason);
  };

  // --- items that an earlier process finished

  /** Whether the item is the one that was recorded; stops the job if it is another. */
  #isSame({ item, context: { ordinal } }: Lane<T, R>): boolean {
    const ledger = this.#ledger!;
    if (ledger.finished.checkOf(ordinal) === checkOfItem(item)) return true;
    this.#giveUp(1);
    this.#stop(ledger.mismatch(`item ${ordinal} is another one now`));
    return false;
  }

  async #recall({ context: { ordinal } }: Lane<T, R>): Promise<R> {
    const record = await this.#ledger!.recall(ordinal).catch((thrown: unknown) => {
      const error = asError('ERR_LEDGER', 'the ledger cannot be read', thrown);
      this.#stop(error);
      throw error;
    });
    const result = resultOf(record);
    if ('error' in result) throw result.error;
    return result.value as R; // the caller's word for what the JSON says, as it is with `JSON.parse`
  }

  // --- what becomes of an item

  get #isHeard(): boolean {
    return !this.results.isGone || this.job.listenerCount('item') > 0;
  }

  #timedOut(lane: Lane<T, R>): void {
    const { timeoutMs } = this.#plan.options;
    const { ordinal, attempt } = lane.context;
    const error = new MillraceError('ERR_ITEM_TIMEOUT', `item ${ordinal}, try ${attempt}, took over ${timeoutMs} ms`);
    lane.isRetired = true;
    lane.context.abort(error);
    this.#attemptFailed(lane, error);
    this.#leaveSlot();
  }

  #attemptFailed(lane: Lane<T, R>, thrown: unknown): void {
    const { retries } = this.#plan.options;
    const { ordinal, attempt } = lane.context;
    if (this.#stopError !== undefined) this.#giveUp(1);
    else if (lane.isRecalled) this.#settleRecalled({ ordinal, error: itemError(ordinal, thrown) });
    else if (attempt <= retries && !isFinalError(thrown)) this.#retryLater(lane, thrown);
    else this.#failForGood(lane, itemError(ordinal, thrown));
  }

  #retryLater({ item, context: { ordinal, attempt } }: Lane<T, R>, thrown: unknown): void {
    const { options, clock, random } = this.#plan;
    const delayMs = backoffMs(attempt - 1, options, random);
    this.#retried++;
    this.#retries.add({ item: item as T, ordinal, attempt: attempt + 1, atMs: clock.monotonicMs() + delayMs });
    this.#tell(() => this.job.emit('retry', { ordinal, attempt, delayMs, error: thrown }));
  }

  #failForGood({ item, context: { ordinal } }: Lane<T, R>, error: MillraceError): void {
    const result = { ordinal, error };
    if (this.#recorder === undefined) this.#settle(result);
    else this.#recorder.add(finishedFailure(ordinal, checkOfItem(item), error), result);
  }

  #recordValue(recorder: Recorder<R>, lane: Lane<T, R>, value: R): void {
    const { ordinal } = lane.context;
    let record: FinishedItem;
    try {
      record = finishedValue(ordinal, checkOfItem(lane.item), this.#plan.options.recordValues, value);
    } catch (thrown) {
      this.#failForGood(lane, itemError(ordinal, thrown));
      return;
    }
    recorder.add(record, { ordinal, value });
  }

  #settle(result: ItemResult<R>): void {
    this.results.push(result);
    if ('error' in result) this.#failed++;
    else this.#succeeded++;
    this.#unsettled--;
    if (this.job.listenerCount('item') > 0) this.#tell(() => this.job.emit('item', result));
    this.#reportProgress();
  }

  #settleRecalled(failure: ItemFailure): void {
    this.#resumed++;
    this.#settle(failure);
  }

  #countSuccess(): void {
    this.#succeeded++;
    this.#unsettled--;
    this.#reportProgress();
  }

  #giveUp(count: number): void {
    this.#unsettled -= count;
    this.#givenUp += count;
  }

  #leaveSlot(): void {
    this.#running--;
    this.#plan.dispatcher.release(this);
    this.#maybeEnd();
  }

  // --- the life of the job

  async #open(): Promise<void> {
    const { ledger, threads, options } = this.#plan;
    try {
      if (!this.#isStopped()) this.#ledger = await ledger?.();
      if (!this.#isStopped()) await threads?.open();
    } catch (thrown) {
      this.#stop(asError('ERR_INTERNAL', 'the job could not begin', thrown));
    }
    if (this.#ledger !== undefined) this.#recorder = this.#recorderFor(this.#ledger, options.batchSize);
    this.#isOpen = true;
    this.#onReady();
    this.#maybeEnd();
  }

  #recorderFor(ledger: JobLedger, groupMax: number): Recorder<R> {
    return new Recorder<R>(ledger, groupMax, {
      recorded: (results) => {
        for (const result of results) this.#settle(result);
        this.#onReady();
        this.#maybeEnd();
      },
      lost: (count, error) => {
        this.#giveUp(count);
        this.#stop(error);
        this.#maybeEnd();
      },
    });
  }

  #start(): void {
    this.#startedAtMs = this.#plan.clock.monotonicMs();
    this.#setStatus('running');
  }

  /** Begins nothing any more; the job ends when what runs has ended. */
  #stop(error: MillraceError): void {
    if (this.#stopError !== undefined || this.#isEnding) return;
    this.#stopError = error;
    this.#giveUp(this.#retries.size);
    this.#retries.clear();
    this.#plan.dispatcher.remove(this);
    this.#deadlines.forEach((lane) => {
      lane.context.abort(error);
    });
    if (!this.#isOpen) void this.#plan.threads?.close(); // which ends the wait for them
    this.#maybeEnd();
  }

  #maybeEnd(): void {
    if (!this.#isOpen || this.#isEnding || this.#running > 0 || this.#unsettled > 0) return;
    if (this.#isExhausted || this.#stopError !== undefined) void this.#end();
  }

  async #end(): Promise<void> {
    this.#isEnding = true;
    const { threads, options, dispatcher, onEnd } = this.#plan;
    dispatcher.remove(this);
    this.#deadlines.close();
    clearImmediate(this.#turn);
    options.signal?.removeEventListener('abort', this.#onAbort);
    await this.#source.close();
    await threads?.close();
    const error = await this.#closeLedger(this.#stopError ?? this.#source.error);
    const seconds = this.#seconds();
    this.#setStatus(error === undefined ? 'completed' : error.code === 'ERR_ABORTED' ? 'cancelled' : 'failed');
    const summary: JobSummary = {
      id: this.id,
      status: this.status,
      total: this.#source.total,
      processed: this.#processed,
      succeeded: this.#succeeded,
      failed: this.#failed,
      retried: this.#retried,
      resumed: this.#resumed,
      givenUp: this.#givenUp,
      seconds,
      error,
    };
    this.#tell(() => this.job.emit('progress', this.progress()));
    this.results.end(error);
    onEnd(summary);
    this.#resolveDone(summary);
  }

  /** The error that the job ends with, if any. */
  async #closeLedger(error: MillraceError | undefined): Promise<MillraceError | undefined> {
    const ledger = this.#ledger;
    if (ledger === undefined) return error;
    try {
      const missing = ledger.finished.length > this.#admitted;
      if (error === undefined && missing) return ledger.mismatch(`there are only ${this.#admitted} items now`);
      await ledger.sync();
      return error;
    } catch (thrown) {
      return error ?? asError('ERR_OUTPUT_UNWRITABLE', 'the ledger could not be closed', thrown);
    } finally {
      await ledger.close();
    }
  }

  #seconds(): number {
    return this.#startedAtMs === undefined ? 0 : (this.#plan.clock.monotonicMs() - this.#startedAtMs) / 1000;
  }

  #setStatus(status: JobStatus): void {
    this.status = status;
    this.#tell(() => this.job.emit('status', status));
  }

  #reportProgress(): void {
    if (this.job.listenerCount('progress') === 0) return;
    const nowMs = this.#plan.clock.monotonicMs();
    if (nowMs - this.#progressAtMs < PROGRESS_MS) return;
    this.#progressAtMs = nowMs;
    this.#tell(() => this.job.emit('progress', this.progress()));
  }

  /** What a listener throws is its own affair: the counts go on. */
  #tell(emit: () => void): void {
    try {
      emit();
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown;
      });
    }
  }
}

/** Undefined while nothing has been processed and so no rate is known. */
function etaSeconds(left: number, itemsPerSecond: number): number | undefined {
  if (left === 0) return 0;
  return itemsPerSecond === 0 ? undefined : left / itemsPerSecond;
}
