/** One attempt at one call. `ordinal` counts the documents of the whole run from 0, over all its inputs. */
export interface CallId {
  /** Integer from 0 to 2³² − 1. */
  readonly ordinal: number;
  /** Answers that the document had before: 0 for its first call. Integer, at most {@link ITERATION_MAX}. */
  readonly iteration: number;
  /** Tells the attempts at one iteration apart, while none of them has an answer. Integer, at most {@link ATTEMPT_MAX}. */
  readonly attempt: number;
  /** At most {@link PROVIDER_BYTES_MAX} bytes of UTF-8. */
  readonly provider: string;
}

export interface SentCall extends CallId {
  /** What the call costs at most, in billionths of a US dollar; 0 for a model without a price. */
  readonly worstNanoUsd: number;
}

export interface AnsweredCall extends CallId {
  readonly completion: RecordedCompletion;
  readonly chargedNanoUsd: number;
}

export interface FailedCall extends CallId {
  /** The code of the error. */
  readonly code: string;
  /** 0 when it is sure that the provider did no work for it. */
  readonly chargedNanoUsd: number;
}

/** An answer that a document got without a call of its own: one that another document paid for, or that was known. */
export interface SharedCall extends Pick<CallId, 'ordinal' | 'iteration'> {
  readonly completion: Pick<RecordedCompletion, 'text' | 'finish'>;
}

/** What is kept of an answer: all that the document's fate depends on. */
export interface RecordedCompletion {
  readonly text: string;
  readonly finish: (typeof FINISHES)[number];
  readonly usage: RecordedUsage | undefined;
}

export interface RecordedUsage {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
}

/** An answer as it is read back. */
export interface RecordedAnswer {
  /** {@link NOBODY} where it cost no call. */
  readonly provider: string;
  readonly completion: RecordedCompletion;
  readonly chargedNanoUsd: number;
}

/** How a document ended. */
export interface Finished {
  readonly kind: 'row' | 'dead-letter';
  /** One line of the output or of the dead-letter file, its line feed included. */
  readonly line: Uint8Array;
  /** Numbers of the line in the run's own terms, at most {@link COUNTS_MAX}; given back as they came. */
  readonly counts?: readonly number[];
}

/** How far a run is. Every number is an integer, 0 or more. */
export interface Checkpoint {
  /** Documents that are written, rows and dead letters together: all of a lower ordinal, and no other. */
  readonly ordinal: number;
  /** Length of the output. */
  readonly outputBytes: number;
  /** Length of the dead-letter file; 0 without one. */
  readonly failedBytes: number;
  /** Where reading goes on, in the reader's own terms; given back as it came. */
  readonly place: Readonly<Record<string, number>>;
  /** Counts of the run so far, in the run's own terms; given back as they came. */
  readonly totals: Readonly<Record<string, number>>;
}

export const CHECKPOINT_START: Checkpoint = Object.freeze({
  ordinal: 0,
  outputBytes: 0,
  failedBytes: 0,
  place: Object.freeze({}),
  totals: Object.freeze({}),
});

/** Appended to, never reordered: a record holds the index. */
export const FINISHES = ['stop', 'length', 'refusal', 'other'] as const;

/** The provider of an answer that cost no call. No provider has this name. */
export const NOBODY = '';

export const ITERATION_MAX = 254;
export const ATTEMPT_MAX = 255;
export const PROVIDER_BYTES_MAX = 255;
export const COUNTS_MAX = 255;
/** UTF-16 units that never take more, whatever they are. */
export const PROVIDER_CHARS_MAX = Math.floor(PROVIDER_BYTES_MAX / 3);
export const ORDINAL_MAX = 2 ** 32 - 1;
