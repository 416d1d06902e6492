import { EventEmitter } from 'node:events';
import type { Document, DocumentId } from '../core/document.js';
import { MillraceError } from '../core/errors.js';
import { isFailure, type CountsReport, type Report } from '../core/report.js';
import type { MeasureSettings } from '../core/measures.js';
import { measureRow, slotsOf } from '../workers/measure-row.js';
import { COUNTS_DECODER, REPORT_DECODER, STATS_DECODER, type ReportDecoder } from '../workers/report-layout.js';
import { slabBytesFor } from '../workers/slab.js';
import { abortable, checkAborted } from '../core/abort.js';
import { MemoryGuard, type MemoryChange } from '../core/flow/memory-guard.js';
import { Monitor } from '../monitor/monitor.js';
import { timingsOf, type StageTiming } from '../monitor/stage-timing.js';
import { Coalescer } from './documents/coalescer.js';
import { cutBatches } from './documents/cuts.js';
import { DocumentStream, type DocumentSource, type OpenStream } from './documents/document-stream.js';
import type { GraphRun } from './graph/graph-run.js';
import { Graphs } from './graph/graphs.js';
import type { GraphOptions } from './graph/options.js';
import type { Task } from './graph/task.js';
import { DocumentsBatch, idOf, refusalOf, type BatchListener, type Outcome } from './documents/documents-batch.js';
import { failDependants } from './documents/fail-dependants.js';
import { InlineScorer } from './documents/inline-scorer.js';
import type { Items } from './jobs/item-source.js';
import type { Job } from './jobs/job.js';
import { Jobs, type AnyProcessor, type JobsStatistics, type ResumeOptions } from './jobs/jobs.js';
import type { JobOptions } from './jobs/options.js';
import { resolveEngineOptions, type EngineOptions, type ResolvedEngineOptions } from './options.js';
import type { Judged } from '../refine/refinement.js';
import type { RefineRunOptions } from './refine/options.js';
import { RefineRun } from './refine/refine-run.js';
import { checkEngineCache } from './report-cache/cache-option.js';
import {
  EngineCache,
  MissedDocument,
  NO_ENGINE_CACHE,
  type EngineCacheStats,
  type NamedDocument,
} from './report-cache/engine-cache.js';
import { Scheduler } from './threads/scheduler.js';
import { SlabPool } from './threads/slab-pool.js';
import { StreamPace } from './documents/stream-pace.js';
import { VersionDocument, type Version } from './documents/version-document.js';
import { IN_FLIGHT_MAX } from './threads/worker-pool.js';

/** Batches that a stream may have between its source and its consumer, for each worker. */
const WINDOW_BATCHES_PER_WORKER = 8;

/** Documents of a batch for whose lengths a slab has room from the start. */
const SLAB_DOCUMENTS = 1024;

export interface OperationOptions {
  /** Ends the operation with `ERR_ABORTED`; what a worker is scoring already is scored and thrown away. */
  readonly signal?: AbortSignal;
}

export interface ScoreAllOptions extends OperationOptions {
  /**
   * A field of the documents with the id, or the ids, of those that each depends on; a document fails if one of these does, is not
   * there or depends on it in turn. An id that repeats stands for all its documents. @defaultValue none
   */
  readonly dependsOnField?: string;
}

export interface CloseOptions {
  /** True: what was asked for is finished first. False: it is rejected with `ERR_ABORTED`. @defaultValue true */
  readonly drain?: boolean;
}

/** What an engine tells of itself. */
export interface EngineEvents {
  /** Memory got short, or is there again: streams shrink their batches (`pressed`) or stop reading (`paused`). */
  readonly memory: [change: MemoryChange];
  /** The engine is closed, and its threads are gone. */
  readonly close: [];
}

