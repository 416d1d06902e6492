import type { Cache } from '../../cache/create-cache.js';
import { SYSTEM_CLOCK, type Timer } from '../../core/clock.js';
import { CHECKPOINT_START, type Checkpoint } from '../../ledger/calls/calls.js';
import type { OrdinalRuns } from '../../ledger/calls/ordinal-runs.js';
import { CALLER_DEFAULTS } from '../../refine/caller/options.js';
import type { Caller } from '../../refine/caller/caller.js';
import { createEngine, type Engine } from '../engine.js';
import type { OpenRefiner } from '../refine/open-refiner.js';
import type { Refiner } from '../refine/refiner.js';
import { RunMeters } from '../run-meters.js';
import type { RefineReport } from '../run-report/refine-report.js';
import { DocumentFeed, type DocumentFeedSettings } from './document-feed.js';
import { HeldRows, type FinishedRows } from './finished-rows.js';
import { linesOf } from './old-rows.js';
import type { RefineFilesSummary } from './options.js';
import { OrderedOutput } from './ordered-output.js';
import { openOutputs, type Outputs } from './outputs.js';
import type { PlannedRun } from './plan-run.js';
import { readDocuments, type InputBatch } from './read-documents.js';
import { readSettings } from './read-settings.js';
import { ReadPlaces, resumePlaceOf, type ResumePlace } from './read-places.js';
import type { RunRecord } from './record.js';
import { budgetTotals } from './run-budget.js';
import { RunEnd } from './run-end.js';
import { countsBy, Spending } from './spending.js';
import { cacheCounts, countedSummary, plannedSummary, refineCounts, type RunCounts } from './summary.js';

/** Between two calls of `onProgress`; what waits to be written waits no longer. */
const TICK_MS = 250;

/** Documents under way for each call that may be in flight: while some are called for, others are scored. */
const DOCUMENTS_PER_CALL = 2;
const DOCUMENTS_EXTRA = 256;

/** What a session is given beside its plan. */
export interface SessionParts {
  readonly open: OpenRefiner;
  readonly cache: Cache | undefined;
  /** Undefined: the run is not recorded. */
  readonly record: RunRecord | undefined;
  /** Undefined: no page is written about the run. */
  readonly report: RefineReport | undefined;
}

/** One session of a run: from where the one before it ended, to the end or to where it is ended itself. */
export class RunSession {
  readonly #plan: PlannedRun;
  readonly #parts: SessionParts;
  readonly #start: Checkpoint;
  readonly #resume: ResumePlace;
  readonly #spending: Spending;
  readonly #places: ReadPlaces;
  readonly #end: RunEnd;
  readonly #startedAtMs = performance.now();
  readonly #loop = performance.eventLoopUtilization();
  #caller: Caller | undefined;
  #closing: Promise<void> | undefined;

  constructor(plan: PlannedRun, parts: SessionParts) {
    this.#plan = plan;
    this.#parts = parts;
    this.#start = parts.record?.start ?? CHECKPOINT_START;
    this.#resume = resumePlaceOf(this.#start);
    this.#spending = new Spending(parts.record?.ledger, this.#start.totals);
    const { totals, ordinal } = this.#start;
    this.#places = new ReadPlaces(this.#resume, ordinal - this.#resume.skip, totals['inputBytes'] ?? 0);
    this.#end = new RunEnd(plan.options);
  }

