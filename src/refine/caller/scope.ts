import { getEventListeners } from 'node:events';
import { abortedError, checkAborted } from '../../core/abort.js';
import type { Clock } from '../../core/clock.js';

/** Controllers that are kept for later calls. */
const SPARES_MAX = 1024;

/**
 * What can end one call from outside: its caller's signal, or the end of the run.
 *
 * Many calls have the same signal, and a listener on it costs a walk along all others; so calls with the same signal share one
 * listener, and each takes a signal of its own when it first needs one.
 */
export class Scope {
  readonly #spares: AbortController[];
  #controller: AbortController | undefined;
  #breakOff: ((reason: unknown) => void) | undefined;
  #ended = false;
  #reason: unknown;

  constructor(spares: AbortController[]) {
    this.#spares = spares;
  }

  /** Whether a request is out whose answer is paid for. */
  get isFlying(): boolean {
    return this.#breakOff !== undefined;
  }

  get hasEnded(): boolean {
    return this.#ended;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#spares.pop() ?? new AbortController();
    if (this.#ended) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  /** Ends the call, also in flight. The first reason counts. */
  end(reason: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#breakOff?.(reason);
  }

  /** @throws the reason, once the call has ended. */
  check(): void {
    if (this.#ended) throw this.#reason;
  }

  /**
   * Keeps the signal for another call if it was not given and nobody listens any more: to make one costs as much as all else
   * that a call needs here.
   */
  spare(): void {
    const controller = this.#controller;
    this.#controller = undefined;
    if (controller === undefined || this.#ended || this.#spares.length === SPARES_MAX) return;
    if (getEventListeners(controller.signal, 'abort').length === 0) this.#spares.push(controller);
  }

  /** Runs `work` until it settles, the call ends or the time is over, whether or not it obeys its signal. */
  fly<T>(
    work: (signal: AbortSignal) => Promise<T>,
    clock: Clock,
    timeoutMs: number,
    timeoutError: () => Error,
  ): Promise<T> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const land = (): void => {
        timer.cancel();
        this.#breakOff = undefined;
      };
      const breakOff = (reason: unknown): void => {
        land();
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a reason is passed on as it is
        reject(reason);
      };
      const timer = clock.schedule(() => {
        const error = timeoutError();
        const controller = this.#controller;
        this.#controller = undefined; // A retry needs a signal that has not been given.
        breakOff(error);
        controller?.abort(error);
      }, timeoutMs);
      this.#breakOff = breakOff;
      start(work, signal).then(
        (value) => {
          if (this.#breakOff !== breakOff) return; // Broken off before.
          land();
          resolve(value);
        },
        (thrown: unknown) => {
          if (this.#breakOff === breakOff) breakOff(thrown);
        },
      );
    });
  }
}

/** The calls under way. */
export class Scopes {
  readonly #all = new Set<Scope>();
  readonly #spares: AbortController[] = [];
  readonly #bySignal = new Map<AbortSignal, { readonly scopes: Set<Scope>; readonly leave: () => void }>();

  get size(): number {
    return this.#all.size;
  }

  /** @throws MillraceError `ERR_ABORTED`. */
  enter(signal: AbortSignal | undefined): Scope {
    checkAborted(signal);
    const scope = new Scope(this.#spares);
    this.#all.add(scope);
    if (signal !== undefined) this.#ofSignal(signal).add(scope);
    return scope;
  }

  leave(scope: Scope, signal: AbortSignal | undefined): void {
    scope.spare();
    this.#all.delete(scope);
    const group = signal === undefined ? undefined : this.#bySignal.get(signal);
    if (group?.scopes.delete(scope) === true && group.scopes.size === 0) group.leave();
  }

  /** Ends the calls of which no request is out. */
  endWaiting(reason: unknown): void {
    for (const scope of this.#all) if (!scope.isFlying) scope.end(reason);
  }

  #ofSignal(signal: AbortSignal): Set<Scope> {
    const known = this.#bySignal.get(signal);
    if (known !== undefined) return known.scopes;
    const scopes = new Set<Scope>();
    const onAbort = (): void => {
      this.#bySignal.delete(signal);
      const reason = abortedError(signal);
      for (const scope of scopes) scope.end(reason);
    };
    const leave = (): void => {
      this.#bySignal.delete(signal);
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#bySignal.set(signal, { scopes, leave });
    return scopes;
  }
}

/** A function that throws before it returns a promise rejects like any other. */
async function start<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  return work(signal);
}
