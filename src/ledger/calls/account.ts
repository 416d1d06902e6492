import type { ErrorCode } from '../../core/errors.js';
import { ATTEMPT_MAX, type CallId, type RecordedCompletion } from './calls.js';

/** Calls, tokens and money of a run, over all its sessions. Integers. */
export interface CallTotals {
  readonly sent: number;
  /** Attempts after the first at a call, among those that were sent. */
  readonly retries: number;
  readonly answered: number;
  /** Answers that were cut off at their longest, among those. */
  readonly cut: number;
  readonly failed: number;
  /** Refused since there were too many, among those. */
  readonly rateLimited: number;
  /** Sent by a session that ended before the call did. */
  readonly lost: number;
  /** Answers to iterations that had one already. None, unless something is wrong. */
  readonly repeated: number;
  /** Answers that cost no call; none of the others counts them. */
  readonly shared: number;
  /** As the providers told them. */
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  /** Charged for answered and failed calls. */
  readonly chargedNanoUsd: number;
  /** The worst case of the lost ones: they stay charged with it. */
  readonly lostNanoUsd: number;
}

/** What a run has spent, as its budget sees it. */
export interface Money extends CallTotals {
  /** Calls that are sent and have not ended, and what they cost at most. */
  readonly outstanding: number;
  readonly outstandingNanoUsd: number;
  /** Charged, lost and outstanding. */
  readonly spentNanoUsd: number;
}

export const NO_CALLS: CallTotals = Object.freeze({
  sent: 0,
  retries: 0,
  answered: 0,
  cut: 0,
  failed: 0,
  rateLimited: 0,
  lost: 0,
  repeated: 0,
  shared: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  chargedNanoUsd: 0,
  lostNanoUsd: 0,
});

export const CALL_TOTALS = Object.keys(NO_CALLS).filter((name): name is keyof CallTotals => name in NO_CALLS);

/** Which attempt it is; the rest of a call is no matter of an account. */
export type Attempt = Omit<CallId, 'provider'>;

/** As much of an answer as is counted. */
export type CountedAnswer = Pick<RecordedCompletion, 'finish' | 'usage'>;

/** Keeps the totals. `sent = answered + failed + lost + outstanding` holds after every call of it. */
export class CallAccount {
  #totals: { -readonly [Name in keyof CallTotals]: number };
  /** The worst case of each call that has not ended, by its key. */
  readonly #outstanding: Map<number, number>;
  #outstandingNanoUsd = 0;

  /** @param outstanding - key and worst case of each, alternating, as `outstanding()` gives them. */
  constructor(totals: CallTotals = NO_CALLS, outstanding: readonly number[] = []) {
    this.#totals = { ...totals };
    this.#outstanding = new Map();
    for (let at = 0; at < outstanding.length; at += 2) this.#add(outstanding[at]!, outstanding[at + 1]!);
  }

  get totals(): CallTotals {
    return { ...this.#totals };
  }

  money(): Money {
    const { chargedNanoUsd, lostNanoUsd } = this.#totals;
    return {
      ...this.#totals,
      outstanding: this.#outstanding.size,
      outstandingNanoUsd: this.#outstandingNanoUsd,
      spentNanoUsd: chargedNanoUsd + lostNanoUsd + this.#outstandingNanoUsd,
    };
  }

  outstanding(): number[] {
    return [...this.#outstanding].flat();
  }

  isOutstanding(call: Attempt): boolean {
    return this.#outstanding.has(keyOf(call));
  }

  sent(call: Attempt, worstNanoUsd: number): void {
    this.#countSent(call);
    this.#add(keyOf(call), worstNanoUsd);
  }

  answered(call: Attempt, chargedNanoUsd: number, { finish, usage }: CountedAnswer): void {
    this.#end(call, chargedNanoUsd);
    const totals = this.#totals;
    totals.answered++;
    if (finish === 'length') totals.cut++;
    if (usage === undefined) return;
    totals.inputTokens += countOf(usage.inputTokens);
    totals.cachedInputTokens += countOf(usage.cachedInputTokens);
    totals.cacheWriteTokens += countOf(usage.cacheWriteTokens);
    totals.outputTokens += countOf(usage.outputTokens);
  }

  /** @param code - of the error. */
  failed(call: Attempt, chargedNanoUsd: number, code: string): void {
    this.#end(call, chargedNanoUsd);
    this.#totals.failed++;
    if (code === RATE_LIMITED) this.#totals.rateLimited++;
  }

  shared(): void {
    this.#totals.shared++;
  }

  repeated(): void {
    this.#totals.repeated++;
  }

  /** What has not ended never will. */
  endSession(): void {
    this.#totals.lost += this.#outstanding.size;
    this.#totals.lostNanoUsd += this.#outstandingNanoUsd;
    this.#outstanding.clear();
    this.#outstandingNanoUsd = 0;
  }

  #add(key: number, worstNanoUsd: number): void {
    this.#outstanding.set(key, worstNanoUsd);
    this.#outstandingNanoUsd += worstNanoUsd;
  }

  #countSent({ attempt }: Attempt): void {
    this.#totals.sent++;
    if (attempt > 0) this.#totals.retries++;
  }

  #end(call: Attempt, chargedNanoUsd: number): void {
    const key = keyOf(call);
    const worstNanoUsd = this.#outstanding.get(key);
    // It ended, so it was sent, even when the record of that is damaged.
    if (worstNanoUsd === undefined) this.#countSent(call);
    else this.#outstandingNanoUsd -= worstNanoUsd;
    this.#outstanding.delete(key);
    this.#totals.chargedNanoUsd += chargedNanoUsd;
  }
}

/** 32 + 8 + 8 bits: exact in a double. */
function keyOf({ ordinal, iteration, attempt }: Attempt): number {
  return (ordinal * (ATTEMPT_MAX + 1) + iteration) * (ATTEMPT_MAX + 1) + attempt;
}

/** A provider may tell what is no count, and a snapshot holds nothing else. */
function countOf(tokens: number): number {
  return Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : 0;
}

const RATE_LIMITED: ErrorCode = 'ERR_PROVIDER_RATE_LIMITED';
