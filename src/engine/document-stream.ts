import type { Document } from '../core/document.js';
import { MillraceError, isMillraceError, messageOf } from '../core/errors.js';
import { abortedError, checkAborted } from './abort.js';
import { BATCH_DOCUMENTS_MAX } from './cuts.js';
import { sizeOf, type Outcome } from './documents-batch.js';
import { OrderedWindow } from './ordered-window.js';

/** A batch that is not full goes out when its source has had nothing more for so long. */
const FLUSH_AFTER_MS = 1;

export type DocumentSource = AsyncIterable<Document> | Iterable<Document>;

export interface DocumentStreamOptions {
  readonly batchBytes: number;
  /** Text that may be between source and consumer, in UTF-16 units; the source waits beyond that. */
  readonly windowBytes: number;
  readonly signal: AbortSignal | undefined;
  /** Scores one batch; the ordinal is that of its first document. */
  readonly score: (
    documents: readonly Document[],
    firstOrdinal: number,
    costBytes: number,
  ) => Promise<readonly Outcome[]>;
}

/** Scores a stream in order, reading no further ahead than the window. */
export class DocumentStream {
  readonly #options: DocumentStreamOptions;
  readonly #iterator: AsyncIterator<Document> | Iterator<Document>;
  readonly #window: OrderedWindow<readonly Outcome[]>;
  #ordinal = 0;
  #batch: Document[] = [];
  #batchBytes = 0;
  #flushTimer: NodeJS.Timeout | undefined;

  constructor(source: DocumentSource, options: DocumentStreamOptions) {
    this.#options = options;
    this.#window = new OrderedWindow(options.windowBytes);
    this.#iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /** The outcomes in order. Leaving early stops the source. */
  async *outcomes(): AsyncGenerator<Outcome, void, undefined> {
    const { signal } = this.#options;
    checkAborted(signal);
    const onAbort = (): void => {
      if (signal !== undefined) this.#window.abandon(abortedError(signal));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    void this.#produce();
    try {
      for (let outcomes = await this.#window.next(); outcomes !== undefined; outcomes = await this.#window.next()) {
        for (const outcome of outcomes) {
          checkAborted(signal);
          yield outcome;
        }
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.end();
    }
  }

  /** Stops reading the source. What was read is still delivered, then the error is thrown, if there is one. */
  end(error?: MillraceError): void {
    this.#flush();
    this.#window.end(error);
    void this.#closeSource();
  }

  async #produce(): Promise<void> {
    try {
      while (true) {
        const step = this.#iterator.next();
        const { done, value } = step instanceof Promise ? await step : step;
        if (done === true || this.#window.isEnded) break;
        this.#take(value);
        if (this.#window.isFull) await this.#window.room();
      }
      this.end();
    } catch (thrown) {
      this.end(isMillraceError(thrown) ? thrown : sourceError(thrown));
    }
  }

  #take(document: Document): void {
    const bytes = sizeOf(document);
    const isFull = this.#batchBytes + bytes > this.#options.batchBytes || this.#batch.length === BATCH_DOCUMENTS_MAX;
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
  }

  /** What a source says when it is closed changes nothing: the stream is over. */
  async #closeSource(): Promise<void> {
    try {
      await this.#iterator.return?.();
    } catch (thrown) {
      void thrown;
    }
  }
}

function sourceError(thrown: unknown): MillraceError {
  return new MillraceError('ERR_SOURCE', `the source failed: ${messageOf(thrown)}`, { cause: thrown });
}
