import { abortedError, offAbort, onAbort, type AbortSource } from '../abort.js';

/**
 * One caller's wait. It ends once: by an answer or by the caller's signal, and then it has left that signal.
 *
 * An answer leaves the signal at once, not when its promise is looked at; so whoever was handed a permit keeps it, even if
 * the signal is given in the same turn, and nothing handed over is lost.
 */
export class Waiter<T> {
  readonly #promise: Promise<T>;
  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;
  #signal: AbortSource | undefined;
  #onAbort: (() => void) | undefined;

  constructor() {
    this.#promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /**
   * The promise of the answer. When the signal is given first, `cancel` is called and the promise rejects with `ERR_ABORTED`.
   *
   * @param signal - must not have been given yet.
   */
  wait(signal: AbortSource | undefined, cancel: () => void): Promise<T> {
    if (signal === undefined) return this.#promise;
    this.#signal = signal;
    this.#onAbort = () => {
      this.#signal = undefined;
      this.#reject(abortedError(signal));
      cancel();
    };
    onAbort(signal, this.#onAbort);
    return this.#promise;
  }

  resolve(value: T): void {
    this.#leaveSignal();
    this.#resolve(value);
  }

  reject(error: unknown): void {
    this.#leaveSignal();
    this.#reject(error);
  }

  #leaveSignal(): void {
    if (this.#signal !== undefined && this.#onAbort !== undefined) offAbort(this.#signal, this.#onAbort);
    this.#signal = undefined;
  }
}
