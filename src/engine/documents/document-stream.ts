import type { Document } from '../../core/document.js';
import { MillraceError, isMillraceError, messageOf } from '../../core/errors.js';
import type { CountsReport } from '../../core/report.js';
import { abortedError, checkAborted } from '../../core/abort.js';
import { BATCH_DOCUMENTS_MAX } from './cuts.js';
import { costOf, type Outcome } from './documents-batch.js';
import { OrderedWindow } from '../ordered-window.js';
import type { StreamPace } from './stream-pace.js';

/** A batch that is not full goes out when its source has had nothing more for so long. */
const FLUSH_AFTER_MS = 1;

export type DocumentSource = AsyncIterable<Document> | Iterable<Document>;

/** A stream that can be ended from outside. */
export interface OpenStream {
  /** Stops reading the source. What was read is still delivered, then the error is thrown, if there is one. */
  end(error?: MillraceError): void;
}

export interface DocumentStreamOptions<R extends CountsReport> {
  readonly pace: StreamPace;
  /** Batches' worth of text that may be between source and consumer; the source waits beyond that. */
  readonly windowBatches: number;
  readonly signal: AbortSignal | undefined;
  /** Scores one batch; the ordinal is that of its first document. */
  readonly score: (
    documents: readonly Document[],
    firstOrdinal: number,
    costBytes: number,
  ) => Promise<readonly Outcome<R>[]>;
  /** Called when the stream begins to read its source, and when it is over. */
  readonly onBegin: (stream: OpenStream) => void;
  readonly onEnd: (stream: OpenStream) => void;
}

/**
 * Scores a stream in order, reading no further ahead than the window. Leaving it early stops the source.
 *
 * An iterator by hand, since an async generator would cost as much for each outcome as a third of its scoring.
 */
export class DocumentStream<R extends CountsReport>
  implements AsyncIterableIterator<Outcome<R>, undefined>, OpenStream
{
  readonly #options: DocumentStreamOptions<R>;
  readonly #source: DocumentSource;
  readonly #window: OrderedWindow<readonly Outcome<R>[]>;
  #iterator: AsyncIterator<Document> | Iterator<Document> | undefined;
  #ordinal = 0;
  /** Documents gathered for the next batch. */
  #batch: Document[] = [];
  #batchBytes = 0;
  #batchBytesMax: number;
  #flushTimer: NodeJS.Timeout | undefined;
  /** Outcomes of the oldest batch, and which of them is next. */
  #outcomes: readonly Outcome<R>[] = [];
  #index = 0;
  #isOver = false;
  /** The wait for the next batch, while there is one: calls of `next` before it is over stand in line. */
  #line: Promise<void> | undefined;

  constructor(source: DocumentSource, options: DocumentStreamOptions<R>) {
    this.#source = source;
    this.#options = options;
    this.#batchBytesMax = options.pace.batchBytes;
    this.#window = new OrderedWindow(options.windowBatches * options.pace.batchBytes);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Outcome<R>, undefined>> {
    if (this.#line !== undefined) return this.#standInLine(this.#line.then(() => this.#ready() ?? this.#advance()));
    const ready = this.#ready();
    return ready === undefined ? this.#standInLine(this.#advance()) : Promise.resolve(ready);
  }

  async return(): Promise<IteratorResult<Outcome<R>, undefined>> {
    this.#close();
    return Promise.resolve({ done: true, value: undefined });
  }

  end(error?: MillraceError): void {
    this.#flush();
    this.#window.end(error);
    void this.#closeSource();
  }

  /** The next outcome, if it is there. */
  #ready(): IteratorResult<Outcome<R>, undefined> | undefined {
    const outcome = this.#outcomes[this.#index];
    if (outcome === undefined || this.#options.signal?.aborted === true) return undefined;
    this.#index++;
    return { done: false, value: outcome };
  }

  /** Has later calls wait until this step is taken, so that outcomes are handed out in the order of the calls. */
  #standInLine(step: Promise<IteratorResult<Outcome<R>, undefined>>): Promise<IteratorResult<Outcome<R>, undefined>> {
    const leave = (): void => {
      if (this.#line === line) this.#line = undefined;
    };
    const line = step.then(leave, leave);
    this.#line = line;
    return step;
  }

  /** Waits for the outcomes of the next batch and takes the first. */
  async #advance(): Promise<IteratorResult<Outcome<R>, undefined>> {
    if (this.#isOver) return { done: true, value: undefined };
    try {
      while (true) {
        checkAborted(this.#options.signal);
        this.#begin();
        const outcomes = await this.#window.next();
        checkAborted(this.#options.signal);
        if (outcomes === undefined) return await this.return();
        this.#outcomes = outcomes;
        this.#index = 0;
        const ready = this.#ready();
        if (ready !== undefined) return ready;
      }
    } catch (thrown) {
      this.#close();
      throw thrown;
    }
  }

  #begin(): void {
    if (this.#iterator !== undefined) return;
    const source = this.#source;
    this.#iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    this.#options.signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#options.onBegin(this);
    void this.#produce(this.#iterator);
  }

  readonly #onAbort = (): void => {
    const { signal } = this.#options;
    if (signal !== undefined) this.#window.abandon(abortedError(signal));
  };

  #close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outcomes = [];
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.end();
    this.#options.onEnd(this);
  }

  async #produce(iterator: AsyncIterator<Document> | Iterator<Document>): Promise<void> {
    try {
      while (true) {
        const step = iterator.next();
        const result: IteratorResult<Document, unknown> = step instanceof Promise ? await step : step;
        if (result.done === true || this.#window.isEnded) break;
        this.#take(result.value);
        if (this.#window.isFull) await this.#window.room();
        if (this.#options.pace.isPaused) await this.#options.pace.room(this.#options.signal);
      }
      this.end();
    } catch (thrown) {
      this.end(isMillraceError(thrown) ? thrown : sourceError(thrown));
    }
  }

  #take(document: Document): void {
    const bytes = costOf(document);
    const isFull = this.#batchBytes + bytes > this.#batchBytesMax || this.#batch.length === BATCH_DOCUMENTS_MAX;
    if (isFull) this.#flush();
    if (this.#batch.length === 0) {
      this.#flushTimer = setTimeout(() => {
        this.#flush();
      }, FLUSH_AFTER_MS);
    }
    this.#batch.push(document);
    this.#batchBytes += bytes;
  }

  #flush(): void {
    clearTimeout(this.#flushTimer);
    if (this.#batch.length === 0 || this.#window.isEnded) return;
    const documents = this.#batch;
    const costBytes = this.#batchBytes;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#window.push(this.#options.score(documents, this.#ordinal, costBytes), costBytes);
    this.#ordinal += documents.length;
    this.#keepPace();
  }

  /** Takes over how large batches should be by now, and with them the window. */
  #keepPace(): void {
    const { batchBytes } = this.#options.pace;
    if (batchBytes === this.#batchBytesMax) return;
    this.#batchBytesMax = batchBytes;
    this.#window.resize(this.#options.windowBatches * batchBytes);
  }

  /** What a source says when it is closed changes nothing: the stream is over. */
  async #closeSource(): Promise<void> {
    try {
      await this.#iterator?.return?.();
    } catch {
      return;
    }
  }
}

function sourceError(thrown: unknown): MillraceError {
  return new MillraceError('ERR_SOURCE', `the source failed: ${messageOf(thrown)}`, { cause: thrown });
}
