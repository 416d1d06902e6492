import type { DocumentId } from '../core/document.js';
import type { ErrorCode } from '../core/errors.js';
import type { Report } from '../core/report.js';
import type { AnswerReason } from './answer.js';
import type { GuardReason } from './guards/guard.js';

/** Why a document went no further. Rows of a run hold these words: append, never rename. */
export const STOPPED = {
  gate: 'The best version passes the gate; without iterations, the original did.',
  no_gain: 'Several iterations in a row brought no version that is better and may stay.',
  exhausted: 'There is no strategy left that the report gives a reason for and that was not asked in vain.',
  iterations: 'The limit of iterations was reached.',
  empty: 'The document holds no token that could be refined.',
  too_long: 'No answer of the tokens that are allowed could hold the document.',
  budget: 'The next call could have crossed the budget.',
  failed: 'A call failed for good.',
  aborted: 'The run was interrupted.',
} as const;
export type Stopped = keyof typeof STOPPED;

/** What became of an iteration. Rows of a run hold these words: append, never rename. */
export const STEP_OUTCOMES = {
  kept: 'The version is the best one so far.',
  no_gain: 'The score rose by less than the least gain, or fell.',
  rolled_back: 'The score rose, and a guard objected; `reason` is the guard’s.',
  unchanged: 'The model gave the document back as it was.',
  rejected: 'The answer holds no document; `reason` says why.',
  unscored: 'The version could not be scored; `reason` is the code of the error.',
  failed: 'The call failed for good; `reason` is the code of the error.',
} as const;
export type StepOutcome = keyof typeof STEP_OUTCOMES;

/** One iteration. */
export interface Step {
  readonly strategy: string;
  readonly outcome: StepOutcome;
  readonly reason?: AnswerReason | GuardReason | ErrorCode;
  /** What a guard measured. */
  readonly details?: string;
  /** Of the version, where there was one to be scored. */
  readonly score?: number;
}

/** The numbers of a report that a row of `refine` shows; named as in the report. */
export interface EssentialNumbers {
  /** By the profile of the run. */
  readonly score: number;
  readonly bytes: number;
  readonly words: number;
  readonly entropy: Pick<Report['entropy'], 'aggregate'>;
  readonly readability: Pick<Report['readability'], 'fleschReadingEase'>;
  readonly coherence: number | null;
  readonly documentation: Report['documentation'];
  readonly miair: number;
}

export interface RefineUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars; `null` when a call had no price. */
  readonly usd: number | null;
}

/** One line of `refine`. */
export interface RefinedRow {
  readonly id: DocumentId;
  /** The best version, or the original. */
  readonly text: string;
  /** Whether the text is a version of a model. */
  readonly accepted: boolean;
  /** Prompts that were asked and answered, or failed. */
  readonly iterations: number;
  readonly stopped: Stopped;
  readonly before: EssentialNumbers;
  readonly after: EssentialNumbers;
  /** Calls that were sent, retries among them. */
  readonly calls: number;
  readonly usage: RefineUsage;
  readonly steps: readonly Step[];
}

export function essentialNumbers(report: Report, score: number): EssentialNumbers {
  const { bytes, words, entropy, readability, coherence, documentation, miair } = report;
  return {
    score,
    bytes,
    words,
    entropy: { aggregate: entropy.aggregate },
    readability: { fleschReadingEase: readability.fleschReadingEase },
    coherence,
    documentation,
    miair,
  };
}
