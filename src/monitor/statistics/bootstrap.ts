import { MillraceError } from '../../core/errors.js';
import { checkInteger, checkNumber, checkOptions } from '../../core/options.js';
import { quantileOfSorted } from './median.js';
import { sortedSample } from './sorted.js';

export interface BootstrapOptions {
  /** Uniform in [0, 1); a seeded one gives the same interval every time. */
  readonly random: () => number;
  /** Share of such intervals that hold the true ratio. Number, 0.5 to 0.999. @defaultValue 0.95 */
  readonly confidence?: number;
  /** Integer, 100 to 100000. @defaultValue 2000 */
  readonly resamples?: number;
}

export const BOOTSTRAP_DEFAULTS = Object.freeze({ confidence: 0.95, resamples: 2000 });

/** A ratio of medians and the interval in which it may well lie. */
export interface RatioInterval {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/**
 * How many times as large the median of one sample is as that of another, with a percentile bootstrap interval (Efron 1979):
 * both samples are drawn again with replacement, many times, and the interval holds the middle of the ratios that come of it.
 *
 * Of five values or fewer on a side it is hardly narrower than the ratios of the extremes, and of one it is a point.
 *
 * @param values - positive, at least one.
 * @param base - likewise.
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
 */
export function ratioOfMedians(
  values: ArrayLike<number>,
  base: ArrayLike<number>,
  options: BootstrapOptions,
): RatioInterval {
  const { random, confidence, resamples } = resolveBootstrapOptions(options);
  const [above, below] = [positiveSample(values), positiveSample(base)];
  const drawAbove = medianDraws(above, random);
  const drawBelow = medianDraws(below, random);
  const ratios = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) ratios[i] = drawAbove() / drawBelow();
  ratios.sort();
  const tail = (1 - confidence) / 2;
  return {
    ratio: quantileOfSorted(above, 0.5) / quantileOfSorted(below, 0.5),
    low: quantileOfSorted(ratios, tail),
    high: quantileOfSorted(ratios, 1 - tail),
  };
}

function resolveBootstrapOptions(options: BootstrapOptions): Required<BootstrapOptions> {
  const names = ['random', ...Object.keys(BOOTSTRAP_DEFAULTS)];
  const given = { ...BOOTSTRAP_DEFAULTS, ...checkOptions('bootstrap', options, names) };
  return Object.freeze({
    random: options.random,
    confidence: checkNumber('bootstrap.confidence', given.confidence, 0.5, 0.999),
    resamples: checkInteger('bootstrap.resamples', given.resamples, 100, 100_000),
  });
}

function positiveSample(values: ArrayLike<number>): Float64Array {
  const sorted = sortedSample(values);
  if (sorted[0]! > 0) return sorted;
  throw new MillraceError('ERR_OPTION_RANGE', `a ratio must be of positive values, got ${sorted[0]!}`);
}

/**
 * Medians of resamples. What is drawn of a sorted sample are places in it, so counting them puts them in order: no resample is
 * sorted, and the cost is that of the draws.
 */
function medianDraws(sorted: Float64Array, random: () => number): () => number {
  const { length } = sorted;
  const counts = new Uint32Array(length);
  const [lower, upper] = [(length - 1) >> 1, length >> 1];
  return () => {
    counts.fill(0);
    for (let i = 0; i < length; i++) counts[Math.floor(random() * length)]!++;
    return (valueAt(lower, sorted, counts) + valueAt(upper, sorted, counts)) / 2;
  };
}

/** The value of a rank, from 0, among values each of which stands there so often. */
function valueAt(rank: number, sorted: Float64Array, counts: Uint32Array): number {
  let [index, upTo] = [0, counts[0]!];
  while (upTo <= rank) upTo += counts[++index]!;
  return sorted[index]!;
}
