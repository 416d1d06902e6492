import { abortedError } from '../abort.js';

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
  #leaveSignal: (() => void) | undefined;

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
  wait(signal: AbortSignal | undefined, cancel: () => void): Promise<T> {
    if (signal !== undefined) {
      const onAbort = (): void => {
        this.#leaveSignal = undefined;
        this.#reject(abortedError(signal));
        cancel();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#leaveSignal = () => {
        signal.removeEventListener('abort', onAbort);
      };
    }
    return this.#promise;
  }

  resolve(value: T): void {
    this.#leaveSignal?.();
    this.#leaveSignal = undefined;
    this.#resolve(value);
  }

  reject(error: unknown): void {
    this.#leaveSignal?.();
    this.#leaveSignal = undefined;
    this.#reject(error);
  }
}
