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
import { openDependentWork } from './dependent-work.js';
import { DocumentFeed, type DocumentFeedSettings } from './document-feed.js';
import { HeldRows, type FinishedRows } from './finished-rows.js';
import { linesOf } from './old-rows.js';
import type { RefineFilesSummary } from './options.js';
import { OrderedOutput } from './ordered-output.js';
import { openOutputs, type Outputs } from './outputs.js';
import type { PlannedRun } from './plan-run.js';
import { readDocuments } from './read-documents.js';
import { readSettings } from './read-settings.js';
import { ReadPlaces, resumePlaceOf, type Places } from './read-places.js';
import type { RunRecord } from './record.js';
import { budgetTotals } from './run-budget.js';
import { RunEnd } from './run-end.js';
import { Spending } from './spending.js';
import { cacheCounts, countedSummary, plannedSummary, refineCounts, type RunCounts } from './summary.js';
import { itemsInOrder, type Work, type WorkItem } from './work.js';

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
  readonly #spending: Spending;
  readonly #end: RunEnd;
  readonly #startedAtMs = performance.now();
  readonly #loop = performance.eventLoopUtilization();
  #caller: Caller | undefined;
  #closing: Promise<void> | undefined;

  constructor(plan: PlannedRun, parts: SessionParts) {
    this.#plan = plan;
    this.#parts = parts;
    this.#start = parts.record?.start ?? CHECKPOINT_START;
    this.#spending = new Spending(parts.record?.ledger);
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
    const meters = this.#meters(engine);
    const held = new HeldRows();
    const rows = this.#parts.record?.ledger ?? held;
    const { batches, places, parts } = await this.#openWork(rows, meters, (ordinal) => ordinal < output.next);
    const refiner = this.#openRefiner(engine);
    const output = this.#orderedOutput(rows, outputs, { places, meters }, () => {
      feed.wake();
    });
    const hasRoom = this.#roomIn(held, output);
    const feed = this.#documentFeed({ batches, parts, rows, engine, refiner, output, hasRoom });
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

  /**
   * What there is to do. With dependencies all inputs are read before anything is begun.
   *
   * @param isWritten - by now; of such a document nothing else is known any more.
   */
  async #openWork(rows: FinishedRows, meters: RunMeters, isWritten: (ordinal: number) => boolean): Promise<Work> {
    const { resolved, inputs, options, paths } = this.#plan;
    const { emit, dependsOnField } = resolved;
    const stdin = options.stdin ?? process.stdin;
    const reading = { ...readSettings(resolved), keepsLines: emit !== 'reports', stdin, signal: this.#end.ending };
    const start = this.#start;
    if (dependsOnField !== undefined) {
      const record = { rows, ledger: this.#parts.record?.ledger, failed: paths.failed, start };
      const work = await openDependentWork({ inputs, reading, field: dependsOnField, ...record });
      return { ...work, batches: meters.from(work.batches, textBytesOf) };
    }
    const { from, skip } = resumePlaceOf(start);
    const first = start.ordinal - skip;
    const places = new ReadPlaces({ from, skip }, first, start.totals['inputBytes'] ?? 0);
    const isWanted = (index: number): boolean => {
      const ordinal = first + index;
      return !isWritten(ordinal) && rows.isOpen(ordinal) && rows.state(ordinal) !== 'finished';
    };
    const documents = readDocuments(inputs, { ...reading, isWanted, ...(from !== undefined && { from }) });
    const batches = meters.from(documents, ({ inputBytes }) => inputBytes);
    return { batches: itemsInOrder(batches, places, skip), places, parts: undefined };
  }

  #openRefiner(engine: Engine): Refiner {
    const { open, report } = this.#parts;
    // Without a signal, which every version would have to listen to: scoring one takes a few milliseconds at most.
    const { refiner, caller } = open((version) => engine.scoreVersion(version), {
      journal: report?.metering(engine.monitor, this.#spending) ?? this.#spending,
      onShared: this.#spending.onShared,
      spentNanoUsd: this.#spending.money().spentNanoUsd,
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
    { places, meters }: { readonly places: Places; readonly meters: RunMeters },
    onRoom: () => void,
  ): OrderedOutput {
    const { spentNanoUsd } = this.#spending.money();
    return new OrderedOutput({
      rows,
      sink,
      deadLetters,
      places,
      start: this.#start,
      otherTotals: budgetTotals(this.#plan.options.budgetUsd, this.#start, spentNanoUsd),
      clock: SYSTEM_CLOCK,
      meters,
      abandoned: this.#plan.paths.ledger === undefined ? this.#end.cancelled : undefined,
      onRoom,
    });
  }

  #documentFeed(
    parts: Pick<DocumentFeedSettings, 'batches' | 'parts' | 'rows' | 'engine' | 'refiner' | 'output' | 'hasRoom'>,
  ): DocumentFeed {
    const { resolved, prices, paths } = this.#plan;
    const { ending, cancelled, because } = this.#end;
    const reopened = this.#parts.record?.ledger.reopened;
    return new DocumentFeed({
      ...parts,
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
      inputBytes: output.inputBytes,
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
    const money = this.#spending.money();
    return { tally: written, calls: money, nanoUsd: this.#plan.prices.areAllPriced ? money.spentNanoUsd : null };
  }

  #summary(output: OrderedOutput): RefineFilesSummary {
    const { prices } = this.#plan;
    const done = Math.max(output.next - this.#start.ordinal, 1);
    return {
      ...countedSummary(this.#counts(output), output.next, prices.first),
      ...plannedSummary(this.#plan, output.written.failed),
      inputBytes: output.inputBytes,
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

function textBytesOf(items: readonly WorkItem[]): number {
  return items.reduce((bytes, { input }) => bytes + (input.kind === 'document' ? input.bytes : 0), 0);
}
