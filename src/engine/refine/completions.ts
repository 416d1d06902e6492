import { withSignal } from '../../cache/call-options.js';
import type { KeyMaker } from '../../cache/key.js';
import type { TieredCache } from '../../cache/tiered-cache.js';
import { isMillraceError } from '../../core/errors.js';
import { isPromise, type MaybePromise } from '../../core/maybe-promise.js';
import type { CallError, Completion, CompletionRequest } from '../../refine/providers/provider.js';
import type { Caller, CallOutcome } from '../../refine/caller/caller.js';
import type { Ask, Spent } from '../../refine/refinement.js';

/** Raise it when the same prompt no longer means the same answer. */
const STAGE = 'completion:1';

/** What identifies the model that answers, beside the prompt. */
export interface ModelIdentity {
  readonly provider: string;
  readonly model: string;
  readonly temperature: number | undefined;
}

/** Where a call belongs. */
export interface CallPlace {
  readonly ordinal: number;
  /** Answers that the document had before, those that were shared among them. */
  readonly answers: number;
  readonly retriesBefore: number;
  readonly signal: AbortSignal;
}

/** What became of a prompt. */
export interface Asked {
  readonly completion: Pick<Completion, 'text' | 'finish'> | undefined;
  readonly error: CallError | undefined;
  readonly spent: Spent;
  readonly retries: number;
  /** Whether the answer was there, or was given to another document as well. */
  readonly isShared: boolean;
}

/** An answer that a document got without a call of its own. */
export interface SharedAnswer {
  readonly ordinal: number;
  /** Answers that the document had before. */
  readonly iteration: number;
  readonly completion: GivenCompletion;
}

/** An answer as it is passed on: what it cost is its payer's. */
type GivenCompletion = Pick<Completion, 'text' | 'finish'>;

/** Told of each such answer, before the document goes on with it. */
export type OnShared = (answer: SharedAnswer) => MaybePromise<void>;

const NOTHING_SPENT: Spent = Object.freeze({ calls: 0, usd: 0, usage: undefined });

/**
 * Answers to prompts: out of the cache, out of a call that is under way for the same prompt, or by a call.
 *
 * Only complete answers are remembered. Whoever made the call is charged, the others get it for nothing. The call ends with the
 * run that made it; those of other runs that waited for it ask anew.
 */
export class Completions {
  readonly #caller: Caller;
  readonly #cache: TieredCache | undefined;
  readonly #identity: ModelIdentity;
  readonly #onShared: OnShared;
  /** By the unchanging part of the prompt, of which a run has one for each strategy. */
  readonly #keyMakers = new Map<string, KeyMaker>();

  constructor(
    caller: Caller,
    cache: TieredCache | undefined,
    identity: ModelIdentity,
    onShared: OnShared = () => undefined,
  ) {
    this.#caller = caller;
    this.#cache = cache;
    this.#identity = identity;
    this.#onShared = onShared;
  }

  /** @throws whatever ends the run; MillraceError `ERR_BUDGET`, `ERR_ABORTED`. */
  async ask(ask: Ask, place: CallPlace): Promise<Asked> {
    const cache = this.#cache;
    if (cache === undefined) return askedBy(await this.#call(ask, place));
    const key = this.#keyMaker(cache, ask.system).of(`${ask.maxTokens}\0${ask.user}`);
    // It will be asked for, by a hit as by an answer; now the key lets go of its copy of the prompt, before a call takes its time.
    key.check();
    let call: Promise<CallOutcome> | undefined;
    let own: CallOutcome | undefined;
    const compute = async (): Promise<string> => {
      call = this.#call(ask, place);
      own = await call;
      if (own.completion?.finish !== 'stop') throw new Unremembered(own);
      return own.completion.text;
    };
    try {
      const found = cache.getOrFly<string>(key, compute, withSignal(place.signal));
      const text = (isPromise(found) ? await found : found) ?? '';
      if (own !== undefined) return askedBy(own);
      return await this.#share({ text, finish: 'stop' }, place);
    } catch (thrown) {
      // Another run made the call and was given up, and the call with it.
      if (call === undefined && !place.signal.aborted && isMillraceError(thrown) && thrown.code === 'ERR_ABORTED')
        return this.ask(ask, place);
      if (!(thrown instanceof Unremembered)) throw thrown;
      if (own !== undefined) return askedBy(own);
      const { completion, error } = thrown.outcome;
      // One that was cut off was answered all the same, and counts among the answers of the document.
      return completion === undefined ? { ...SHARED, error } : await this.#share(completion, place);
    }
  }

  async #share({ text, finish }: GivenCompletion, { ordinal, answers }: CallPlace): Promise<Asked> {
    const completion = { text, finish };
    const noted = this.#onShared({ ordinal, iteration: answers, completion });
    if (noted !== undefined) await noted;
    return sharedAnswer(completion);
  }

  #call(ask: Ask, { ordinal, answers, retriesBefore, signal }: CallPlace): Promise<CallOutcome> {
    const { model, temperature } = this.#identity;
    const { system, user, maxTokens } = ask;
    const request: CompletionRequest = { model, system, user, maxTokens, temperature };
    return this.#caller.call(request, { ordinal, iteration: answers, retriesBefore, signal });
  }

  #keyMaker(cache: TieredCache, system: string): KeyMaker {
    const known = this.#keyMakers.get(system);
    if (known !== undefined) return known;
    const maker = cache.keyMaker({ stage: STAGE, options: { ...this.#identity, system } });
    this.#keyMakers.set(system, maker);
    return maker;
  }
}

const SHARED = Object.freeze({
  completion: undefined,
  error: undefined,
  spent: NOTHING_SPENT,
  retries: 0,
  isShared: true,
});

/** What a document is told that gets an answer without a call. */
export function sharedAnswer({ text, finish }: GivenCompletion): Asked {
  return { ...SHARED, completion: { text, finish } };
}

/** Carries what is not to be remembered past the cache, to all who wait for it. */
class Unremembered extends Error {
  readonly outcome: CallOutcome;

  constructor(outcome: CallOutcome) {
    super('a call without a complete answer');
    this.outcome = outcome;
  }
}

function askedBy({ completion, error, attempts, retries, nanoUsd }: CallOutcome): Asked {
  const usd = nanoUsd === null ? null : nanoUsd / 1e9;
  const spent = { calls: attempts, usd, usage: completion?.usage };
  return { completion, error, spent, retries, isShared: false };
}
