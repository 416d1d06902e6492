import type { Worker } from 'node:worker_threads';
import { Piscina, queueOptionsSymbol } from 'piscina';
import { MillraceError, messageOf } from '../../core/errors.js';
import type { MeasureSettings } from '../../core/measures.js';
import { compileKernel } from '../../workers/kernel-host.js';
import { measureRow } from '../../workers/measure-row.js';
import { ProgressRow, createProgress } from '../../workers/progress.js';
import type { EndRequest, Request, TimedResponse } from '../../workers/protocol.js';
import type { ThreadCache } from '../report-cache/cache-option.js';
import type { ThreadData } from './thread-data.js';

/** Batches that a worker holds at once: one that it scores, and the next, so that it need not wait for the main thread. */
export const IN_FLIGHT_MAX = 2;

/** How long workers may take to put away what they cache, in milliseconds. */
const END_MS_MAX = 5000;

/** Times that all workers are started, with no answer in between, before there are taken to be none. */
const STARTS_MAX = 3;

/**
 * Piscina loads a module by `require` first. On Node.js 20 a thread that is terminated while it requires an ES module takes the
 * process with it (FATAL ERROR: v8::Module::IsGraphAsync); with this, `require` refuses and the module is imported.
 */
const LOAD_BY_IMPORT = '--no-experimental-require-module';

const WORKER_FILE = new URL('./thread.js', import.meta.url);

export interface WorkerPoolOptions {
  readonly workers: number;
  readonly workerHeapMb: number;
  /** What is measured and how. */
  readonly settings: MeasureSettings;
  /** Key of the checks of texts, 16 bytes. @defaultValue none: no texts are hashed */
  readonly hashSecret?: Uint8Array | undefined;
  /** The cache of reports. @defaultValue there is none */
  readonly cache?: ThreadCache | undefined;
  /** The module that runs in the threads; tests put one in that fails on purpose. */
  readonly workerFile?: URL;
}

export interface WorkerPoolListener {
  /** A worker is there for the slot. */
  onReady(slot: number): void;
  /** No worker can be started. */
  onBroken(error: MillraceError): void;
}

/**
 * The threads, owned by Piscina and addressed by slot, 0 to `workers - 1`.
 *
 * Piscina's own queue stays empty: a request is handed over only to a worker that has room for it, pinned through the load
 * balancer. A worker that dies is replaced, and the new one takes its slot.
 */
export class WorkerPool {
  #piscina: Piscina<Request | EndRequest, TimedResponse>;
  readonly #options: WorkerPoolOptions;
  readonly #listener: WorkerPoolListener;
  /** The worker of each slot; undefined while it is being replaced. */
  readonly #workers: (Worker | undefined)[];
  readonly #progress: Int32Array;
  #lastError: unknown;
  #restarts = 0;
  /** Pools started since the last answer. */
  #starts = 0;
  #isClosing = false;

  constructor(options: WorkerPoolOptions, listener: WorkerPoolListener) {
    this.#options = options;
    this.#listener = listener;
    this.#workers = new Array<Worker | undefined>(options.workers).fill(undefined);
    this.#progress = createProgress(options.workers);
    this.#piscina = this.#start();
  }

