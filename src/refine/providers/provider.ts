import { MillraceError, type ErrorCode } from '../../core/errors.js';

/** One call to a language model. */
export interface CompletionRequest {
  readonly model: string;
  /** What is the same in every call of a strategy. It stands first, so that a provider's prompt cache can hit. */
  readonly system: string;
  /** What changes from call to call: the document, fenced. */
  readonly user: string;
  /** Tokens that the answer may have at most. */
  readonly maxTokens: number;
  /** `undefined` leaves it to the provider. */
  readonly temperature: number | undefined;
}

/**
 * Why an answer ended: it is complete, it was cut off at `maxTokens`, the model (or a filter before it) refused, or something
 * that this version does not know, which is treated like a cut.
 */
export type FinishReason = 'stop' | 'length' | 'refusal' | 'other';

/** Tokens as the provider counted them. */
export interface Usage {
  /** All tokens read, the cached ones among them. */
  readonly inputTokens: number;
  /** Of these, tokens that came out of the provider's prompt cache. */
  readonly cachedInputTokens: number;
  /** Of these, tokens that were written to it, where that costs extra. */
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
}

/** What a provider's headers say of its limits; what they do not say is absent. */
export interface RateLimits {
  readonly requests?: LimitState;
  readonly tokens?: LimitState;
  readonly inputTokens?: LimitState;
  readonly outputTokens?: LimitState;
}

export interface LimitState {
  readonly limit?: number;
  readonly remaining?: number;
  /** Milliseconds from the answer on until the limit is whole again. */
  readonly resetMs?: number;
}

export interface Completion {
  readonly text: string;
  readonly finish: FinishReason;
  /** `undefined` when the answer does not say: the worst case is charged. */
  readonly usage: Usage | undefined;
  readonly limits: RateLimits | undefined;
}

/**
 * A language model behind some protocol. It makes one attempt and never retries: retries, limits and money have one owner, the
 * caller. Keys never appear in what it throws.
 */
export interface Provider {
  readonly name: string;
  /** Takes as long as the signal allows: the caller has the one time limit. @throws CallError; MillraceError `ERR_ABORTED`. */
  call(request: CompletionRequest, signal: AbortSignal): Promise<Completion>;
  /**
   * The same without a promise and a signal for each call, which cost as much as a call. Optional; used in place of `call` where
   * it is there.
   *
   * @param done - is called once, unless the call is broken off before.
   */
  begin?(request: CompletionRequest, done: (result: Completion | CallError) => void): CallInFlight;
  close(): Promise<void>;
}

/** A call that was begun. */
export interface CallInFlight {
  /** Gives it up: nothing is told of it any more. */
  breakOff(): void;
}

export type CallErrorCode = Extract<ErrorCode, `ERR_PROVIDER_${string}`>;

export interface CallErrorDetails {
  /** Milliseconds that the provider asks to wait for. */
  readonly retryAfterMs?: number;
  readonly limits?: RateLimits;
  /** HTTP status, if there was an answer. */
  readonly status?: number;
  /** Whether the provider may have done the work, and may charge for it. @defaultValue false with a status from 300 to 499 */
  readonly mayBeCharged?: boolean;
  readonly cause?: unknown;
}

/** A call that has no completion. */
export class CallError extends MillraceError {
  declare readonly code: CallErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly limits: RateLimits | undefined;
  readonly status: number | undefined;
  readonly mayBeCharged: boolean;

  constructor(code: CallErrorCode, message: string, details: CallErrorDetails = {}) {
    super(code, message, 'cause' in details ? { cause: details.cause } : undefined);
    this.retryAfterMs = details.retryAfterMs;
    this.limits = details.limits;
    this.status = details.status;
    this.mayBeCharged = details.mayBeCharged ?? !isRefusal(details.status);
  }

  /** What becomes of the call, the document and the run. */
  get verdict(): CallVerdict {
    return VERDICTS[this.code];
  }
}

/** Whether a status says that the server has not even begun. */
function isRefusal(status: number | undefined): boolean {
  return status !== undefined && status >= 300 && status < 500;
}

/** `retry`: the same call may succeed later. `document`: this document's call never will. `run`: no call will. */
export type CallVerdict = 'retry' | 'document' | 'run';

const VERDICTS: Readonly<Record<CallErrorCode, CallVerdict>> = {
  ERR_PROVIDER_ANSWER: 'retry',
  ERR_PROVIDER_AUTH: 'run',
  ERR_PROVIDER_NOT_FOUND: 'run',
  ERR_PROVIDER_QUOTA: 'run',
  ERR_PROVIDER_RATE_LIMITED: 'retry',
  ERR_PROVIDER_REQUEST: 'document',
  ERR_PROVIDER_TIMEOUT: 'retry',
  ERR_PROVIDER_UNAVAILABLE: 'retry',
};
