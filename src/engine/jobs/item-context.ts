import type { MillraceError } from '../../core/errors.js';

/** What a processor is told about the item that it is given. */
export interface ItemContext {
  /** The item's position in its source, from 0. */
  readonly ordinal: number;
  /** Which try this is, from 1. */
  readonly attempt: number;
  /** Aborted when the try has taken too long or the job is cancelled. */
  readonly signal: AbortSignal;
}

/**
 * One try of an item. Its signal is made when it is asked for: most processors never do, and an `AbortController` costs more
 * than all the rest of an item.
 */
export class Attempt implements ItemContext {
  readonly ordinal: number;
  readonly attempt: number;
  #controller: AbortController | undefined;
  #reason: MillraceError | undefined;

  constructor(ordinal: number, attempt: number) {
    this.ordinal = ordinal;
    this.attempt = attempt;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: MillraceError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
