import type { AbortSource } from '../../core/abort.js';
import type { Clock } from '../../core/clock.js';
import { GrantLine } from '../../core/flow/grant-line.js';
import { resolveRateLimitOptions, TokenBucket, type RateLimitStatus } from '../../core/flow/token-bucket.js';
import { checkKnown, checkNumber } from '../../core/options.js';
import type { LimitState, RateLimits, Usage } from '../providers/provider.js';

/** What a provider takes a minute. Numbers above 0, to 1e12. What is left out is not limited. */
export interface LimitsOptions {
  readonly requestsPerMinute?: number | undefined;
  /** Input and output together. */
  readonly tokensPerMinute?: number | undefined;
  /** Input that does not come out of the provider's prompt cache. */
  readonly inputTokensPerMinute?: number | undefined;
  readonly outputTokensPerMinute?: number | undefined;
}

export interface LimitsStatus {
  readonly limits: Readonly<Partial<Record<LimitName, RateLimitStatus>>>;
  readonly waiting: number;
  /** How long the oldest call still waits. */
  readonly waitMs: number;
  /** How long nothing will be sent because the provider asked for it. */
  readonly pausedMs: number;
}

/** The names that providers' headers have for them. */
const LIMIT_NAMES = ['requests', 'tokens', 'inputTokens', 'outputTokens'] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/**
 * Tokens that can be had at once after a rest, if a second's worth is less: about the worst case of one call with 16 KiB of text.
 * A bucket of less would make each call wait until it is full.
 */
const TOKENS_AT_ONCE = 32_768;

/** Units taken of each limit, settled later. */
export type Units = readonly number[];
const NO_UNITS: Units = Object.freeze([]);

/** Takes partial options, returns those given, frozen; refuses with the option's path. */
export function resolveLimitsOptions(options: LimitsOptions = {}, path = 'limits'): LimitsOptions {
  const names = LIMIT_NAMES.map(optionOf);
  checkKnown(path, options, names);
  const given = names.flatMap((name) => {
    const rate: number | undefined = options[name];
    return rate === undefined ? [] : [[name, checkNumber(`${path}.${name}`, rate, 0.001, 1e12)] as const];
  });
  return Object.freeze(Object.fromEntries(given));
}

/**
 * The limits of one provider, and the line in front of them, in order of arrival. In any window of time no more is taken than
 * rate * window + burst, less what was given back in it; a burst is a second's worth of requests, and of tokens at least
 * `TOKENS_AT_ONCE` or, if that is less, a minute's worth. A call that could take more than a burst reserves a burst and
 * owes the rest, if it needed it, to the calls after it.
 */
export class Limits {
  readonly #clock: Clock;
  readonly #names: readonly LimitName[];
  readonly #buckets: readonly TokenBucket[];
  readonly #line: GrantLine;

  constructor(options: LimitsOptions, queueMax: number, clock: Clock) {
    this.#clock = clock;
    this.#names = LIMIT_NAMES.filter((name) => options[optionOf(name)] !== undefined);
    this.#buckets = this.#names.map((name) => bucketOf(name, options[optionOf(name)]!));
    this.#line = new GrantLine(this.#buckets, queueMax, 'caller.callsMax', clock);
  }

  /** Takes the units of a call if they are there and nobody waits for them. */
  tryTake(inputTokens: number, outputTokens: number): Units | undefined {
    const units = this.#reservationOf(inputTokens, outputTokens);
    return this.#line.tryTake(units) ? units : undefined;
  }

  /** Takes them when it is their turn. @throws MillraceError `ERR_QUEUE_FULL`, `ERR_ABORTED`. */
  async take(inputTokens: number, outputTokens: number, signal: AbortSource): Promise<Units> {
    const units = this.#reservationOf(inputTokens, outputTokens);
    await this.#line.take(units, signal);
    return units;
  }

  /** Charges what was used in place of what was taken. */
  settle(units: Units, { inputTokens, cachedInputTokens, outputTokens }: Usage): void {
    if (units.length === 0) return;
    this.#line.charge(
      this.#names.map((name, index) => unitsOf(name, inputTokens, outputTokens, cachedInputTokens) - units[index]!),
    );
  }

  /** Gives the tokens back; the request counts, as providers count those that they refuse. */
  giveTokensBack(units: Units): void {
    if (units.length > 0)
      this.#line.charge(this.#names.map((name, index) => (name === 'requests' ? 0 : -units[index]!)));
  }

  /** Gives all back: nothing was sent. */
  giveBack(units: Units): void {
    if (units.length > 0) this.#line.charge(units.map((each) => -each));
  }

  /** Lets the whole provider rest. */
  pause(delayMs: number): void {
    this.#line.pause(this.#clock.epochMs() + delayMs);
  }

  /** Takes the word of a provider's headers, for limits that are set. */
  heed(limits: RateLimits): void {
    for (let index = 0; index < this.#names.length; index++) {
      const state: LimitState | undefined = limits[this.#names[index]!];
      if (state?.remaining === undefined || state.resetMs === undefined) continue;
      this.#line.report(this.#buckets[index]!, state.remaining, this.#clock.epochMs() + state.resetMs);
    }
  }

  status(): LimitsStatus {
    const nowMs = this.#line.nowMs();
    const limits = Object.fromEntries(this.#names.map((name, index) => [name, this.#buckets[index]!.status(nowMs)]));
    return { limits, waiting: this.#line.waiting, waitMs: this.#line.waitMs(), pausedMs: this.#line.pausedMs() };
  }

  #reservationOf(inputTokens: number, outputTokens: number): Units {
    if (this.#names.length === 0) return NO_UNITS;
    return this.#names.map((name, index) => {
      return Math.min(unitsOf(name, inputTokens, outputTokens, 0), this.#buckets[index]!.burst);
    });
  }
}

function unitsOf(name: LimitName, inputTokens: number, outputTokens: number, cachedInputTokens: number): number {
  switch (name) {
    case 'requests':
      return 1;
    case 'tokens':
      return inputTokens + outputTokens;
    case 'inputTokens':
      return inputTokens - cachedInputTokens;
    case 'outputTokens':
      return outputTokens;
  }
}

function bucketOf(name: LimitName, ratePerMinute: number): TokenBucket {
  const secondsWorth = Math.max(1, ratePerMinute / 60);
  const burst = name === 'requests' ? secondsWorth : Math.max(secondsWorth, Math.min(ratePerMinute, TOKENS_AT_ONCE));
  return new TokenBucket(resolveRateLimitOptions({ ratePerMinute, burst }, optionOf(name)));
}

function optionOf<Name extends LimitName>(name: Name): `${Name}PerMinute` {
  return `${name}PerMinute`;
}
