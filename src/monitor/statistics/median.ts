import { sortedSample } from './sorted.js';

/** Where the values of a sample lie. Times and rates have long tails, so nothing here is a mean or a standard deviation. */
export interface Spread {
  readonly count: number;
  readonly median: number;
  /** First and third quartile: the middle half of the values lies between them. */
  readonly low: number;
  readonly high: number;
  readonly min: number;
  readonly max: number;
  /** Median distance from the median. */
  readonly mad: number;
}

/**
 * The middle value, or the mean of the two middle ones.
 *
 * @throws MillraceError `ERR_OPTION_RANGE` for no values or one that is not finite, as all of these do.
 */
export function median(values: ArrayLike<number>): number {
  return quantileOfSorted(sortedSample(values), 0.5);
}

/** The value below which a share of the values lies, interpolated (Hyndman and Fan 1996, definition 7). @param share - 0 to 1. */
export function quantile(values: ArrayLike<number>, share: number): number {
  return quantileOfSorted(sortedSample(values), share);
}

/** Median absolute deviation: the median distance from the median, not scaled to a standard deviation. */
export function medianAbsoluteDeviation(values: ArrayLike<number>): number {
  const sorted = sortedSample(values);
  const middle = quantileOfSorted(sorted, 0.5);
  return median(sorted.map((value) => Math.abs(value - middle)));
}

export function spreadOf(values: ArrayLike<number>): Spread {
  const sorted = sortedSample(values);
  return {
    count: sorted.length,
    median: quantileOfSorted(sorted, 0.5),
    low: quantileOfSorted(sorted, 0.25),
    high: quantileOfSorted(sorted, 0.75),
    min: sorted[0]!,
    max: sorted.at(-1)!,
    mad: medianAbsoluteDeviation(sorted),
  };
}

/** The same of values that are sorted already, of which there is at least one. */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (at - below);
}