  #start(): Piscina<Request | EndRequest, TimedResponse> {
    const { workers, workerHeapMb, settings, hashSecret, cache, workerFile = WORKER_FILE } = this.#options;
    const measures = measureRow(settings);
    const workerData = { progress: this.#progress, kernel: compileKernel(), measures, hashSecret, cache };
    const piscina = new Piscina<Request | EndRequest, TimedResponse>({
      filename: workerFile.href,
      minThreads: workers,
      maxThreads: workers,
      concurrentTasksPerWorker: IN_FLIGHT_MAX,
      maxQueue: Infinity,
      recordTiming: false,
      // A thread that sleeps in `Atomics.wait` between two batches has no event loop: a write that lmdb has begun for it would never go
      // on, and with lmdb's lock it would hold up all others for good.
      atomics: cache === undefined ? 'sync' : 'disabled',
      execArgv: [LOAD_BY_IMPORT],
      workerData: workerData satisfies ThreadData,
      resourceLimits: { maxOldGenerationSizeMb: workerHeapMb },
      loadBalancer: (task, candidates) => {
        const wanted = pinnedThread(task[queueOptionsSymbol]);
        return candidates.find((worker) => worker.id === wanted) ?? null;
      },
    });
    piscina.on('workerCreate', ({ id }: { id: number }) => {
      this.#seat(id);
    });
    piscina.on('error', (error: unknown) => {
      this.#lastError = error;
    });
    piscina.on('workerDestroy', () => {
      // By then it has been replaced, unless Piscina has given up, which it does for good when one worker fails to start.
      setImmediate(() => {
        if (piscina === this.#piscina && piscina.threads.length === 0 && !this.#isClosing) this.#startAgain();
      });
    });
    this.#starts++;
    return piscina;
  }

  #startAgain(): void {
    if (this.#starts < STARTS_MAX) {
      this.#piscina = this.#start();
      return;
    }
    const message = `no worker can be started: ${messageOf(this.#lastError ?? 'all have ended')}`;
    this.#listener.onBroken(new MillraceError('ERR_INTERNAL', message, { cause: this.#lastError }));
  }

  /** Workers that ended before they were told to. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Whether the slot has a worker. Piscina drops one that fails before the thread has ended, so it is Piscina that is asked. */
  isUp(slot: number): boolean {
    const worker = this.#workers[slot];
    return worker !== undefined && this.#piscina.threads.includes(worker);
  }

  /** Where the worker of the slot is, or was when it died. */
  progressOf(slot: number): ProgressRow {
    return new ProgressRow(this.#progress, slot);
  }

  /** Moves the request's slab to the slot's worker; rejects when that worker ends before it has answered. */
  async run(slot: number, request: Request): Promise<TimedResponse> {
    const worker = this.#workers[slot];
    if (worker === undefined) throw new MillraceError('ERR_INTERNAL', `slot ${slot} has no worker`);
    const pinned = { ...request, [queueOptionsSymbol]: { thread: worker.threadId } };
    try {
      const response = await this.#piscina.run(pinned, { transferList: [request.slab] });
      this.#starts = 1;
      return response;
    } catch (thrown) {
      this.#lastError = thrown;
      this.#leave(slot, worker);
      void worker.terminate(); // a worker that only threw an error is in an unknown state
      throw thrown;
    }
  }

  /** Ends the slot's worker; its requests are rejected, and another takes its place. */
  kill(slot: number): void {
    void this.#workers[slot]?.terminate();
  }

  /** Ends all workers; nothing may be running. */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#options.cache !== undefined) await this.#endInOrder();
    await this.#piscina.destroy();
  }

  /** Has the workers put away what they cache; one that does not come to it in time, since it hangs, loses that. */
  async #endInOrder(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const ends = this.#workers.map(async (worker) => {
      if (worker === undefined) return;
      const pinned = { kind: 'end' as const, [queueOptionsSymbol]: { thread: worker.threadId } };
      await this.#piscina.run(pinned).catch(() => undefined);
    });
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, END_MS_MAX);
    });
    await Promise.race([Promise.all(ends), timeout]);
    clearTimeout(timer);
  }

  #seat(threadId: number): void {
    const worker = this.#piscina.threads.find((thread) => thread.threadId === threadId);
    const slot = this.#workers.indexOf(undefined);
    if (worker === undefined || slot === -1) return;
    this.#workers[slot] = worker;
    this.progressOf(slot).end();
    worker.once('exit', () => {
      this.#leave(slot, worker);
    });
    this.#listener.onReady(slot);
  }

  #leave(slot: number, worker: Worker): void {
    if (this.#workers[slot] !== worker) return;
    this.#workers[slot] = undefined;
    if (!this.#isClosing) this.#restarts++;
  }
}

function pinnedThread(options: unknown): number | undefined {
  if (typeof options !== 'object' || options === null || !('thread' in options)) return undefined;
  return typeof options.thread === 'number' ? options.thread : undefined;
}
