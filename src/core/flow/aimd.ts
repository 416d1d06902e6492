import { checkFunction, checkInteger, checkKnown, checkNumber } from '../options.js';

export interface AdaptiveConcurrencyOptions {
  /** The limit at the beginning and at most. Integer, 1 or more. */
  readonly max: number;
  /** Integer from 1 to `max`. @defaultValue 1 */
  readonly min?: number;
  /** What the limit gains in a round trip without pressure. Number, 0.001 or more. @defaultValue 1 */
  readonly increase?: number;
  /** What the limit is multiplied by under pressure. Number from 0.01 to 0.99. @defaultValue 0.5 */
  readonly decreaseFactor?: number;
  /**
   * The share of calls under pressure, of the last as many as the limit, from which on the limit is decreased; a server of which one
   * call in a hundred fails is not out of breath. Number from 0 to 0.99. @defaultValue 0: every one counts
   */
  readonly tolerance?: number;
  /** Called with the new limit whenever it has changed, as for `Semaphore.resize`. */
  readonly onChange?: (limit: number) => void;
}

export type ResolvedAdaptiveConcurrencyOptions = Required<AdaptiveConcurrencyOptions>;

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveAdaptiveConcurrencyOptions(
  options: AdaptiveConcurrencyOptions,
  path = 'adaptiveConcurrency',
): ResolvedAdaptiveConcurrencyOptions {
  checkKnown(path, options, ['max', 'min', 'increase', 'decreaseFactor', 'tolerance', 'onChange']);
  const max = checkInteger(`${path}.max`, options.max, 1);
  const { min = 1, increase = 1, decreaseFactor = 0.5, tolerance = 0, onChange = () => undefined } = options;
  checkFunction(`${path}.onChange`, onChange);
  return Object.freeze({
    max,
    min: checkInteger(`${path}.min`, min, 1, max),
    increase: checkNumber(`${path}.increase`, increase, 0.001),
    decreaseFactor: checkNumber(`${path}.decreaseFactor`, decreaseFactor, 0.01, 0.99),
    tolerance: checkNumber(`${path}.tolerance`, tolerance, 0, 0.99),
    onChange,
  });
}

/**
 * How many calls a server bears at once: additive increase, multiplicative decrease (Chiu and Jain 1989, "Analysis of the
 * increase and decrease algorithms for congestion avoidance in computer networks"), beginning at the most.
 *
 * A call notes `round` when it begins and says it again when it ends. Each decrease begins a round, and only calls begun in
 * the present one count: those that were under way at a decrease tell of the limit before it, so there is at most one
 * decrease in a round trip, however many of them fail.
 */
export class AdaptiveConcurrency {
  readonly #options: ResolvedAdaptiveConcurrencyOptions;
  /** With its fraction. */
  #exactLimit: number;
  #round = 0;
  /** Of the last calls, those under pressure; it forgets exponentially, so that nothing has to be kept of each call. */
  #pressedShare = 0;
  /** Calls that it is a mean of. So few at first that the very first call can reach the tolerance alone. */
  #sample: number;

  constructor(options: AdaptiveConcurrencyOptions) {
    this.#options = resolveAdaptiveConcurrencyOptions(options);
    this.#exactLimit = this.#options.max;
    this.#sample = Math.floor(1 / Math.max(this.#options.tolerance, Number.EPSILON));
  }

  /** Calls that may be under way now: an integer from `min` to `max`. */
  get limit(): number {
    return Math.floor(this.#exactLimit);
  }

  /** What a call that begins now says when it ends. */
  get round(): number {
    return this.#round;
  }

  /** A call ended well. As many of them as the limit, a round trip's worth, raise it by `increase`. */
  succeeded(round: number): void {
    if (round !== this.#round) return;
    this.#count(0);
    this.#setLimit(this.#exactLimit + this.#options.increase / this.#exactLimit);
  }

  /**
   * A call was turned away or met a server out of breath: 429, 503, a time-out.
   *
   * @returns whether the server is under pressure, as far as is known, or this call alone had bad luck.
   */
  pressed(round: number): boolean {
    if (round !== this.#round) return true;
    this.#count(1);
    if (this.#pressedShare < this.#options.tolerance) return false;
    this.#round++;
    this.#pressedShare = 0;
    this.#setLimit(this.#exactLimit * this.#options.decreaseFactor);
    return true;
  }

  #count(pressed: 0 | 1): void {
    this.#pressedShare += (pressed - this.#pressedShare) / Math.min(this.#sample, this.limit);
    if (this.#sample < this.#options.max) this.#sample++;
  }

  #setLimit(exactLimit: number): void {
    const { min, max, onChange } = this.#options;
    const before = this.limit;
    this.#exactLimit = Math.min(max, Math.max(min, exactLimit));
    if (this.limit !== before) onChange(this.limit);
  }
}
