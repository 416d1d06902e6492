import { PROGRESS_BATCH, PROGRESS_DOCUMENT, PROGRESS_FIELDS } from './protocol.js';

/** Shared memory for `slots` workers. */
export function createProgress(slots: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(slots * PROGRESS_FIELDS * Int32Array.BYTES_PER_ELEMENT));
}

/**
 * Where one worker is, in shared memory, so that the main thread knows which document a dead or hanging worker was at.
 *
 * One writer, the worker; a batch of 0 means that it is between batches.
 */
export class ProgressRow {
  readonly #fields: Int32Array;
  readonly #at: number;

  constructor(progress: Int32Array, slot: number) {
    this.#fields = progress;
    this.#at = slot * PROGRESS_FIELDS;
  }

  get batch(): number {
    return Atomics.load(this.#fields, this.#at + PROGRESS_BATCH);
  }

  get document(): number {
    return Atomics.load(this.#fields, this.#at + PROGRESS_DOCUMENT);
  }

  begin(batch: number): void {
    this.atDocument(0);
    Atomics.store(this.#fields, this.#at + PROGRESS_BATCH, batch);
  }

  /** A plain store, ten times cheaper than an atomic one: whoever reads it does so long after. */
  atDocument(index: number): void {
    this.#fields[this.#at + PROGRESS_DOCUMENT] = index;
  }

  end(): void {
    Atomics.store(this.#fields, this.#at + PROGRESS_BATCH, 0);
  }
}
