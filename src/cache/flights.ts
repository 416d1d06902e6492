import { abortedError, Cancellation, offAbort, onAbort } from '../core/abort.js';
import { MillraceError } from '../core/errors.js';
import type { Key } from './tier.js';

/** A computation under way, as whoever computes sees it. */
export interface Flight {
  /** Given when nobody waits for the result any more, and when the cache closes. Made when first asked for: it costs some µs. */
  readonly signal: AbortSignal;
  /** @throws the reason of the signal when it was given. */
  check(): void;
  /** Whether the result is still wanted in the cache: no change of the key and no invalidation has come in between. */
  readonly isCurrent: boolean;
}

/** What an invalidation goes by. */
export interface Subject {
  readonly name: string | undefined;
  readonly tags: readonly string[];
}

interface Waiter {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  readonly signal: AbortSignal | undefined;
  /** What the signal calls. */
  leave: (() => void) | undefined;
}

/**
 * Computations under way: those who ask for the same key at the same time share one, and each may leave on its own.
 *
 * A flight is found by its digest until it lands or is detached. One that was detached still answers those who wait for it; who
 * asks later starts anew.
 */
export class Flights {
  readonly #byDigest = new Map<string, SharedFlight>();
  readonly #all = new Set<SharedFlight>();
  readonly #waitersMax: number;
  #waiters = 0;
  #started = 0;
  #joined = 0;

  /** @param waitersMax - calls that may wait at once, over all computations. */
  constructor(waitersMax: number) {
    this.#waitersMax = waitersMax;
  }

  /** Computations that were begun. */
  get started(): number {
    return this.#started;
  }

  /** Calls that were answered by another's computation. */
  get joined(): number {
    return this.#joined;
  }

  /**
   * Waits for the computation of `key`, and begins it when there is none.
   *
   * @throws MillraceError `ERR_ABORTED` when the signal is given, `ERR_QUEUE_FULL`; what `compute` throws.
   */
  join(
    key: Key,
    tags: readonly string[],
    signal: AbortSignal | undefined,
    compute: (flight: Flight) => Promise<unknown>,
  ): Promise<unknown> {
    if (this.#waiters >= this.#waitersMax) {
      const message = `no more than waitersMax, ${this.#waitersMax}, calls may wait for computations`;
      return Promise.reject(new MillraceError('ERR_QUEUE_FULL', message));
    }
    const under = this.#byDigest.get(key.digest);
    // Other content of the same digest flies alone, and its result is not kept: the entry is the first one's.
    const isOther = under !== undefined && under.key.check() !== key.check();
    if (under === undefined || isOther) {
      const flight = new SharedFlight(key, { name: key.name, tags });
      if (isOther) flight.isCurrent = false;
      else this.#byDigest.set(key.digest, flight);
      const result = this.#wait(flight, signal);
      this.#launch(flight, compute);
      return result;
    }
    this.#joined++;
    return this.#wait(under, signal);
  }

  /** The result is not to be stored: the key has been changed since. */
  detach(digest: string): void {
    if (this.#byDigest.size === 0) return;
    const flight = this.#byDigest.get(digest);
    if (flight !== undefined) this.#detach(flight);
  }

  /** The same for all that an invalidation meets. */
  detachWhere(isMet: (subject: Subject) => boolean): void {
    for (const flight of this.#byDigest.values()) if (isMet(flight.subject)) this.#detach(flight);
  }

  /** Ends all computations; those who wait are rejected. */
  close(error: MillraceError): void {
    for (const flight of this.#all) {
      this.#detach(flight);
      this.#answer(flight, (waiter) => {
        waiter.reject(error);
      });
      flight.abort(error);
    }
  }

  #launch(flight: SharedFlight, compute: (flight: Flight) => Promise<unknown>): void {
    this.#started++;
    this.#all.add(flight);
    compute(flight).then(
      (value) => this.#land(flight, (waiter) => waiter.resolve(value)),
      (error: unknown) => this.#land(flight, (waiter) => waiter.reject(error)),
    );
  }

  #land(flight: SharedFlight, answer: (waiter: Waiter) => void): void {
    this.#detach(flight);
    this.#all.delete(flight);
    this.#answer(flight, answer);
  }

  #answer({ waiters }: SharedFlight, answer: (waiter: Waiter) => void): void {
    for (const waiter of waiters) {
      const { signal, leave } = waiter;
      if (signal !== undefined && leave !== undefined) offAbort(signal, leave);
      answer(waiter);
    }
    this.#waiters -= waiters.size;
    waiters.clear();
  }

  #detach(flight: SharedFlight): void {
    flight.isCurrent = false;
    if (this.#byDigest.get(flight.key.digest) === flight) this.#byDigest.delete(flight.key.digest);
  }

  #wait(flight: SharedFlight, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { resolve, reject, signal, leave: undefined };
      flight.waiters.add(waiter);
      this.#waiters++;
      if (signal === undefined) return;
      waiter.leave = () => {
        this.#leave(flight, waiter, signal);
      };
      onAbort(signal, waiter.leave);
    });
  }

  #leave(flight: SharedFlight, waiter: Waiter, signal: AbortSignal): void {
    flight.waiters.delete(waiter);
    this.#waiters--;
    waiter.reject(abortedError(signal));
    if (flight.waiters.size === 0) this.#abandon(flight, signal);
  }

  /** The last one has gone. */
  #abandon(flight: SharedFlight, signal: AbortSignal): void {
    this.#detach(flight);
    flight.abort(signal.reason);
  }
}

class SharedFlight implements Flight {
  readonly key: Key;
  readonly subject: Subject;
  readonly waiters = new Set<Waiter>();
  readonly #ended = new Cancellation();
  #controller: AbortController | undefined;
  isCurrent = true;

  constructor(key: Key, subject: Subject) {
    this.key = key;
    this.subject = subject;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#ended.aborted) this.#controller.abort(this.#ended.reason);
    }
    return this.#controller.signal;
  }

  check(): void {
    if (this.#ended.aborted) throw this.#ended.reason;
  }

  abort(reason: unknown): void {
    this.#ended.abort(reason);
    this.#controller?.abort(reason);
  }
}
