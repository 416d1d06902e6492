import type { ErrorCode } from '../../core/errors.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Completion } from '../providers/provider.js';

/** Which attempt of which call. */
export interface AttemptId {
  /** The document's position in its source. */
  readonly ordinal: number;
  readonly iteration: number;
  /** Counts from 0, over all providers. */
  readonly attempt: number;
  /** The name of the provider that it goes to. */
  readonly provider: string;
}

export interface SentAttempt extends AttemptId {
  readonly model: string;
  /** The most that it can cost, in 1e-9 USD; 0 where no price is known. */
  readonly worstNanoUsd: number;
}

export interface AnsweredAttempt extends AttemptId {
  readonly completion: Completion;
  readonly chargedNanoUsd: number;
}

export interface FailedAttempt extends AttemptId {
  readonly code: ErrorCode;
  readonly chargedNanoUsd: number;
}

/**
 * What the caller tells a ledger. Each attempt that was `sent` is `answered` or `failed` once; after a crash those without either
 * are charged with their worst case. When one of these rejects, the run ends: money could not be accounted for.
 */
export interface CallJournal {
  /** Awaited before the request goes out. */
  sent(attempt: SentAttempt): MaybePromise<void>;
  /** Awaited before the completion is handed over. */
  answered(attempt: AnsweredAttempt): MaybePromise<void>;
  failed(attempt: FailedAttempt): MaybePromise<void>;
}

export const NO_JOURNAL: CallJournal = Object.freeze({
  sent: () => undefined,
  answered: () => undefined,
  failed: () => undefined,
});

/** A journal of which a failure is told, thrown or rejected. */
export class WatchedJournal implements CallJournal {
  readonly #journal: CallJournal;
  readonly #onFailure: (thrown: unknown) => void;

  constructor(journal: CallJournal, onFailure: (thrown: unknown) => void) {
    this.#journal = journal;
    this.#onFailure = onFailure;
  }

  sent(attempt: SentAttempt): MaybePromise<void> {
    return this.#watch(() => this.#journal.sent(attempt));
  }

  answered(attempt: AnsweredAttempt): MaybePromise<void> {
    return this.#watch(() => this.#journal.answered(attempt));
  }

  failed(attempt: FailedAttempt): MaybePromise<void> {
    return this.#watch(() => this.#journal.failed(attempt));
  }

  /** No promise where there was none: most records only go into a buffer. */
  #watch(write: () => MaybePromise<void>): MaybePromise<void> {
    try {
      const written = write();
      return written === undefined ? undefined : this.#watchPromise(written);
    } catch (thrown) {
      this.#onFailure(thrown);
      throw thrown;
    }
  }

  async #watchPromise(written: Promise<void>): Promise<void> {
    try {
      await written;
    } catch (thrown) {
      this.#onFailure(thrown);
      throw thrown;
    }
  }
}