/** What an engine has done so far. */
export interface EngineStats {
  readonly workers: number;
  /** Documents finished, failures among them. */
  readonly documents: number;
  readonly failed: number;
  /** Of these, documents scored on the calling thread. */
  readonly inline: number;
  /** Batches that workers have answered. */
  readonly batches: number;
  /** Times a worker that ran dry took over another's waiting batches. */
  readonly steals: number;
  /** Workers replaced after a crash or a hang. */
  readonly restarts: number;
  /** UTF-16 units of text that wait for a worker. */
  readonly waitingBytes: number;
  /** Texts by the tier in which their report was found, and those looked for in vain; all 0 without a cache. */
  readonly cache: EngineCacheStats;
}

/**
 * Makes an engine. Its threads start with the first work for them.
 *
 * Its reports are those that `measures` asks for. Where the type of the options leaves that open, they are taken for what all
 * reports share.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`; with a cache `ERR_CACHE_DIR`, `ERR_CACHE_LOCKED`.
 */
export async function createEngine(options?: EngineOptions & { readonly measures?: 'all' }): Promise<Engine>;
export async function createEngine(options: EngineOptions): Promise<Engine<CountsReport>>;
export async function createEngine(options: EngineOptions = {}): Promise<Engine | Engine<CountsReport>> {
  const resolved = resolveEngineOptions(options);
  const { measures, stats } = resolved.settings;
  const cache = await openCache(options.cache, resolved.settings);
  if (measures === 'entropy') return new Engine(resolved, COUNTS_DECODER, undefined, cache);
  return new Engine(resolved, stats ? STATS_DECODER : REPORT_DECODER, undefined, cache);
}

async function openCache(option: EngineOptions['cache'], settings: MeasureSettings): Promise<EngineCache | undefined> {
  const checked = checkEngineCache(option ?? false);
  return checked && EngineCache.open(checked, slotsOf(settings), measureRow(settings));
}

/**
 * Scores documents on all cores. Made by `createEngine`; safe to share, and to be closed once.
 *
 * @typeParam R - the report that its measures ask for.
 */
export class Engine<R extends CountsReport = Report> extends EventEmitter<EngineEvents> {
  /**
   * What the engine's stages do, and whatever else is counted there. It looks at the process, and for what limits throughput, from
   * `monitor.start()` until `monitor.stop()` or the end of the engine.
   */
  readonly monitor = new Monitor();
  readonly #options: ResolvedEngineOptions;
  readonly #workerFile: URL | undefined;
  readonly #cache: EngineCache | undefined;
  readonly #slabs: SlabPool;
  readonly #decoder: ReportDecoder<R>;
  readonly #inlineScorer: InlineScorer<R>;
  readonly #coalescer: Coalescer<R>;
  readonly #streams = new Set<OpenStream>();
  readonly #jobs: Jobs;
  #guard: MemoryGuard | undefined;
  #scheduler: Scheduler | undefined;
  #graphs: Graphs | undefined;
  #closing: Promise<void> | undefined;
  #scoreCalls = 0;
  #documents = 0;
  #failed = 0;
  #inline = 0;

