import { MillraceError } from '../../core/errors.js';
import { Monitor } from '../../monitor/monitor.js';
import type { Request, Response } from '../../workers/protocol.js';
import { BatchMeters } from './batch-meters.js';
import { Deque } from './deque.js';
import { IN_FLIGHT_MAX, WorkerPool, type WorkerPoolOptions } from './worker-pool.js';

/** A document that ends this many workers is given up. */
const STRIKES_MAX = 2;

/** Runs that a batch may lose to the documents of other batches or to no document at all, before it is given up. */
const LOST_RUNS_MAX = 16;

/** One message's worth of documents. */
export interface Batch {
  /** Size of the work, which is what the deques are balanced by. */
  readonly costBytes: number;
  /** Makes the request; called again for every run. */
  request(run: BatchRun): Request;
  /** Takes the answer. `condemned` holds the documents, by position, that were given up, with the reason. */
  done(response: Response, condemned: ReadonlyMap<number, MillraceError>): void;
  /** The batch was not and will not be run. */
  fail(error: MillraceError): void;
}

export interface BatchRun {
  readonly slot: number;
  readonly batch: number;
  readonly condemned: readonly number[];
}

export interface SchedulerOptions extends WorkerPoolOptions {
  readonly workerTimeoutMs: number;
  /** Takes the stages `batch`, `score` and `read`. @defaultValue one that nobody looks at */
  readonly monitor?: Monitor | undefined;
}

export interface SchedulerStats {
  /** Batches answered. */
  readonly batches: number;
  /** Times a worker that ran dry took over another's waiting batches. */
  readonly steals: number;
  /** Workers replaced. */
  readonly restarts: number;
  readonly waitingBytes: number;
}

/** A batch on its way, with what has happened to it. */
interface Entry {
  readonly batch: Batch;
  readonly number: number;
  readonly costBytes: number;
  readonly strikes: Map<number, number>;
  readonly condemned: Map<number, MillraceError>;
  lostRuns: number;
  isCancelled: boolean;
}

/** What a slot is doing. */
interface Lane {
  readonly waiting: Deque<Entry>;
  readonly inFlight: Set<Entry>;
  /** For the watchdog: where the worker was when it was last seen to move, and when that was. */
  seenBatch: number;
  seenDocument: number;
  movedAtMs: number;
  /** Why the scheduler is ending this worker. */
  verdict: MillraceError | undefined;
}

/**
 * Hands batches to workers: a deque for each, stealing, two batches in flight, and what to do when a worker dies.
 *
 * A worker that runs dry takes from its own deque's front; when that is empty it steals the back half of the deque with most
 * bytes left (Blumofe and Leiserson 1999, with the owner of the victim left out of it: all deques belong to this thread).
 */
export class Scheduler {
  readonly #pool: WorkerPool;
  readonly #lanes: readonly Lane[];
  readonly #timeoutMs: number;
  readonly #meters: BatchMeters;
  readonly #idleWaiters: (() => void)[] = [];
  #watchdog: NodeJS.Timeout | undefined;
  #numbers = 0;
  #batches = 0;
  #steals = 0;
  #broken: MillraceError | undefined;

