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
  #breakOff: ((landing: MillraceError) => void) | undefined;

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

  /** Runs `work` in a scope that ends with the signal. @throws MillraceError `ERR_ABORTED`; what `work` throws. */
  async within<T>(signal: AbortSignal | undefined, work: (scope: Scope) => Promise<T>): Promise<T> {
    checkAborted(signal);
    const scope = new Scope();
    this.#all.add(scope);
    const end = (): void => {
      if (signal !== undefined) scope.abort(abortedError(signal));
    };
    if (signal !== undefined) onAbort(signal, end);
    try {
      return await work(scope);
    } catch (thrown) {
      scope.check(); // The reason, in place of the ERR_ABORTED of whatever was waited for.
      throw thrown;
    } finally {
      if (signal !== undefined) offAbort(signal, end);
      this.#all.delete(scope);
    }
  }

  /** Ends the calls of which no request is out. */
  abortWaiting(reason: unknown): void {
    for (const scope of this.#all) if (!scope.isFlying) scope.abort(reason);
  }
}
