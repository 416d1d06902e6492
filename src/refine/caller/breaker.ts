import { checkInteger, checkKnown, checkNumber } from '../../core/options.js';
import { RollingShare } from './rolling-share.js';

export interface BreakerOptions {
  /** The time over which failures are counted. Integer, 10 or more. @defaultValue 30000 */
  readonly windowMs?: number;
  /** Calls in it below which nothing is concluded. Integer, 1 or more. @defaultValue 20 */
  readonly callsMin?: number;
  /** The share of failed ones that opens the breaker. Number from 0.01 to 1. @defaultValue 0.5 */
  readonly failureShare?: number;
  /** How long it stays open before one call is let through. Integer, 1 or more. @defaultValue 30000 */
  readonly openMs?: number;
}

export type ResolvedBreakerOptions = Required<BreakerOptions>;

export const BREAKER_DEFAULTS: ResolvedBreakerOptions = Object.freeze({
  windowMs: 30_000,
  callsMin: 20,
  failureShare: 0.5,
  openMs: 30_000,
});

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveBreakerOptions(options: BreakerOptions = {}, path = 'breaker'): ResolvedBreakerOptions {
  checkKnown(path, options, Object.keys(BREAKER_DEFAULTS));
  const given = { ...BREAKER_DEFAULTS, ...options };
  return Object.freeze({
    windowMs: checkInteger(`${path}.windowMs`, given.windowMs, 10),
    callsMin: checkInteger(`${path}.callsMin`, given.callsMin, 1),
    failureShare: checkNumber(`${path}.failureShare`, given.failureShare, 0.01, 1),
    openMs: checkInteger(`${path}.openMs`, given.openMs, 1),
  });
}

/** `closed`: calls pass. `open`: none does. `half-open`: a single one may, and decides. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** What a call told of its provider; `unknown` when it was not made or was given up. */
export type Health = 'good' | 'bad' | 'unknown';

/** The right to make one call. What calls of an earlier round tell does not count: the breaker has decided since. */
export type Round = number;

/**
 * Keeps calls from a provider that fails: a circuit breaker (Nygard 2007, "Release It!").
 *
 * Time is given by the caller, in milliseconds of a clock that never goes back.
 */
export class Breaker {
  readonly #options: ResolvedBreakerOptions;
  readonly #share: RollingShare;
  #round: Round = 0;
  #state: BreakerState = 'closed';
  #openUntilMs = -Infinity;
  #probes = false;

  constructor(options: ResolvedBreakerOptions) {
    this.#options = options;
    this.#share = new RollingShare(options.windowMs);
  }

  state(nowMs: number): BreakerState {
    return this.#state === 'open' && nowMs >= this.#openUntilMs ? 'half-open' : this.#state;
  }

  /** When the next call may pass: a time in the past when it may now, Infinity while the one that decides is under way. */
  get passesAtMs(): number {
    if (this.#state === 'closed') return -Infinity;
    return this.#probes ? Infinity : this.#openUntilMs;
  }

  /** Lets a call pass, or not. Each that passed is told about by `record`. */
  tryPass(nowMs: number): Round | undefined {
    if (this.#state === 'closed') return this.#round;
    if (this.#probes || nowMs < this.#openUntilMs) return undefined;
    this.#state = 'half-open';
    this.#probes = true;
    return ++this.#round;
  }

  /** Whether a call that passed and was not sent yet may still be. */
  holds(round: Round): boolean {
    return round === this.#round && this.#state !== 'open';
  }

  /** @returns whether the state has changed, or another call may pass. */
  record(round: Round, health: Health, nowMs: number): boolean {
    if (!this.holds(round)) return false;
    if (this.#state === 'half-open') {
      this.#probes = false;
      if (health === 'bad') this.#open(nowMs + this.#options.openMs);
      else if (health === 'good') this.#close();
      return true;
    }
    if (health === 'unknown') return false;
    this.#share.record(health === 'bad', nowMs);
    const { callsMin, failureShare, openMs } = this.#options;
    if (health === 'good' || this.#share.calls < callsMin || this.#share.share < failureShare) return false;
    this.#open(nowMs + openMs);
    return true;
  }

  /** Opens it until then, because the provider said so. */
  trip(untilMs: number): void {
    this.#probes = false;
    this.#open(untilMs);
  }

  #open(untilMs: number): void {
    this.#state = 'open';
    this.#openUntilMs = untilMs;
    this.#round++;
  }

  #close(): void {
    this.#state = 'closed';
    this.#share.clear();
    this.#round++;
  }
}