  constructor(options: SchedulerOptions) {
    this.#timeoutMs = options.workerTimeoutMs;
    this.#meters = new BatchMeters(options.monitor ?? new Monitor(), options.workers);
    this.#lanes = Array.from({ length: options.workers }, createLane);
    this.#pool = new WorkerPool(options, {
      onReady: (slot) => {
        const lane = this.#lane(slot);
        lane.seenBatch = 0; // a new worker has the whole time for a document that the old one was at
        lane.verdict = undefined;
        this.#dispatch(slot);
      },
      onBroken: (error) => {
        this.#giveUp(error);
      },
    });
  }

  /** Queues a batch where least is waiting; returns what takes it back while it waits. */
  add(batch: Batch): () => void {
    const slot = this.#leastLoaded();
    return this.#queue(batch, slot);
  }

  /** Queues many batches at once, in contiguous shares of about as many bytes; returns what takes those back that wait. */
  addAll(batches: readonly Batch[]): () => void {
    const total = batches.reduce((bytes, batch) => bytes + batch.costBytes, 0);
    let before = 0;
    const cancels = batches.map((batch) => {
      const share = Math.floor((before / Math.max(total, 1)) * this.#lanes.length);
      before += batch.costBytes;
      return this.#enqueue(batch, Math.min(share, this.#lanes.length - 1));
    });
    this.#dispatchAll();
    return () => {
      for (const cancel of cancels) cancel();
    };
  }

  get isIdle(): boolean {
    return this.#lanes.every(({ waiting, inFlight }) => waiting.length === 0 && inFlight.size === 0);
  }

  /** Resolves when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    if (!this.isIdle) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  stats(): SchedulerStats {
    const waitingBytes = this.#lanes.reduce((bytes, { waiting }) => bytes + waiting.bytes, 0);
    return { batches: this.#batches, steals: this.#steals, restarts: this.#pool.restarts, waitingBytes };
  }

  /** Ends all workers. What still waits or runs fails with `error`. */
  async close(error: MillraceError): Promise<void> {
    this.#giveUp(error);
    await this.#pool.close();
  }

  #queue(batch: Batch, slot: number): () => void {
    const cancel = this.#enqueue(batch, slot);
    if (this.#pool.isUp(slot)) this.#dispatch(slot);
    else this.#dispatchAll(); // for others to take over
    return cancel;
  }

  #dispatchAll(): void {
    for (const slot of this.#lanes.keys()) this.#dispatch(slot);
  }

  #enqueue(batch: Batch, slot: number): () => void {
    const entry: Entry = {
      batch,
      number: ++this.#numbers,
      costBytes: batch.costBytes,
      strikes: new Map(),
      condemned: new Map(),
      lostRuns: 0,
      isCancelled: false,
    };
    if (this.#broken === undefined) {
      this.#lane(slot).waiting.pushBack(entry);
      this.#meters.enqueued();
    } else batch.fail(this.#broken);
    return () => {
      entry.isCancelled = true;
    };
  }

  /** Fills the slot's worker up with batches of its own or of others. */
  #dispatch(slot: number): void {
    const lane = this.#lane(slot);
    while (this.#pool.isUp(slot) && lane.inFlight.size < IN_FLIGHT_MAX) {
      const entry = this.#next(lane);
      if (entry === undefined) break;
      lane.inFlight.add(entry);
      void this.#run(slot, lane, entry);
    }
    if (lane.inFlight.size > 0) this.#watch();
    else this.#wakeIfIdle();
  }

  #next(lane: Lane): Entry | undefined {
    while (true) {
      if (lane.waiting.length === 0) this.#steal(lane);
      const entry = lane.waiting.popFront();
      if (entry !== undefined) this.#meters.dequeued();
      if (entry?.isCancelled !== true) return entry;
    }
  }

  #steal(thief: Lane): void {
    const [first, ...others] = this.#lanes;
    if (first === undefined) return;
    const victim = others.reduce((most, lane) => (lane.waiting.bytes > most.waiting.bytes ? lane : most), first);
    if (victim === thief || victim.waiting.length === 0) return;
    for (const entry of victim.waiting.takeBackHalf()) thief.waiting.pushBack(entry);
    this.#steals++;
  }

  async #run(slot: number, lane: Lane, entry: Entry): Promise<void> {
    try {
      const request = entry.batch.request({ slot, batch: entry.number, condemned: [...entry.condemned.keys()] });
      const response = await this.#send(slot, request, entry);
      lane.inFlight.delete(entry);
      this.#batches++;
      this.#dispatch(slot); // first, so that the worker has work while the answer is read
      entry.batch.done(response, entry.condemned);
    } catch (thrown) {
      lane.inFlight.delete(entry);
      this.#lost(slot, lane, entry, thrown);
      this.#dispatchAll();
    }
    this.#wakeIfIdle();
  }

  async #send(slot: number, request: Request, { costBytes }: Entry): Promise<Response> {
    const sentAtMs = this.#meters.sent();
    try {
      const response = await this.#pool.run(slot, request);
      this.#meters.answered(sentAtMs, request, response, costBytes);
      return response;
    } catch (thrown) {
      this.#meters.lost(sentAtMs);
      throw thrown;
    }
  }

  /** The worker died with this batch in flight: blames the document it was at, and has the batch run again. */
  #lost(slot: number, lane: Lane, entry: Entry, thrown: unknown): void {
    if (this.#broken !== undefined) {
      entry.batch.fail(this.#broken);
      return;
    }
    const progress = this.#pool.progressOf(slot);
    if (progress.batch === entry.number) {
      this.#strike(entry, progress.document, lane.verdict ?? crash(thrown));
    } else if (++entry.lostRuns > LOST_RUNS_MAX) {
      entry.batch.fail(crash(thrown));
      return;
    }
    if (entry.isCancelled) return;
    lane.waiting.pushFront(entry);
    this.#meters.enqueued();
  }

  #strike(entry: Entry, document: number, reason: MillraceError): void {
    const strikes = (entry.strikes.get(document) ?? 0) + 1;
    entry.strikes.set(document, strikes);
    if (strikes >= STRIKES_MAX) entry.condemned.set(document, reason);
  }

  /** Looks at the workers now and then while any is busy. */
  #watch(): void {
    if (this.#watchdog !== undefined) return;
    const periodMs = Math.max(5, Math.min(1000, this.#timeoutMs / 4));
    this.#watchdog = setInterval(() => {
      const nowMs = performance.now();
      for (const [slot, lane] of this.#lanes.entries()) this.#inspect(slot, lane, nowMs);
    }, periodMs);
    this.#watchdog.unref();
  }

  /** Ends a worker that has been at one document for too long. */
  #inspect(slot: number, lane: Lane, nowMs: number): void {
    const { batch, document } = this.#pool.progressOf(slot);
    const isMoving = batch === 0 || batch !== lane.seenBatch || document !== lane.seenDocument;
    if (isMoving || lane.inFlight.size === 0 || !this.#pool.isUp(slot)) {
      lane.seenBatch = batch;
      lane.seenDocument = document;
      lane.movedAtMs = nowMs;
    } else if (nowMs - lane.movedAtMs >= this.#timeoutMs && lane.verdict === undefined) {
      const message = `the document kept a worker busy for more than workerTimeoutMs, ${this.#timeoutMs}`;
      lane.verdict = new MillraceError('ERR_WORKER_TIMEOUT', message);
      this.#pool.kill(slot);
    }
  }

  #wakeIfIdle(): void {
    if (!this.isIdle) return;
    clearInterval(this.#watchdog);
    this.#watchdog = undefined;
    for (const wake of this.#idleWaiters.splice(0)) wake();
  }

  /** Fails everything that waits; what runs fails when its worker ends. */
  #giveUp(error: MillraceError): void {
    this.#broken ??= error;
    for (const { waiting } of this.#lanes) {
      for (let entry = waiting.popFront(); entry !== undefined; entry = waiting.popFront()) {
        this.#meters.dequeued();
        entry.batch.fail(error);
      }
    }
    this.#wakeIfIdle();
  }

  #leastLoaded(): number {
    const loads = this.#lanes.map(({ waiting, inFlight }) => {
      let bytes = waiting.bytes;
      for (const entry of inFlight) bytes += entry.costBytes;
      return bytes;
    });
    return loads.indexOf(Math.min(...loads));
  }

  #lane(slot: number): Lane {
    const lane = this.#lanes[slot];
    if (lane === undefined) throw new MillraceError('ERR_INTERNAL', `there is no slot ${slot}`);
    return lane;
  }
}

function createLane(): Lane {
  return {
    waiting: new Deque(),
    inFlight: new Set(),
    seenBatch: 0,
    seenDocument: 0,
    movedAtMs: 0,
    verdict: undefined,
  };
}

function crash(thrown: unknown): MillraceError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new MillraceError('ERR_WORKER_CRASHED', `the document ended two workers in a row: ${reason}`, {
    cause: thrown,
  });
}
