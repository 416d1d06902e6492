import type { Document } from '../../core/document.js';
import { MillraceError } from '../../core/errors.js';
import { isFailure, type CountsReport, type Report } from '../../core/report.js';
import { BATCH_DOCUMENTS_MAX } from './cuts.js';
import { costOf, type BatchListener } from './documents-batch.js';

/** Hands documents over as one batch. */
export type SubmitBatch<R extends CountsReport> = (
  documents: readonly Document[],
  costBytes: number,
  listener: BatchListener<R>,
) => void;

export interface CoalescerOptions {
  readonly batchBytes: number;
  readonly queueBytesMax: number;
}

/** A `score` call that waits. */
interface Call<R> {
  readonly document: Document;
  resolve(report: R): void;
  reject(error: MillraceError): void;
}

/**
 * Gathers single `score` calls into batches.
 *
 * A batch goes out when it is full or when the event loop has gone round, whichever is first: calls of one turn share a
 * message, and no call waits for others longer than that.
 */
export class Coalescer<R extends CountsReport = Report> {
  readonly #submit: SubmitBatch<R>;
  readonly #options: CoalescerOptions;
  #calls: Call<R>[] = [];
  #gatheredBytes = 0;
  /** Size of all calls that have no answer yet. */
  #openBytes = 0;
  #isScheduled = false;

  constructor(options: CoalescerOptions, submit: SubmitBatch<R>) {
    this.#options = options;
    this.#submit = submit;
  }

  /** Whether no call waits. */
  get isIdle(): boolean {
    return this.#openBytes === 0;
  }

  get openBytes(): number {
    return this.#openBytes;
  }

  /** @throws MillraceError `ERR_QUEUE_FULL`, and whatever is wrong with the document. */
  async score(document: Document): Promise<R> {
    const bytes = costOf(document);
    const { queueBytesMax, batchBytes } = this.#options;
    if (this.#openBytes > 0 && this.#openBytes + bytes > queueBytesMax) {
      const message = `more than engine.queueBytesMax, ${queueBytesMax}, would wait: got ${this.#openBytes} and ${bytes} more`;
      throw new MillraceError('ERR_QUEUE_FULL', message);
    }
    this.#openBytes += bytes;
    try {
      return await new Promise<R>((resolve, reject) => {
        if (this.#gatheredBytes + bytes > batchBytes || this.#calls.length === BATCH_DOCUMENTS_MAX) this.flush();
        this.#calls.push({ document, resolve, reject });
        this.#gatheredBytes += bytes;
        this.#schedule();
      });
    } finally {
      this.#openBytes -= bytes;
    }
  }

  /** Sends what has been gathered. */
  flush(): void {
    const calls = this.#calls;
    if (calls.length === 0) return;
    const bytes = this.#gatheredBytes;
    this.#calls = [];
    this.#gatheredBytes = 0;
    const documents = calls.map((call) => call.document);
    this.#submit(documents, bytes, {
      done: (outcomes) => {
        for (const [index, outcome] of outcomes.entries()) {
          if (isFailure(outcome)) calls[index]?.reject(outcome.error);
          else calls[index]?.resolve(outcome);
        }
      },
      fail: (error) => {
        for (const call of calls) call.reject(error);
      },
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }
}
