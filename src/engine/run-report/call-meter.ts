import type { MaybePromise } from '../../core/maybe-promise.js';
import type { StageMeter } from '../../monitor/stage-meter.js';
import type {
  AnsweredAttempt,
  AttemptId,
  CallJournal,
  FailedAttempt,
  SentAttempt,
} from '../../refine/caller/journal.js';

/** A journal that has a stage count the calls in flight. It remembers as many as are. */
export class MeteredJournal implements CallJournal {
  readonly #journal: CallJournal;
  readonly #stage: StageMeter;
  readonly #beganAtMs = new Map<string, number>();

  constructor(journal: CallJournal, stage: StageMeter) {
    this.#journal = journal;
    this.#stage = stage;
  }

  sent(attempt: SentAttempt): MaybePromise<void> {
    this.#beganAtMs.set(keyOf(attempt), this.#stage.begin());
    return this.#journal.sent(attempt);
  }

  answered(attempt: AnsweredAttempt): MaybePromise<void> {
    this.#end(attempt, false);
    return this.#journal.answered(attempt);
  }

  failed(attempt: FailedAttempt): MaybePromise<void> {
    this.#end(attempt, true);
    return this.#journal.failed(attempt);
  }

  #end(attempt: AttemptId, isFailed: boolean): void {
    const key = keyOf(attempt);
    const beganAtMs = this.#beganAtMs.get(key);
    if (beganAtMs === undefined) return;
    this.#beganAtMs.delete(key);
    this.#stage.end(beganAtMs, { isFailed });
  }
}

function keyOf({ ordinal, iteration, attempt }: AttemptId): string {
  return `${ordinal} ${iteration} ${attempt}`;
}
