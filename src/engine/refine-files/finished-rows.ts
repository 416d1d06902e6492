import { MillraceError } from '../../core/errors.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Checkpoint, Finished, RecordedAnswer } from '../../ledger/calls/calls.js';
import type { DocumentState } from '../../ledger/calls/document-window.js';

/** Where finished documents wait for their turn to be written: a `CallLedger`, or memory. */
export interface FinishedRows {
  state(ordinal: number): DocumentState;
  /** Whether a document is done in this run; the rows of others are copied. */
  isOpen(ordinal: number): boolean;
  answersOf(ordinal: number): Promise<readonly RecordedAnswer[]>;
  passed(ordinal: number, end: Finished): MaybePromise<void>;
  take(ordinal: number): MaybePromise<Finished | undefined>;
  committed(checkpoint: Checkpoint): Promise<void>;
  complete(checkpoint: Checkpoint): Promise<void>;
  close(): Promise<void>;
}

/** Rows in memory only, for a run that is not recorded. Whoever begins documents asks for their `bytes` first. */
export class HeldRows implements FinishedRows {
  readonly #rows = new Map<number, Finished>();
  #bytes = 0;

  /** Of rows that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  state(ordinal: number): DocumentState {
    return this.#rows.has(ordinal) ? 'finished' : 'new';
  }

  isOpen(): boolean {
    return true;
  }

  async answersOf(): Promise<readonly RecordedAnswer[]> {
    return Promise.resolve([]);
  }

  passed(ordinal: number, end: Finished): undefined {
    this.#rows.set(ordinal, end);
    this.#bytes += end.line.length;
  }

  take(ordinal: number): Finished {
    const end = this.#rows.get(ordinal);
    if (end === undefined)
      throw new MillraceError('ERR_INTERNAL', `document ${ordinal} is taken before it is finished`);
    this.#rows.delete(ordinal);
    this.#bytes -= end.line.length;
    return end;
  }

  async committed(): Promise<void> {
    // Nothing is kept that could be gone on with.
  }

  async complete(): Promise<void> {
    // Likewise.
  }

  async close(): Promise<void> {
    this.#rows.clear();
    return Promise.resolve();
  }
}
