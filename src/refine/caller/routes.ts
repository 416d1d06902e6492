import { checkAborted, type AbortSource } from '../../core/abort.js';
import type { Clock, Timer } from '../../core/clock.js';
import { Lanes } from '../../core/flow/lanes.js';
import { Waiter } from '../../core/flow/waiter.js';
import { CallError } from '../providers/provider.js';
import type { Health, Round } from './breaker.js';
import type { Route } from './route.js';

/** A provider that lets one call pass; `Routes.record` is told how it was. */
export interface Passage {
  readonly route: Route;
  readonly round: Round;
}

/** A server that nothing could ever be sent to is more likely a wrong address than one that will come. */
const UNREACHED_MS_MAX = 15_000;

export interface RoutesOptions {
  readonly outageMsMax: number;
  /** Calls that may wait. */
  readonly queueMax: number;
  readonly clock: Clock;
  /** Called when a call has waited for `outageMsMax` and no breaker closed, or none may be tried until then. */
  readonly onOutage: (error: CallError) => void;
}

/**
 * The providers in the order in which they are asked, and the line of calls that none of them lets pass.
 *
 * While the breaker of a provider is closed, calls go there. When a breaker may be tried, the oldest call that waits is handed
 * the passage, so that just one tries; when it closes, all that wait pass. A timer is set only while somebody waits.
 */
export class Routes {
  readonly #routes: readonly Route[];
  readonly #options: RoutesOptions;
  readonly #waiters: Lanes<Waiter<Passage>>;
  #timer: Timer | undefined;
  /** Since when a call has been waiting and no breaker has closed. */
  #outageSinceMs: number | undefined;
  #hasAnswered = false;

  constructor(routes: readonly Route[], options: RoutesOptions) {
    this.#routes = routes;
    this.#options = options;
    this.#waiters = new Lanes(1, options.queueMax, 'caller.callsMax');
  }

  get waiting(): number {
    return this.#waiters.length;
  }

  /** The first provider from `from` on that lets a call pass now. */
  tryPass(from: number): Passage | undefined {
    const nowMs = this.#nowMs();
    for (let index = from; index < this.#routes.length; index++) {
      const route = this.#routes[index]!;
      const round = route.breaker.tryPass(nowMs);
      if (round !== undefined) return { route, round };
    }
    return undefined;
  }

  /** The first provider of all that lets a call pass, as soon as there is one. @throws MillraceError `ERR_ABORTED`, `ERR_QUEUE_FULL`. */
  async pass(signal: AbortSource): Promise<Passage> {
    checkAborted(signal);
    const waiter = new Waiter<Passage>();
    const ticket = this.#waiters.push(0, waiter);
    const passage = waiter.wait(signal, () => {
      this.#waiters.remove(ticket);
      this.#serve();
    });
    this.#serve(); // May find that there is no hope, and so give the signal.
    return passage;
  }

  record({ route, round }: Passage, health: Health): void {
    const hasChanged = route.breaker.record(round, health, this.#nowMs());
    if (health === 'good') this.#hasAnswered = true;
    if (!hasChanged) return;
    if (health === 'good') this.#outageSinceMs = undefined;
    this.#serve();
  }

  /** Keeps calls from a provider for so long. */
  trip(route: Route, delayMs: number): void {
    route.breaker.trip(this.#nowMs() + delayMs);
    this.#serve();
  }

  #serve(): void {
    while (!this.#waiters.isEmpty(0)) {
      const passage = this.tryPass(0);
      if (passage === undefined) break;
      this.#waiters.shift(0)!.resolve(passage);
    }
    this.#setTimer();
  }

  #setTimer(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#waiters.length === 0) return;
    const nowMs = this.#nowMs();
    const { clock } = this.#options;
    this.#outageSinceMs ??= nowMs;
    const endsAtMs = this.#outageSinceMs + this.#outageMsMax();
    const passesAtMs = Math.min(...this.#routes.map(({ breaker }) => breaker.passesAtMs));
    if (nowMs >= endsAtMs || (passesAtMs > endsAtMs && passesAtMs !== Infinity)) {
      this.#options.onOutage(this.#outageError());
      return;
    }
    this.#timer = clock.schedule(
      () => {
        this.#serve();
      },
      Math.min(passesAtMs, endsAtMs) - nowMs,
    );
  }

  #outageMsMax(): number {
    const { outageMsMax } = this.#options;
    const isUnreached = !this.#hasAnswered && this.#routes.every(({ lastError }) => isUnsent(lastError));
    return isUnreached ? Math.min(outageMsMax, UNREACHED_MS_MAX) : outageMsMax;
  }

  #outageError(): CallError {
    const causes = this.#routes.flatMap(({ target, lastError }) =>
      lastError === undefined ? [] : [`${target.name}: ${lastError.message}`],
    );
    const message = `no provider takes calls within ${this.#outageMsMax()} ms (${causes.join('; ')})`;
    return new CallError('ERR_PROVIDER_UNAVAILABLE', message, { mayBeCharged: false });
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs();
  }
}

function isUnsent(error: CallError | undefined): boolean {
  return error?.code === 'ERR_PROVIDER_UNAVAILABLE' && !error.mayBeCharged;
}
