import type { Document } from '../core/document.js';
import { MillraceError, isMillraceError, messageOf } from '../core/errors.js';
import { abortedError, checkAborted } from './abort.js';
import { BATCH_DOCUMENTS_MAX } from './cuts.js';
import { sizeOf, type Outcome } from './documents-batch.js';

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

/** A batch under way, and how much it weighs in the window. */
interface Pending {
  readonly outcomes: Promise<readonly Outcome[]>;
  readonly costBytes: number;
}

/**
 * Scores a stream in order, reading no further ahead than the window.
 *
 * A producer reads the source into batches while the consumer takes results from the other end; each wakes the other up.
 */
export class DocumentStream {
  readonly #options: DocumentStreamOptions;
  readonly #iterator: AsyncIterator<Document> | Iterator<Document>;
  readonly #pending: Pending[] = [];
  #windowBytes = 0;
  #ordinal = 0;
  #batch: Document[] = [];
  #batchBytes = 0;
  #flushTimer: NodeJS.Timeout | undefined;
  #isEnded = false;
  #error: MillraceError | undefined;
  #wakeProducer: (() => void) | undefined;
  #wakeConsumer: (() => void) | undefined;

  constructor(source: DocumentSource, options: DocumentStreamOptions) {
    this.#options = options;
    this.#iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /** The outcomes in order. Leaving early stops the source. */
  async *outcomes(): AsyncGenerator<Outcome, void, undefined> {
    const { signal } = this.#options;
    checkAborted(signal);
    const onAbort = (): void => {
      if (signal !== undefined) this.end(abortedError(signal));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const producing = this.#produce();
    try {
      for (let outcomes = await this.#next(); outcomes !== undefined; outcomes = await this.#next()) {
        for (const outcome of outcomes) {
          checkAborted(signal);
          yield outcome;
        }
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.end(undefined);
      void producing;
    }
  }

  /** Stops reading the source. What was read is still delivered, then the error is thrown, if there is one. */
  end(error: MillraceError | undefined): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#error = error;
    clearTimeout(this.#flushTimer);
    this.#wakeProducer?.();
    this.#wakeConsumer?.();
    void this.#closeSource();
  }

  async #next(): Promise<readonly Outcome[] | undefined> {
    while (this.#pending.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => (this.#wakeConsumer = resolve));
    }
    checkAborted(this.#options.signal);
    const oldest = this.#pending.shift();
    if (oldest !== undefined) {
      const outcomes = await oldest.outcomes;
      this.#windowBytes -= oldest.costBytes;
      this.#wakeProducer?.();
      return outcomes;
    }
    if (this.#error !== undefined) throw this.#error;
    return undefined;
  }

  async #produce(): Promise<void> {
    try {
      while (!this.#isEnded) {
        const step = this.#iterator.next();
        const { done, value } = step instanceof Promise ? await step : step;
        if (done === true || this.#isEnded) break;
        this.#take(value);
        if (this.#windowBytes >= this.#options.windowBytes) await this.#room();
      }
      this.#flush();
      this.end(undefined);
    } catch (thrown) {
      this.#flush();
      this.end(isMillraceError(thrown) ? thrown : sourceError(thrown));
    }
  }

  #take(document: Document): void {
    const bytes = sizeOf(document);
    const { batchBytes } = this.#options;
    if (this.#batchBytes + bytes > batchBytes || this.#batch.length === BATCH_DOCUMENTS_MAX) this.#flush();
    if (this.#batch.length === 0)
      this.#flushTimer = setTimeout(() => {
        this.#flush();
      }, FLUSH_AFTER_MS);
    this.#batch.push(document);
    this.#batchBytes += bytes;
  }

  #flush(): void {
    clearTimeout(this.#flushTimer);
    if (this.#batch.length === 0) return;
    const documents = this.#batch;
    const costBytes = this.#batchBytes;
    this.#batch = [];
    this.#batchBytes = 0;
    const outcomes = this.#options.score(documents, this.#ordinal, costBytes);
    outcomes.catch(() => undefined); // thrown where it is consumed
    this.#ordinal += documents.length;
    this.#windowBytes += costBytes;
    this.#pending.push({ outcomes, costBytes });
    this.#wakeConsumer?.();
  }

  async #room(): Promise<void> {
    while (this.#windowBytes >= this.#options.windowBytes && !this.#isEnded) {
      await new Promise<void>((resolve) => (this.#wakeProducer = resolve));
    }
  }

  async #closeSource(): Promise<void> {
    try {
      await this.#iterator.return?.();
    } catch {
      // The stream is over; what the source says when it is closed changes nothing.
    }
  }
}

function sourceError(thrown: unknown): MillraceError {
  return new MillraceError('ERR_SOURCE', `the source failed: ${messageOf(thrown)}`, { cause: thrown });
}
