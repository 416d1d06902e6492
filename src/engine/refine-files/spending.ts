import type { MaybePromise } from '../../core/maybe-promise.js';
import type { RecordedAnswer } from '../../ledger/calls/calls.js';
import type { Money } from '../../ledger/calls/account.js';
import type { CallLedger } from '../../ledger/calls/call-ledger.js';
import type { AnsweredAttempt, CallJournal, FailedAttempt, SentAttempt } from '../../refine/caller/journal.js';
import { sharedAnswer, type Asked, type SharedAnswer } from '../refine/completions.js';
import type { Totals } from './tally.js';

/** The provider of an answer that cost no call. No provider has this name. */
const NOBODY = '';

/** What the calls of a run took, sessions before this one included. */
export interface CallCounts {
  sent: number;
  answered: number;
  /** Attempts without an answer. */
  unanswered: number;
  /** Attempts after the first. */
  retries: number;
  /** Answers without a call. */
  shared: number;
  /** Answers that ended at `maxTokens`. */
  cut: number;
  /** Attempts that were refused since there were too many. */
  rateLimited: number;
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
}

const NO_CALLS: Readonly<CallCounts> = Object.freeze({
  sent: 0,
  answered: 0,
  unanswered: 0,
  retries: 0,
  shared: 0,
  cut: 0,
  rateLimited: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
});

const COUNTS = Object.keys(NO_CALLS).filter(isCount);

function isCount(name: string): name is keyof CallCounts {
  return Object.hasOwn(NO_CALLS, name);
}

/**
 * Hears of every call: counts it and, in a run that is recorded, has it recorded.
 *
 * An answer that was shared is recorded like one of a call that cost nothing: so the answers of a document are those of its
 * prompts, one for one and in order, whoever paid for them.
 */
export class Spending implements CallJournal {
  readonly counts: CallCounts;
  readonly #ledger: CallLedger | undefined;

  /** Goes on from what `totals` gave. */
  constructor(ledger: CallLedger | undefined, totals: Totals) {
    this.#ledger = ledger;
    this.counts = countsOf(totals);
  }

  totals(): Totals {
    return Object.fromEntries(COUNTS.map((name) => [name, this.counts[name]]));
  }

  sent(attempt: SentAttempt): MaybePromise<void> {
    this.counts.sent++;
    if (attempt.attempt > 0) this.counts.retries++;
    return this.#ledger?.sent(attempt);
  }

  answered(attempt: AnsweredAttempt): MaybePromise<void> {
    const { counts } = this;
    const { finish, usage } = attempt.completion;
    counts.answered++;
    if (finish === 'length') counts.cut++;
    if (usage !== undefined) {
      counts.inputTokens += usage.inputTokens;
      counts.cachedInputTokens += usage.cachedInputTokens;
      counts.cacheWriteTokens += usage.cacheWriteTokens;
      counts.outputTokens += usage.outputTokens;
    }
    return this.#ledger?.answered(attempt);
  }

  failed(attempt: FailedAttempt): MaybePromise<void> {
    this.counts.unanswered++;
    if (attempt.code === 'ERR_PROVIDER_RATE_LIMITED') this.counts.rateLimited++;
    return this.#ledger?.failed(attempt);
  }

  readonly onShared = ({ ordinal, iteration, text }: SharedAnswer): MaybePromise<void> => {
    this.counts.shared++;
    return this.#ledger && recordShared(this.#ledger, { ordinal, iteration, text });
  };
}

async function recordShared(ledger: CallLedger, { ordinal, iteration, text }: SharedAnswer): Promise<void> {
  const call = { ordinal, iteration, attempt: 0, provider: NOBODY };
  await ledger.sent({ ...call, worstNanoUsd: 0 });
  await ledger.answered({ ...call, completion: { text, finish: 'stop', usage: undefined }, chargedNanoUsd: 0 });
}

/** The counts with those in place that the ledger has of the whole run: a session that was killed lost the last of its own. */
export function countsBy(counts: CallCounts, { sent, answered, failed }: Money): CallCounts {
  const { shared } = counts;
  return { ...counts, sent: Math.max(0, sent - shared), answered: Math.max(0, answered - shared), unanswered: failed };
}

/**
 * An answer that was recorded, as the document got it.
 *
 * @param isPriced - whether the price of a provider's model is known.
 */
export function askedOf(answer: RecordedAnswer, isPriced: (provider: string) => boolean): Asked {
  const { provider, completion, chargedNanoUsd } = answer;
  if (provider === NOBODY) return sharedAnswer(completion.text);
  const usd = isPriced(provider) ? chargedNanoUsd / 1e9 : null;
  const spent = { calls: 1, usd, usage: completion.usage };
  return { completion, error: undefined, spent, retries: 0, isShared: false };
}

function countsOf(totals: Totals): CallCounts {
  const counts: CallCounts = { ...NO_CALLS };
  for (const name of COUNTS) counts[name] = totals[name] ?? 0;
  return counts;
}
