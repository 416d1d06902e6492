import { abortedError, Cancellation, checkAborted, offAbort, onAbort } from '../../core/abort.js';
import { MillraceError } from '../../core/errors.js';
import type { Deadlines } from '../../core/flow/deadlines.js';
import type { CallError, CallInFlight, Completion } from '../providers/provider.js';

/** What came of a request that was sent: a completion, an error of the provider, or the end of the call. */
export type Landing = Completion | CallError | MillraceError;

/** Sends a request; `land` is called once, unless it is broken off before. */
export type Takeoff = (land: (result: Completion | CallError) => void) => CallInFlight;

/**
 * What can end one call from outside: its caller's signal, or the end of the run. It is what the call's waits end by, one after
 * the other.
 */
export class Scope extends Cancellation {
  readonly #signal: AbortSignal | undefined;
  #breakOff: ((landing: MillraceError) => void) | undefined;

  constructor(signal: AbortSignal | undefined) {
    super();
    this.#signal = signal;
    if (signal !== undefined) onAbort(signal, this.#onSignal);
  }

  leaveSignal(): void {
    if (this.#signal !== undefined) offAbort(this.#signal, this.#onSignal);
  }

  /** Whether a request is out whose answer is paid for. */
  get isFlying(): boolean {
    return this.#breakOff !== undefined;
  }

  /** Ends the call, also in flight. The first reason counts. */
  override abort(reason: unknown): void {
    super.abort(reason);
    this.#breakOff?.(new MillraceError('ERR_ABORTED', 'the call was given up in flight', { cause: reason }));
  }

  /** @throws the reason, once the call has ended. */
  check(): void {
    if (this.aborted) throw this.reason;
  }

  readonly #onSignal = (): void => {
    if (this.#signal !== undefined) this.abort(abortedError(this.#signal));
  };

  /** Waits until a request lands, the call ends or the time is over. */
  fly(takeoff: Takeoff, deadlines: Deadlines, timeoutError: () => CallError): Promise<Landing> {
    return new Promise((resolve) => {
      let call: CallInFlight = NOT_TAKEN_OFF;
      const land = (landing: Landing): void => {
        if (this.#breakOff !== breakOff) return; // Broken off before.
        this.#breakOff = undefined;
        deadlines.remove(ticket);
        resolve(landing);
      };
      const breakOff = (landing: MillraceError): void => {
        land(landing);
        call.breakOff();
      };
      const ticket = deadlines.add(() => {
        breakOff(timeoutError());
      });
      this.#breakOff = breakOff;
      call = takeoff(land);
    });
  }
}

const NOT_TAKEN_OFF: CallInFlight = Object.freeze({ breakOff: () => undefined });

/** The calls under way. */
export class Scopes {
  readonly #all = new Set<Scope>();

  get size(): number {
    return this.#all.size;
  }

  /** @throws MillraceError `ERR_ABORTED`. */
  enter(signal: AbortSignal | undefined): Scope {
    checkAborted(signal);
    const scope = new Scope(signal);
    this.#all.add(scope);
    return scope;
  }

  leave(scope: Scope): void {
    scope.leaveSignal();
    this.#all.delete(scope);
  }

  /** Ends the calls of which no request is out. */
  abortWaiting(reason: unknown): void {
    for (const scope of this.#all) if (!scope.isFlying) scope.abort(reason);
  }
}
