import type { MaybePromise } from '../../core/maybe-promise.js';
import { CallAccount, type Money } from '../../ledger/calls/account.js';
import type { CallLedger } from '../../ledger/calls/call-ledger.js';
import { NOBODY, type RecordedAnswer } from '../../ledger/calls/calls.js';
import type { AnsweredAttempt, CallJournal, FailedAttempt, SentAttempt } from '../../refine/caller/journal.js';
import { sharedAnswer, type Asked, type SharedAnswer } from '../refine/completions.js';

/** Hears of every call, for the account of the ledger or, in a run that is not recorded, for one of its own. */
export class Spending implements CallJournal {
  readonly #ledger: CallLedger | undefined;
  readonly #account = new CallAccount();

  constructor(ledger: CallLedger | undefined) {
    this.#ledger = ledger;
  }

  /** Calls, tokens and money of the whole run, sessions before this one included. */
  money(): Money {
    return (this.#ledger ?? this.#account).money();
  }

  sent(attempt: SentAttempt): MaybePromise<void> {
    if (this.#ledger !== undefined) return this.#ledger.sent(attempt);
    this.#account.sent(attempt, attempt.worstNanoUsd);
    return undefined;
  }

  answered(attempt: AnsweredAttempt): MaybePromise<void> {
    if (this.#ledger !== undefined) return this.#ledger.answered(attempt);
    this.#account.answered(attempt, attempt.chargedNanoUsd, attempt.completion);
    return undefined;
  }

  failed(attempt: FailedAttempt): MaybePromise<void> {
    if (this.#ledger !== undefined) return this.#ledger.failed(attempt);
    this.#account.failed(attempt, attempt.chargedNanoUsd, attempt.code);
    return undefined;
  }

  readonly onShared = (answer: SharedAnswer): MaybePromise<void> => {
    if (this.#ledger !== undefined) return this.#ledger.shared(answer);
    this.#account.shared();
    return undefined;
  };
}

/**
 * An answer that was recorded, as the document got it.
 *
 * @param isPriced - whether the price of a provider's model is known.
 */
export function askedOf(answer: RecordedAnswer, isPriced: (provider: string) => boolean): Asked {
  const { provider, completion, chargedNanoUsd } = answer;
  if (provider === NOBODY) return sharedAnswer(completion);
  const usd = isPriced(provider) ? chargedNanoUsd / 1e9 : null;
  const spent = { calls: 1, usd, usage: completion.usage };
  return { completion, error: undefined, spent, retries: 0, isShared: false };
}
