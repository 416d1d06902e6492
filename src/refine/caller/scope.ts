import { abortedError, Cancellation, checkAborted, offAbort, onAbort } from '../../core/abort.js';
import { MillraceError } from '../../core/errors.js';
import type { Deadlines } from '../../core/flow/deadlines.js';
import type { Ticket } from '../../core/flow/lanes.js';
import { CallError, type CallInFlight, type Completion, type CompletionRequest } from '../providers/provider.js';
import { begin } from './begin.js';
import type { ResolvedCallerProvider } from './options.js';

/** What came of a request that was sent: a completion, an error of the provider, or the end of the call. */
export type Landing = Completion | CallError | MillraceError;

/** One request that is out, until it lands. */
class Flight {
  readonly #target: ResolvedCallerProvider;
  readonly #resolve: (landing: Landing) => void;
  readonly #deadlines: Deadlines;
  readonly #deadline: Ticket;
  #call = NOT_TAKEN_OFF;
  #hasLanded = false;

  constructor(target: ResolvedCallerProvider, deadlines: Deadlines, resolve: (landing: Landing) => void) {
    this.#target = target;
    this.#resolve = resolve;
    this.#deadlines = deadlines;
    this.#deadline = deadlines.add(() => {
      this.breakOff(timeoutError(target, deadlines.delayMs));
    });
  }

  takeOff(request: CompletionRequest): void {
    this.#call = begin(this.#target, request, this.#land);
  }

  get hasLanded(): boolean {
    return this.#hasLanded;
  }

  breakOff(landing: MillraceError): void {
    if (this.#hasLanded) return;
    this.#land(landing);
    this.#call.breakOff();
  }

  readonly #land = (landing: Landing): void => {
    if (this.#hasLanded) return; // Broken off before.
    this.#hasLanded = true;
    this.#deadlines.remove(this.#deadline);
    this.#resolve(landing);
  };
}

const NOT_TAKEN_OFF: CallInFlight = Object.freeze({ breakOff: () => undefined });

function timeoutError({ name }: ResolvedCallerProvider, timeoutMs: number): CallError {
  return new CallError('ERR_PROVIDER_TIMEOUT', `${name} did not answer within ${timeoutMs} ms`);
}

/**
 * What can end one call from outside: its caller's signal, or the end of the run. It is what the call's waits end by, one after
 * the other.
 */
export class Scope extends Cancellation {
  readonly #signal: AbortSignal | undefined;
  #flight: Flight | undefined;

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
    return this.#flight?.hasLanded === false;
  }

  /** Ends the call, also in flight. The first reason counts. */
  override abort(reason: unknown): void {
    super.abort(reason);
    this.#flight?.breakOff(new MillraceError('ERR_ABORTED', 'the call was given up in flight', { cause: reason }));
  }

  /** @throws the reason, once the call has ended. */
  check(): void {
    if (this.aborted) throw this.reason;
  }

  readonly #onSignal = (): void => {
    if (this.#signal !== undefined) this.abort(abortedError(this.#signal));
  };

  /** Sends a request and waits until it lands, the call ends or the time is over. */
  fly(target: ResolvedCallerProvider, request: CompletionRequest, deadlines: Deadlines): Promise<Landing> {
    return new Promise((resolve) => {
      this.#flight = new Flight(target, deadlines, resolve);
      this.#flight.takeOff(request);
    });
  }
}

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
