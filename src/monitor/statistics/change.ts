import { ratioOfMedians, type BootstrapOptions } from './bootstrap.js';
import { mannWhitney } from './mann-whitney.js';

/** How bad a loss is; `none` for a gain and for what does not differ. */
export type Severity = 'none' | 'minor' | 'major' | 'critical';

/** Which way a measure should go: `higher` for a throughput, `lower` for a time. */
export type Better = 'higher' | 'lower';

/**
 * From which loss on a change has which severity, as a share of what there was: a throughput of 89 where there was 100 is a
 * loss of 0.11. Runs of the same code on different days differ by some per cent, so less than the least is no change.
 */
export const LOSS_THRESHOLDS = Object.freeze({ minor: 0.05, major: 0.1, critical: 0.2 });

/** Below this probability of chance a difference is taken for one. */
export const SIGNIFICANCE = 0.05;

/**
 * How far from 1 the whole interval of the ratio must lie. A slowdown of 1 %, measured over seven rounds with 3 % of noise, was then
 * called a regression in less than 1 of 1,000 trials (11 with no margin), one of 10 % in 895 (982), and one of 30 % in all.
 */
export const MARGIN = 0.03;

/** What became of a measure. */
export interface Change {
  /** How many times as good as before: below 1 is worse, whichever way the measure goes. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** Of Mann and Whitney's test, to both sides. */
  readonly p: number;
  /** The ranks differ by more than chance, and the whole interval of the ratio lies more than 0.03 from 1. */
  readonly isSignificant: boolean;
  /** `same` unless it is significant and at least a minor loss or, turned round, gain. */
  readonly verdict: 'regression' | 'improvement' | 'same';
  readonly severity: Severity;
}

/**
 * Compares a measure with what it was. Two tests have to agree that it differs, and it must differ by enough to matter: a
 * difference of one per cent is none, however sure it is.
 *
 * @param before - positive, one value for each round; with fewer than four on a side nothing is ever significant.
 * @param after - likewise.
 * @throws MillraceError `ERR_OPTION_RANGE`.
 */
export function judgeChange(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  better: Better,
  bootstrap: BootstrapOptions,
): Change {
  const [good, base] = better === 'higher' ? [after, before] : [before, after];
  const interval = ratioOfMedians(good, base, bootstrap);
  const { p } = mannWhitney(before, after);
  const isSignificant = p < SIGNIFICANCE && (interval.high < 1 - MARGIN || interval.low > 1 + MARGIN);
  const severity = isSignificant ? severityOf(1 - interval.ratio) : 'none';
  const isGain = isSignificant && severityOf(1 - 1 / interval.ratio) !== 'none';
  const verdict = severity !== 'none' ? 'regression' : isGain ? 'improvement' : 'same';
  return { ...interval, p, isSignificant, verdict, severity };
}

/** Of a loss as a share of what there was. */
export function severityOf(loss: number): Severity {
  if (loss >= LOSS_THRESHOLDS.critical) return 'critical';
  if (loss >= LOSS_THRESHOLDS.major) return 'major';
  return loss >= LOSS_THRESHOLDS.minor ? 'minor' : 'none';
}
