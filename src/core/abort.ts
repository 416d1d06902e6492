import { MillraceError } from './errors.js';

/**
 * What ends a wait from outside: a signal, or a cancellation, which is one for code of ours that waits in one place at a time.
 * To make a signal and to listen to it costs some µs, as much as all else that a call of a busy run needs.
 */
export type AbortSource = AbortSignal | Cancellation;

/** Ends one wait after the other. */
export class Cancellation {
  #isAborted = false;
  #reason: unknown;
  #callback: (() => void) | undefined;

  get aborted(): boolean {
    return this.#isAborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** The first reason counts. */
  abort(reason: unknown): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    this.#reason = reason;
    this.#callback?.();
    this.#callback = undefined;
  }

  /** Calls back when it is aborted, in place of what was called before. */
  listen(callback: () => void): void {
    this.#callback = callback;
  }

  unlisten(callback: () => void): void {
    if (this.#callback === callback) this.#callback = undefined;
  }
}

export function abortedError(source: AbortSource): MillraceError {
  return new MillraceError('ERR_ABORTED', 'the operation was aborted', { cause: source.reason });
}

/** @throws MillraceError `ERR_ABORTED` when the signal has been given. */
export function checkAborted(source: AbortSource | undefined): void {
  if (source?.aborted === true) throw abortedError(source);
}

/** Calls back once when the signal is given, unless `offAbort` came first. A signal that has been given calls nothing. */
export function onAbort(source: AbortSource, callback: () => void): void {
  if (source instanceof Cancellation) source.listen(callback);
  else listenersOf(source).add(callback);
}

export function offAbort(source: AbortSource, callback: () => void): void {
  if (source instanceof Cancellation) source.unlisten(callback);
  else listeners.get(source)?.delete(callback);
}

/**
 * Waits for `work`, but no longer than until the signal is given; then `cancel` is called and the wait rejects with
 * `ERR_ABORTED`. The listener is removed in any case.
 */
export async function abortable<T>(work: Promise<T>, signal: AbortSource | undefined, cancel: () => void): Promise<T> {
  if (signal === undefined) return work;
  if (signal.aborted) {
    work.catch(() => undefined); // Nobody waits for it any more.
    cancel();
    throw abortedError(signal);
  }
  return new Promise((resolve, reject) => {
    const end = (): void => {
      cancel();
      reject(abortedError(signal));
    };
    onAbort(signal, end);
    work.then(
      (value) => {
        offAbort(signal, end);
        resolve(value);
      },
      (thrown: unknown) => {
        offAbort(signal, end);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is passed on as it is
        reject(thrown);
      },
    );
  });
}

/**
 * Those who listen to one signal. They share one listener of it, which is there while any of them is: many waits have the signal
 * of their run, and `addEventListener` and its counterpart walk along all listeners there are.
 */
class Listeners {
  readonly #signal: AbortSignal;
  readonly #callbacks = new Set<() => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(callback: () => void): void {
    if (this.#callbacks.size === 0) this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#callbacks.add(callback);
  }

  delete(callback: () => void): void {
    if (this.#callbacks.delete(callback) && this.#callbacks.size === 0)
      this.#signal.removeEventListener('abort', this.#onAbort);
  }

  /** A callback may call `offAbort` for one that follows, which is not called then. */
  readonly #onAbort = (): void => {
    for (const callback of this.#callbacks) {
      this.#callbacks.delete(callback);
      callback();
    }
  };
}

const listeners = new WeakMap<AbortSignal, Listeners>();

function listenersOf(signal: AbortSignal): Listeners {
  let known = listeners.get(signal);
  if (known === undefined) listeners.set(signal, (known = new Listeners(signal)));
  return known;
}
