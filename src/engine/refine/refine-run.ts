import { setMaxListeners } from 'node:events';
import { abortedError, checkAborted } from '../../core/abort.js';
import type { Document } from '../../core/document.js';
import { MillraceError } from '../../core/errors.js';
import { isFailure, type Failure } from '../../core/report.js';
import type { CallerStatus } from '../../refine/caller/caller.js';
import type { Judged } from '../../refine/refinement.js';
import type { RefinedRow } from '../../refine/row.js';
import { Deque, type Costed } from '../threads/deque.js';
import type { DocumentSource } from '../documents/document-stream.js';
import { costOf, type Outcome } from '../documents/documents-batch.js';
import { OrderedWindow } from '../ordered-window.js';
import type { Version } from '../documents/version-document.js';
import type { OpenedRefiner } from './open-refiner.js';
import { resolveRefineRunOptions, type RefineRunOptions, type ResolvedRefineRunOptions } from './options.js';
import { NO_COUNTS, type RefineCounts, type Refined } from './refiner.js';

/** What a run needs of the engine. */
export interface RefineScorer {
  scoreVersion(version: Version, options: { readonly signal: AbortSignal }): Promise<Judged>;
  stream(source: DocumentSource, options: { readonly signal: AbortSignal }): AsyncIterable<Outcome>;
}

export type RefineOutcome = RefinedRow | Failure;

/** A document that was taken out of its source. */
interface Read extends Costed {
  readonly document: Document;
}

/** How a run stands. */
export interface RefineStatus extends RefineCounts {
  /** What the calls are doing; undefined before the first document was taken. */
  readonly caller: CallerStatus | undefined;
}

/**
 * Documents on their way through scoring, calls and rescoring: a row or a failure for each, in order.
 *
 * Scoring in the workers and calls on this thread overlap. The source is read no further ahead than `windowBytes` of text that
 * the consumer has not taken yet.
 */
export class RefineRun implements AsyncIterableIterator<RefineOutcome, undefined> {
  readonly #documents: DocumentSource;
  readonly #options: RefineRunOptions;
  readonly #resolved: ResolvedRefineRunOptions;
  readonly #scorer: RefineScorer;
  readonly #window: OrderedWindow<RefineOutcome>;
  readonly #stop = new AbortController();
  #opened: Promise<OpenedRefiner> | undefined;
  #parts: OpenedRefiner | undefined;
  #producing: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`. */
  constructor(documents: DocumentSource, options: RefineRunOptions, scorer: RefineScorer) {
    this.#documents = documents;
    this.#options = options;
    this.#resolved = resolveRefineRunOptions(options);
    this.#scorer = scorer;
    this.#window = new OrderedWindow(this.#resolved.windowBytes);
    setMaxListeners(0, this.#stop.signal); // every document under way listens
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @throws MillraceError `ERR_ABORTED`, `ERR_SOURCE`, `ERR_CLOSED`; what ends a run: `ERR_PROVIDER_*`, `ERR_BUDGET` without a price. */
  async next(): Promise<IteratorResult<RefineOutcome, undefined>> {
    try {
      checkAborted(this.#options.signal);
      await this.#begin();
      const outcome = await this.#window.next();
      if (outcome !== undefined) return { done: false, value: outcome };
    } catch (thrown) {
      await this.return();
      throw thrown;
    }
    return this.return();
  }

  /** Ends the run: nothing more is sent, and calls in flight are waited for. */
  async return(): Promise<IteratorResult<RefineOutcome, undefined>> {
    this.#closing ??= this.#close();
    await this.#closing;
    return { done: true, value: undefined };
  }

  status(): RefineStatus {
    return { ...(this.#parts?.refiner.counts ?? NO_COUNTS), caller: this.#parts?.caller.status() };
  }

  async #begin(): Promise<void> {
    if (this.#opened !== undefined) {
      await this.#opened;
      return;
    }
    this.#options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#opened = this.#open();
    this.#parts = await this.#opened;
    this.#producing = this.#produce(this.#parts);
  }

  async #open(): Promise<OpenedRefiner> {
    const { prepareRefiner } = await import('./open-refiner.js');
    const open = await prepareRefiner(this.#options, this.#resolved);
    return open((version, signal) => this.#scorer.scoreVersion(version, { signal }));
  }

  async #produce({ refiner }: OpenedRefiner): Promise<void> {
    const { signal } = this.#stop;
    /** Documents whose reports are still to come, in their order. */
    const waiting = new Deque<Read>();
    let ordinal = 0;
    try {
      for await (const outcome of this.#scorer.stream(remembering(this.#documents, waiting), { signal })) {
        const read = waiting.popFront();
        if (read === undefined) throw new MillraceError('ERR_INTERNAL', 'there are more reports than documents');
        const { document, costBytes } = read;
        const work = isFailure(outcome)
          ? Promise.resolve(outcome)
          : rowOf(refiner.refine({ id: outcome.id, text: document.text, report: outcome }, { ordinal, signal }));
        this.#window.push(work, costBytes);
        ordinal++;
        if (refiner.isFull) await refiner.room();
        if (this.#window.isFull) await this.#window.room();
        if (this.#window.isEnded) return;
      }
      this.#window.end();
    } catch (thrown) {
      this.#window.end(thrown instanceof Error ? thrown : new MillraceError('ERR_INTERNAL', String(thrown)));
    }
  }

  readonly #onAbort = (): void => {
    const { signal } = this.#options;
    if (signal !== undefined) this.#window.abandon(abortedError(signal));
    this.#stop.abort(signal?.reason);
  };

  async #close(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#window.end();
    this.#stop.abort();
    await this.#producing;
    await this.#parts?.caller.close();
  }
}

async function rowOf(refined: Promise<Refined>): Promise<RefinedRow> {
  const { row } = await refined;
  return row;
}

/** The documents of a source, each of them put into `waiting` as it is taken. */
async function* remembering(source: DocumentSource, waiting: Deque<Read>): AsyncGenerator<Document> {
  for await (const document of source) {
    waiting.pushBack({ document, costBytes: costOf(document) });
    yield document;
  }
}
