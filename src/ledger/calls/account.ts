import { ATTEMPT_MAX, type CallId } from './calls.js';

/** Calls and money of a run, over all its sessions. Integers. */
export interface CallTotals {
  readonly sent: number;
  readonly answered: number;
  readonly failed: number;
  /** Sent by a session that ended before the call did. */
  readonly lost: number;
  /** Answers to iterations that had one already. None, unless something is wrong. */
  readonly repeated: number;
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
  answered: 0,
  failed: 0,
  lost: 0,
  repeated: 0,
  chargedNanoUsd: 0,
  lostNanoUsd: 0,
});

export const CALL_TOTALS = ['sent', 'answered', 'failed', 'lost', 'repeated', 'chargedNanoUsd', 'lostNanoUsd'] as const;

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

  isOutstanding(call: Omit<CallId, 'provider'>): boolean {
    return this.#outstanding.has(keyOf(call));
  }

  sent(call: Omit<CallId, 'provider'>, worstNanoUsd: number): void {
    this.#totals.sent++;
    this.#add(keyOf(call), worstNanoUsd);
  }

  answered(call: Omit<CallId, 'provider'>, chargedNanoUsd: number): void {
    this.#end(call, chargedNanoUsd);
    this.#totals.answered++;
  }

  failed(call: Omit<CallId, 'provider'>, chargedNanoUsd: number): void {
    this.#end(call, chargedNanoUsd);
    this.#totals.failed++;
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

  #end(call: Omit<CallId, 'provider'>, chargedNanoUsd: number): void {
    const key = keyOf(call);
    const worstNanoUsd = this.#outstanding.get(key);
    // It ended, so it was sent, even when the record of that is damaged.
    if (worstNanoUsd === undefined) this.#totals.sent++;
    else this.#outstandingNanoUsd -= worstNanoUsd;
    this.#outstanding.delete(key);
    this.#totals.chargedNanoUsd += chargedNanoUsd;
  }
}

/** 32 + 8 + 8 bits: exact in a double. */
function keyOf({ ordinal, iteration, attempt }: Omit<CallId, 'provider'>): number {
  return (ordinal * (ATTEMPT_MAX + 1) + iteration) * (ATTEMPT_MAX + 1) + attempt;
}
