import { checkAborted } from '../../core/abort.js';
import { Waiter } from '../../core/flow/waiter.js';
import type { DocumentWindow } from './document-window.js';
import type { Log } from './log.js';
import type { ResolvedCallLedgerOptions } from './options.js';

type Bounds = Pick<ResolvedCallLedgerOptions, 'documentsMax' | 'diskBytesMax' | 'pendingBytesMax'>;

/** The bounds of a ledger, and whoever waits at one of them for older documents to be written. */
export class Room {
  readonly #bounds: Bounds;
  readonly #documents: DocumentWindow;
  readonly #log: Log;
  readonly #signal: AbortSignal | undefined;
  readonly #waiters = new Set<Waiter<void>>();

  /** @param signal - ends the waits. */
  constructor(bounds: Bounds, documents: DocumentWindow, log: Log, signal: AbortSignal | undefined) {
    this.#bounds = bounds;
    this.#documents = documents;
    this.#log = log;
    this.#signal = signal;
  }

  /** The oldest document always has room, and one that was begun: whatever waits, waits for these. */
  has(ordinal: number): boolean {
    if (this.#log.pendingBytes > this.#bounds.pendingBytesMax) return false;
    const { base } = this.#documents;
    if (ordinal <= base || this.#documents.state(ordinal) !== 'new') return true;
    return ordinal - base < this.#bounds.documentsMax && this.#log.diskBytes < this.#bounds.diskBytesMax;
  }

  /**
   * Resolves when there is room for a record of the document.
   *
   * @throws MillraceError `ERR_ABORTED`, `ERR_OUTPUT_UNWRITABLE`; what `close` was given.
   */
  async wait(ordinal: number): Promise<void> {
    while (!this.has(ordinal)) {
      if (this.#log.pendingBytes > this.#bounds.pendingBytesMax) {
        await this.#log.flushed();
        continue;
      }
      checkAborted(this.#signal);
      const waiter = new Waiter<void>();
      this.#waiters.add(waiter);
      await waiter.wait(this.#signal, () => this.#waiters.delete(waiter));
    }
  }

  /** There may be room now. */
  wake(): void {
    for (const waiter of this.#waiters) waiter.resolve();
    this.#waiters.clear();
  }

  close(error: Error): void {
    for (const waiter of this.#waiters) waiter.reject(error);
    this.#waiters.clear();
  }
}