  /** @throws what ended the run early; everything that had finished is written then. */
  async run(): Promise<RefineFilesSummary> {
    const { resolved, paths, streams, asOf } = this.#plan;
    const { workers, maxBytes } = resolved;
    const ledger = this.#parts.record?.ledger;
    let outputs: Outputs | undefined;
    let engine: Engine | undefined;
    try {
      outputs = await openOutputs(paths, streams, this.#start);
      // No text is scored on this thread, which has the calls to make.
      engine = await createEngine({ workers, maxBytes, asOf, inlineBytesMax: 0 });
      return await this.#refine(outputs, engine);
    } finally {
      await this.#closeCaller();
      await engine?.close({ drain: false });
      await outputs?.sink.abort();
      await outputs?.deadLetters.abort();
      await ledger?.close();
      this.#end.close();
    }
  }

  async #refine(outputs: Outputs, engine: Engine): Promise<RefineFilesSummary> {
    const { ending, because } = this.#end;
    const refiner = this.#openRefiner(engine);
    const meters = this.#meters(engine);
    const held = new HeldRows();
    const rows = this.#parts.record?.ledger ?? held;
    const output = this.#orderedOutput(rows, outputs, meters, () => {
      feed.wake();
    });
    const feed = this.#documentFeed({ rows, engine, refiner, output, hasRoom: this.#roomIn(held, output) }, meters);
    const timer = this.#tick(feed, output);
    try {
      if (this.#parts.record !== undefined) await output.checkpoint(); // The budget is known before anything is spent.
      const writing = output.run().catch(because);
      await feed.run().catch(because);
      await feed.idle();
      output.end();
      await writing;
      if (ending.aborted) throw await this.#ended(output);
      await output.complete();
      return this.#summary(output);
    } finally {
      timer.cancel();
      this.#report(feed, output);
    }
  }

  /** Keeps what had finished, as far as that can be done; returns why the run has ended. */
  async #ended(output: OrderedOutput): Promise<unknown> {
    await output.checkpoint().catch(() => undefined); // What is told is why the run ended first.
    return this.#end.ending.reason;
  }

  #openRefiner(engine: Engine): Refiner {
    const { record, open, report } = this.#parts;
    // Without a signal, which every version would have to listen to: scoring one takes a few milliseconds at most.
    const { refiner, caller } = open((version) => engine.scoreVersion(version), {
      journal: report?.metering(engine.monitor, this.#spending) ?? this.#spending,
      onShared: this.#spending.onShared,
      spentNanoUsd: record?.ledger.money().spentNanoUsd ?? 0,
    });
    this.#caller = caller;
    this.#end.ending.addEventListener('abort', () => void this.#closeCaller());
    if (this.#end.ending.aborted) void this.#closeCaller();
    return refiner;
  }

  /** Has the stages around the calls counted: reading, writing and, in a run that is recorded, the ledger. */
  #meters({ monitor }: Engine): RunMeters {
    const meters = new RunMeters(monitor);
    this.#parts.record?.ledger.measureWrites((write) => meters.ledger.measure(write));
    return meters;
  }

  /** Sends nothing more, and waits for calls in flight. */
  async #closeCaller(): Promise<void> {
    this.#closing ??= this.#caller?.close();
    await this.#closing;
  }

  #orderedOutput(
    rows: FinishedRows,
    { sink, deadLetters }: Outputs,
    meters: RunMeters,
    onRoom: () => void,
  ): OrderedOutput {
    const spentNanoUsd = this.#parts.record?.ledger.money().spentNanoUsd ?? 0;
    return new OrderedOutput({
      rows,
      sink,
      deadLetters,
      places: this.#places,
      spending: this.#spending,
      start: this.#start,
      otherTotals: budgetTotals(this.#plan.options.budgetUsd, this.#start, spentNanoUsd),
      clock: SYSTEM_CLOCK,
      meters,
      abandoned: this.#plan.paths.ledger === undefined ? this.#end.cancelled : undefined,
      onRoom,
    });
  }

  #documentFeed(
    parts: Pick<DocumentFeedSettings, 'rows' | 'engine' | 'refiner' | 'output' | 'hasRoom'>,
    meters: RunMeters,
  ): DocumentFeed {
    const { resolved, prices, paths } = this.#plan;
    const { ending, cancelled, because } = this.#end;
    const reopened = this.#parts.record?.ledger.reopened;
    return new DocumentFeed({
      ...parts,
      batches: meters.from(this.#read(parts), ({ inputBytes }) => inputBytes),
      skip: this.#resume.skip,
      places: this.#places,
      oldRows: reopened && linesOf(paths.output, rowsBelow(this.#start.ordinal, reopened), ending),
      emit: resolved.emit,
      tally: this.#parts.report?.tally,
      isPriced: prices.isPriced,
      documentsMax: Math.min(DOCUMENTS_PER_CALL * resolved.concurrency + DOCUMENTS_EXTRA, CALLER_DEFAULTS.callsMax),
      bytesMax: resolved.refining.windowBytes,
      ending,
      cancelled,
      onError: because,
    });
  }

  /** Reads on where the run goes on. What is decided once, here, holds: of a document that is written nothing is known. */
  #read({ rows, output }: Pick<DocumentFeedSettings, 'rows' | 'output'>): AsyncIterable<InputBatch> {
    const { resolved, inputs, options } = this.#plan;
    const { from, skip } = this.#resume;
    const first = this.#start.ordinal - skip;
    const isWanted = (index: number): boolean => {
      const ordinal = first + index;
      return ordinal >= output.next && rows.isOpen(ordinal) && rows.state(ordinal) !== 'finished';
    };
    const stdin = options.stdin ?? process.stdin;
    return readDocuments(inputs, {
      ...readSettings(resolved),
      keepsLines: resolved.emit !== 'reports',
      isWanted,
      stdin,
      signal: this.#end.ending,
      ...(from && { from }),
    });
  }

  /** Whether a row may be added to those that wait for older ones. */
  #roomIn(held: HeldRows, output: OrderedOutput): (ordinal: number) => boolean {
    const { ledger: bounds, refining } = this.#plan.resolved;
    const ledger = this.#parts.record?.ledger;
    if (ledger === undefined) return () => held.bytes < refining.windowBytes;
    const { documentsMax, diskBytesMax } = bounds;
    return (ordinal) => ordinal - output.committed < documentsMax && ledger.diskBytes < diskBytesMax;
  }

  #tick(feed: DocumentFeed, output: OrderedOutput): Timer {
    let timer: Timer;
    const next = (): void => {
      timer = SYSTEM_CLOCK.schedule(
        () => {
          output.tick();
          this.#report(feed, output);
          next();
        },
        TICK_MS,
        { keepsAlive: false },
      );
    };
    next();
    return {
      cancel: () => {
        timer.cancel();
      },
    };
  }

  #report(feed: DocumentFeed, output: OrderedOutput): void {
    const { options, inputs } = this.#plan;
    const sizes = inputs.map(({ bytes }) => bytes);
    const progress = {
      ...refineCounts(this.#counts(output), feed.begun - feed.underWay),
      written: output.next,
      failed: output.written.failed,
      bytes: output.written.bytes,
      inputBytes: this.#places.inputBytes,
      inputBytesTotal: sizes.reduce(
        (sum, bytes) => (sum === undefined || bytes === undefined ? undefined : sum + bytes),
        0,
      ),
      seconds: this.#seconds(),
      caller: this.#caller?.status(),
      budgetUsd: options.budgetUsd,
    };
    this.#parts.report?.progress(progress);
    options.onProgress?.(progress);
  }

  #counts({ written }: OrderedOutput): RunCounts {
    const { counts } = this.#spending;
    const money = this.#parts.record?.ledger.money();
    const calls = money === undefined ? counts : countsBy(counts, money);
    const spentNanoUsd = money?.spentNanoUsd ?? this.#caller?.status().budget.spentNanoUsd ?? 0;
    return { tally: written, calls, nanoUsd: this.#plan.prices.areAllPriced ? spentNanoUsd : null };
  }

  #summary(output: OrderedOutput): RefineFilesSummary {
    const { prices } = this.#plan;
    const done = Math.max(output.next - this.#start.ordinal, 1);
    return {
      ...countedSummary(this.#counts(output), output.next, prices.first),
      ...plannedSummary(this.#plan, output.written.failed),
      inputBytes: this.#places.inputBytes,
      outputBytes: output.outputBytes,
      seconds: this.#seconds(),
      resumedDocuments: this.#start.ordinal,
      wasComplete: false,
      cache: cacheCounts(this.#parts.cache),
      mainThreadUsPerDocument: (performance.eventLoopUtilization(this.#loop).active * 1000) / done,
    };
  }

  #seconds(): number {
    return (performance.now() - this.#startedAtMs) / 1000;
  }
}

/** Rows that a round of retries has copied before the document `end`. */
function rowsBelow(end: number, reopened: OrdinalRuns): number {
  let rows = end;
  for (const ordinal of reopened) {
    if (ordinal >= end) break;
    rows--;
  }
  return rows;
}
