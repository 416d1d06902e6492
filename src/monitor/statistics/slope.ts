import { MillraceError } from '../../core/errors.js';
import { checkNumber } from '../../core/options.js';
import { median, quantileOfSorted } from './median.js';
import { normalQuantile } from './normal.js';

/** Points that are fitted one by one; of more, neighbours are put together first. A quarter of a million pairs take some 20 ms. */
export const SLOPE_POINTS_MAX = 720;

/** With fewer points no slope has an interval worth naming. */
export const SLOPE_POINTS_MIN = 8;

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line through points, in units of y for each unit of x. */
export interface Slope {
  readonly slope: number;
  /** The interval that holds the true slope with the confidence asked for. */
  readonly low: number;
  readonly high: number;
  /** Where the line is at x = 0. */
  readonly intercept: number;
  readonly points: number;
}

/**
 * The slope of a line through points, robust: the median of the slopes between all pairs of points (Theil 1950), with an interval of
 * ranks among them (Sen 1968).
 *
 * Memory is a sawtooth with steps: it rises until garbage is collected, and once when a cache fills. By least squares the one tooth
 * at the end tilts the line and the one step widens nothing; here up to a quarter of the points may lie anywhere.
 *
 * Successive samples of memory also resemble each other, so that a hundred of them say less than a hundred independent ones. The
 * interval is wider for that by the autocorrelation of what the line leaves over (Bretherton et al. 1999: n' = n(1 − r)/(1 + r)).
 *
 * @param points - by ascending x, at least 8; more than 720 are first put together by their medians.
 * @param confidence - number, 0.5 to 0.999. @defaultValue 0.95
 * @returns undefined for fewer points, or when all have the same x.
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE` for the confidence or a point that is not finite.
 */
export function fitSlope(points: readonly Point[], confidence = 0.95): Slope | undefined {
  checkNumber('slope.confidence', confidence, 0.5, 0.999);
  checkFinite(points);
  const fitted = condensed(points);
  const slopes = pairSlopes(fitted);
  if (fitted.length < SLOPE_POINTS_MIN || slopes.length === 0) return undefined;
  const slope = quantileOfSorted(slopes, 0.5);
  const intercept = median(fitted.map(({ x, y }) => y - slope * x));
  const half = halfWidth(fitted, { slope, intercept }, slopes.length, confidence);
  const middle = (slopes.length - 1) / 2;
  return {
    slope,
    low: slopes[Math.max(Math.floor(middle - half), 0)]!,
    high: slopes[Math.min(Math.ceil(middle + half), slopes.length - 1)]!,
    intercept,
    points: points.length,
  };
}

function checkFinite(points: readonly Point[]): void {
  const odd = points.find(({ x, y }) => !Number.isFinite(x) || !Number.isFinite(y));
  if (odd === undefined) return;
  throw new MillraceError('ERR_OPTION_RANGE', `a point must have finite coordinates, got (${odd.x}, ${odd.y})`);
}

/** Neighbours put together by their medians, until there are few enough. */
function condensed(points: readonly Point[]): readonly Point[] {
  const group = Math.ceil(points.length / SLOPE_POINTS_MAX);
  if (group <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / group) }, (_, index) => {
    const together = points.slice(index * group, (index + 1) * group);
    return { x: median(together.map(({ x }) => x)), y: median(together.map(({ y }) => y)) };
  });
}

function pairSlopes(points: readonly Point[]): Float64Array {
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  for (const [index, from] of points.entries()) {
    for (let other = index + 1; other < points.length; other++) {
      const to = points[other]!;
      if (to.x !== from.x) slopes[count++] = (to.y - from.y) / (to.x - from.x);
    }
  }
  return slopes.subarray(0, count).sort();
}

/** How many ranks the ends of the interval lie from the middle: half of z times the deviation of Kendall's S. */
function halfWidth(
  points: readonly Point[],
  line: { readonly slope: number; readonly intercept: number },
  pairs: number,
  confidence: number,
): number {
  const n = points.length;
  const independent = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const r = autocorrelation(points.map(({ x, y }) => y - line.slope * x - line.intercept));
  const deviation = independent * Math.sqrt((1 + r) / (1 - r));
  return Math.min((normalQuantile(confidence) * deviation) / 2, pairs / 2);
}

/** Of the first order, from 0 to below 1: negative ones would narrow the interval on the word of noise. */
function autocorrelation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [products, squares] = [0, 0];
  for (const [index, value] of values.entries()) {
    squares += (value - mean) ** 2;
    if (index > 0) products += (value - mean) * (values[index - 1]! - mean);
  }
  if (squares === 0) return 0;
  // The estimate is too small by about (1 + 4r) / n (Kendall 1954), which matters where r is near 1.
  const estimate = products / squares;
  return Math.min(Math.max(estimate + (1 + 4 * estimate) / values.length, 0), 0.99);
}

const MS_PER_HOUR = 3_600_000;

/** Growth of memory over a run. */
export interface Growth {
  readonly bytesPerHour: number;
  /** The interval that holds the true growth in 95 of 100 runs. Judge by it: a short run has a wide one, and says nothing. */
  readonly low: number;
  readonly high: number;
  /** From the first point behind the warm-up to the last. */
  readonly observedMs: number;
}

/**
 * How much a level of bytes grows in an hour once it has warmed up.
 *
 * @param points - by ascending time.
 * @param warmUpMs - what is left out from the first point on: caches fill and code is compiled then. @defaultValue 0
 * @returns undefined when fewer than 8 points are left.
 */
export function growthOf(
  points: readonly { readonly atMs: number; readonly bytes: number }[],
  warmUpMs = 0,
): Growth | undefined {
  const fromMs = (points[0]?.atMs ?? 0) + warmUpMs;
  const warm = points.filter(({ atMs }) => atMs >= fromMs);
  const fit = fitSlope(warm.map(({ atMs, bytes }) => ({ x: (atMs - fromMs) / MS_PER_HOUR, y: bytes })));
  if (fit === undefined) return undefined;
  return {
    bytesPerHour: fit.slope,
    low: fit.low,
    high: fit.high,
    observedMs: warm.at(-1)!.atMs - warm[0]!.atMs,
  };
}