  /**
   * @param decoder - of the reports that the options ask for.
   * @internal
   */
  constructor(options: ResolvedEngineOptions, decoder: ReportDecoder<R>, workerFile?: URL, cache?: EngineCache) {
    super();
    this.#options = options;
    this.#decoder = decoder;
    this.#workerFile = workerFile;
    this.#cache = cache;
    this.#slabs = new SlabPool(slabBytesFor(SLAB_DOCUMENTS, options.batchBytes), options.workers * IN_FLIGHT_MAX);
    this.#inlineScorer = new InlineScorer(options.inlineBytesMax, measureRow(options.settings), decoder);
    this.#jobs = new Jobs(options.jobs);
    this.#coalescer = new Coalescer(options, (documents, costBytes, listener) => {
      this.#submit(documents, 0, costBytes, listener);
    });
  }

  /**
   * Scores one document. Concurrent calls are batched; a small text is scored on the spot while the engine is idle.
   *
   * @throws MillraceError `ERR_TEXT_TYPE`, `ERR_DOCUMENT_TOO_LARGE`, `ERR_QUEUE_FULL`, `ERR_ABORTED`, `ERR_CLOSED`,
   * `ERR_OUT_OF_MEMORY`, `ERR_WORKER_CRASHED`, `ERR_WORKER_TIMEOUT`.
   */
  async score(document: Document, { signal }: OperationOptions = {}): Promise<R> {
    this.#checkOpen();
    checkAborted(signal);
    const refusal = refusalOf(document.text, this.#options.maxBytes);
    if (refusal !== undefined) throw refusal;
    const call = this.#scoreCalls++;
    const named = document.id === undefined ? { ...document, id: idOf(document, call) } : document;
    if (this.#cache?.asksFor(named.text) === true)
      return this.#scoreCached(named, idOf(named, call), this.#cache, signal);
    if (this.#isIdle && this.#inlineScorer.accepts(named)) return this.#scoreInline(named);
    return abortable(this.#coalescer.score(named), signal, () => undefined);
  }

  #scoreInline(document: Document): R {
    const report = this.#inlineScorer.score(document);
    this.#inline++;
    this.#documents++;
    return report;
  }

  /** Scores what the cache has not; equal texts that are asked for meanwhile are scored once. */
  async #scoreCached(
    { text }: Document,
    id: DocumentId,
    cache: EngineCache,
    signal: AbortSignal | undefined,
  ): Promise<R> {
    const answer = cache.ask(text);
    if (answer === undefined) return abortable(this.#coalescer.score({ id, text }), signal, () => undefined);
    const call = { isMeasured: false };
    const row =
      answer.row ??
      (await cache.measureOnce(answer.key, signal, () => {
        call.isMeasured = true;
        return this.#rowOf({ id, text }, (kept) => {
          cache.store(answer.key, kept);
        });
      }));
    if (!call.isMeasured) this.#documents++; // The others are counted where they are measured.
    return this.#decoder.decode(id, row, 0);
  }

  async #rowOf(document: NamedDocument, keep: (row: Float64Array) => void): Promise<Float64Array> {
    return new Promise((resolve, reject) => {
      const missed = new MissedDocument(document, (row) => {
        keep(row);
        resolve(row.slice());
      });
      const isInline = this.#isIdle && this.#inlineScorer.accepts(missed);
      if (isInline) this.#scoreInline(missed);
      else this.#coalescer.score(missed).catch(reject);
    });
  }

  /**
   * Scores a version of a document and compares it with the original, both in a worker: the thread that calls has calls to make.
   *
   * @throws MillraceError as `score` does.
   * @internal
   */
  async scoreVersion(this: Engine, version: Version, { signal }: OperationOptions = {}): Promise<Judged> {
    this.#checkOpen();
    checkAborted(signal);
    const refusal = refusalOf(version.text, this.#options.maxBytes);
    if (refusal !== undefined) throw refusal;
    const document = new VersionDocument(version);
    const report = await abortable(this.#coalescer.score(document), signal, () => undefined);
    return { report, objection: document.objection };
  }

  /**
   * Scores an array: a report or a failure for each document, in order.
   *
   * @throws MillraceError `ERR_ABORTED`, `ERR_CLOSED`; `ERR_WORKER_CRASHED`, `ERR_INTERNAL` when no worker can be kept alive.
   */
  async scoreAll(
    documents: readonly Document[],
    { signal, dependsOnField }: ScoreAllOptions = {},
  ): Promise<Outcome<R>[]> {
    this.#checkOpen();
    checkAborted(signal);
    const { batchBytes, workers } = this.#options;
    const outcomes = new Array<Outcome<R>>(documents.length);
    const cuts = cutBatches(documents, batchBytes, workers);
    if (cuts.length === 0) return outcomes;
    let cancel = (): void => undefined;
    const work = new Promise<void>((resolve, reject) => {
      let left = cuts.length;
      const batches = cuts.map(({ from, to, costBytes }) =>
        this.#batch(documents.slice(from, to), from, costBytes, {
          done: (scored) => {
            let index = from;
            for (const outcome of scored) outcomes[index++] = outcome;
            if (--left === 0) resolve();
          },
          fail: reject,
        }),
      );
      cancel = this.#workers().addAll(batches);
    });
    await abortable(work, signal, cancel);
    if (dependsOnField !== undefined) failDependants(documents, outcomes, dependsOnField);
    return outcomes;
  }

  /**
   * Scores a stream: a report or a failure for each document, in order. The source is held back while the consumer is slow.
   *
   * @throws MillraceError `ERR_CLOSED`; while iterating `ERR_SOURCE`, `ERR_ABORTED`, `ERR_CLOSED`.
   */
  stream(source: DocumentSource, { signal }: OperationOptions = {}): AsyncIterableIterator<Outcome<R>, undefined> {
    this.#checkOpen();
    const pace = new StreamPace(this.#options, this.#memoryGuard());
    return new DocumentStream(source, {
      pace,
      windowBatches: this.#options.workers * WINDOW_BATCHES_PER_WORKER,
      signal,
      score: async (documents, firstOrdinal, costBytes) =>
        new Promise((resolve, reject) => {
          const done = (outcomes: readonly Outcome<R>[], latencyMs: number): void => {
            pace.answered(costBytes, latencyMs);
            resolve(outcomes);
          };
          this.#submit(documents, firstOrdinal, costBytes, { done, fail: reject });
        }),
      onBegin: (stream) => {
        if (this.#closing === undefined) this.#streams.add(stream);
        else stream.end(closedError());
      },
      onEnd: (stream) => this.#streams.delete(stream),
    });
  }

  /**
   * Runs tasks that depend on each other, as parallel as that allows. They are checked before this returns: it takes about a
   * second for a million.
   *
   * @throws MillraceError `ERR_CLOSED`, `ERR_DEPENDENCY_CYCLE`, `ERR_DEPENDENCY_MISSING`, `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`,
   * `ERR_OPTION_UNKNOWN`.
   */
  graph(tasks: readonly Task[], options?: GraphOptions): GraphRun {
    this.#checkOpen();
    this.#graphs ??= new Graphs(this.#options);
    return this.#graphs.run(tasks, options);
  }

  /**
   * Processes items in the background, with retries, time limits and priorities; the job is there at once.
   *
   * @param processor - a function, or the absolute path or `file:` URL of a module whose default export is one: it runs in threads.
   * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`, `ERR_PROCESSOR`, `ERR_QUEUE_FULL`, `ERR_CLOSED`.
   */
  submit<T, V = unknown>(items: Items<T>, processor: AnyProcessor<T, V>, options?: JobOptions): Job<V> {
    this.#checkOpenForJobs();
    return this.#jobs.submit(items, processor, options);
  }

  /**
   * Goes on with a durable job of an earlier process: items that were finished are not processed again.
   *
   * @throws MillraceError as `submit` does; `ERR_JOB_NOT_FOUND`, `ERR_RESUME_MISMATCH`, `ERR_LEDGER`, `ERR_OUTPUT_UNWRITABLE`.
   */
  async resume<T, V = unknown>(id: string, processor: AnyProcessor<T, V>, options: ResumeOptions<T>): Promise<Job<V>> {
    this.#checkOpenForJobs();
    return this.#jobs.resume(id, processor, options);
  }

  /** A job of this engine; undefined for one that is unknown or forgotten. */
  getJob(id: string): Job<unknown> | undefined {
    return this.#jobs.get(id);
  }

  /**
   * Cancels a job, and resolves when nothing of it is left.
   *
   * @throws MillraceError `ERR_JOB_NOT_FOUND`.
   */
  async cancelJob(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new MillraceError('ERR_JOB_NOT_FOUND', `there is no job ${id}`);
    await job.cancel();
  }

  /** What the jobs have done so far; `stats` tells of scoring. */
  statistics(): JobsStatistics {
    return this.#jobs.statistics();
  }

  /**
   * Refines documents through language models: each is scored, those that do not pass the gate are sent to a model, rescored, and
   * kept only if they are better. A row or a failure for each, in order; the source is held back while the consumer is slow.
   *
   * @throws MillraceError `ERR_CLOSED`, `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`; while iterating what `RefineRun` says.
   */
  refine(this: Engine, documents: DocumentSource, options: RefineRunOptions): RefineRun {
    this.#checkOpen();
    return new RefineRun(documents, options, this);
  }

  /**
   * Runs `work` and notes under `name` how long it took, until a promise of it settles; about a tenth of a microsecond.
   *
   * @throws MillraceError `ERR_OPTION_RANGE` for more than 256 names; whatever `work` throws.
   */
  measure<T>(name: string, work: () => T): T {
    return this.monitor.measure(name, work);
  }

  /**
   * How long the stages took: `batch`, from its hand-over to a worker until its answer, `score`, of that what the worker itself took,
   * and all that was given to `measure`. `monitor` has more.
   */
  timings(): Readonly<Record<string, StageTiming>> {
    return timingsOf(this.monitor.stages());
  }

  stats(): EngineStats {
    const scheduler = this.#scheduler?.stats() ?? { batches: 0, steals: 0, restarts: 0, waitingBytes: 0 };
    const { workers } = this.#options;
    const cache = this.#cache?.stats() ?? NO_ENGINE_CACHE;
    return { workers, documents: this.#documents, failed: this.#failed, inline: this.#inline, ...scheduler, cache };
  }

  /** Ends the engine, its threads and its cache; later calls wait for the first. Open streams end with `ERR_CLOSED`. */
  async close({ drain = true }: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#close(drain);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(drain: boolean): Promise<void> {
    for (const stream of this.#streams) stream.end(closedError());
    this.#coalescer.flush();
    await this.#graphs?.close(drain); // graphs and jobs first: what they run may wait for documents
    const reason = new MillraceError('ERR_ABORTED', 'the engine was closed without draining');
    await this.#jobs.close(drain, reason);
    if (drain) await this.#scheduler?.idle();
    this.#guard?.close();
    this.monitor.stop();
    await this.#scheduler?.close(reason);
    await this.#cache?.close();
    this.emit('close');
  }

  get #isIdle(): boolean {
    return this.#coalescer.isIdle && (this.#scheduler?.isIdle ?? true);
  }

  /** Jobs that are finished first may still want to score. */
  #checkOpen(): void {
    if (this.#closing !== undefined && !this.#jobs.isDraining) throw closedError();
  }

  #checkOpenForJobs(): void {
    if (this.#closing !== undefined) throw closedError();
  }

  #submit(documents: readonly Document[], firstOrdinal: number, costBytes: number, listener: BatchListener<R>): void {
    this.#workers().add(this.#batch(documents, firstOrdinal, costBytes, listener));
  }

  #batch(
    documents: readonly Document[],
    firstOrdinal: number,
    costBytes: number,
    listener: BatchListener<R>,
  ): DocumentsBatch<R> {
    const settings = {
      maxBytes: this.#options.maxBytes,
      slabs: this.#slabs,
      decoder: this.#decoder,
      cache: this.#cache,
    };
    return new DocumentsBatch(documents, { firstOrdinal, costBytes }, settings, {
      done: (outcomes, latencyMs) => {
        this.#count(outcomes);
        listener.done(outcomes, latencyMs);
      },
      fail: (error) => {
        listener.fail(error);
      },
    });
  }

  #count(outcomes: readonly Outcome<R>[]): void {
    this.#documents += outcomes.length;
    for (const outcome of outcomes) if (isFailure(outcome)) this.#failed++;
  }

  /** The watch over memory; it begins with the first stream. */
  #memoryGuard(): MemoryGuard {
    this.#guard ??= new MemoryGuard({
      ...this.#options.memory,
      onChange: (change) => {
        this.emit('memory', change);
      },
    });
    return this.#guard;
  }

  /** The scheduler; its threads start with the first call. */
  #workers(): Scheduler {
    this.#scheduler ??= new Scheduler({
      ...this.#options,
      monitor: this.monitor,
      ...(this.#workerFile === undefined ? {} : { workerFile: this.#workerFile }),
    });
    return this.#scheduler;
  }
}

function closedError(): MillraceError {
  return new MillraceError('ERR_CLOSED', 'the engine is closed');
}
