import type { AllThresholds, FilterName } from '../../core/filters.js';
import type { DeadLetter } from '../../io/dead-letters.js';
import type { Distribution } from './distribution.js';

/** How the numbers of the report are distributed over a corpus, what the filters make of it, and gates that fit it. */
export interface Calibration {
  readonly schema: 1;
  /** Documents that were scored. */
  readonly documents: number;
  /** Documents that could not be; the first of them are in `deadLetters`. */
  readonly failed: number;
  readonly deadLetters: readonly DeadLetter[];
  /** Of text. */
  readonly bytes: number;
  /** Files passed over in directories and globs, since their extension is none that holds documents. */
  readonly skippedFiles: number;
  readonly seconds: number;
  readonly workers: number;
  readonly sample: CalibrationSample;
  /** Share of the documents that the proposals keep. */
  readonly keep: number;
  /** By the path of the number: `words`, `filters.gopher_quality.stats.hash_ratio`. */
  readonly fields: Readonly<Record<string, Distribution>>;
  /** What the filters drop as they stand. */
  readonly dropped: Share;
  readonly filters: Readonly<Record<FilterName, FilterCalibration>>;
  readonly proposals: Proposals;
}

/** Where quantiles, histograms and proposals come from. */
export interface CalibrationSample {
  readonly documents: number;
  /** Whether these are all documents that were scored: then everything is exact. */
  readonly isComplete: boolean;
  readonly seed: number;
}

/** Documents, and their share of all. */
export interface Share {
  readonly documents: number;
  /** 0 to 1; 0 of none. */
  readonly share: number;
}

/** A share of the sample, in place of that of all documents. */
export interface EstimatedShare {
  readonly share: number;
  /** `sqrt(share · (1 − share) / n)` for a sample of n; 0 where the sample holds all documents. */
  readonly standardError: number;
}

/** What a filter does, by the thresholds that it was given. */
export interface FilterCalibration {
  readonly dropped: Share;
  /** Documents by the first check that failed. */
  readonly reasons: Readonly<Record<string, Share>>;
  /** By name, in the order of the checks. */
  readonly thresholds: Readonly<Record<string, ThresholdCalibration>>;
  /** Of C4: lines removed by each rule, as a share of all lines. Of the other filters none. */
  readonly lines: Readonly<Record<string, number>>;
}

/** `never` drops and `always` drops: on this corpus; `off`: the check is switched off; `nothing`: no document has the number. */
export type ThresholdEffect = 'some' | 'never' | 'always' | 'off' | 'nothing';

export interface ThresholdCalibration {
  /** Path of the number that is compared. */
  readonly field: string;
  readonly bound: 'min' | 'max';
  /** `null`: the check is off. */
  readonly value: number | null;
  readonly effect: ThresholdEffect;
  /** Documents that fail the check, whatever the checks before it say. */
  readonly drops: Share;
  /** Share of the documents with the number that lie below a minimum, or not above a maximum; `null` when the check is off. */
  readonly position: number | null;
  /** The threshold that keeps the wanted share alone, and what it keeps; `null` where no two documents differ in the number. */
  readonly alone: { readonly value: number; readonly kept: EstimatedShare } | null;
}

export interface Proposals {
  /** All checks of all filters together. Checks that are off stay off. */
  readonly together: ThresholdProposal;
  /** All checks of one filter together. */
  readonly filters: Readonly<Record<FilterName, ThresholdProposal>>;
  /** Expressions over the main scores, for `--keep-if`. */
  readonly gates: readonly GateProposal[];
  /** All of these expressions together. */
  readonly gatesTogether: GateProposal | null;
}

/** Thresholds that keep a share of the documents together. */
export interface ThresholdProposal {
  /** Less than was asked for where rules without a threshold drop too many. */
  readonly kept: EstimatedShare;
  /** Complete: those that the proposal does not touch are as they were given. */
  readonly filters: AllThresholds;
}

export interface GateProposal {
  readonly expression: string;
  readonly kept: EstimatedShare;
}
