import type { Moments } from './totals.js';
import { countBelow, countUpTo } from './sorted.js';

/** Quantiles of a distribution, in per cent. */
export const PERCENTS = [1, 5, 10, 25, 50, 75, 90, 95, 99] as const;

/** Buckets of a histogram. */
export const HISTOGRAM_BUCKETS = 20;

/** Counts of a sample in buckets of equal width between the 1st and the 99th percentile. */
export interface Histogram {
  /** One more than there are buckets. A bucket holds what is from its edge on up to the next; the last one its upper edge too. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** Values of the sample outside. */
  readonly below: number;
  readonly above: number;
}

/** How one number of the report is distributed over a corpus; all but the counts are `null` where there is no value. */
export interface Distribution {
  /** Documents that have the number, and those that have `null` in its place. */
  readonly count: number;
  readonly nulls: number;
  readonly min: number | null;
  readonly p1: number | null;
  readonly p5: number | null;
  readonly p10: number | null;
  readonly p25: number | null;
  readonly p50: number | null;
  readonly p75: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly histogram: Histogram | null;
}

/**
 * The distribution of a number: counts, ends and mean of all documents, the rest of the sample.
 *
 * @param sorted - the sampled values, ascending.
 */
export function distributionOf({ count, nulls, min, max, mean }: Moments, sorted: Float64Array): Distribution {
  const at = (percent: number): number | null => quantileOf(sorted, percent / 100);
  return {
    count,
    nulls,
    min: count === 0 ? null : min,
    ...{
      p1: at(1),
      p5: at(5),
      p10: at(10),
      p25: at(25),
      p50: at(50),
      p75: at(75),
      p90: at(90),
      p95: at(95),
      p99: at(99),
    },
    max: count === 0 ? null : max,
    mean: count === 0 ? null : mean,
    histogram: histogramOf(sorted),
  };
}

/**
 * The smallest value that at least a share `p` of the values does not exceed: one of them, nothing is interpolated.
 * Hyndman and Fan 1996, "Sample quantiles in statistical packages", definition 1. `null` for no values.
 */
export function quantileOf(sorted: Float64Array, p: number): number | null {
  return sorted[Math.max(Math.ceil(sorted.length * p) - 1, 0)] ?? null;
}

/** `null` for no values; a single bucket where the 1st and the 99th percentile are the same. */
export function histogramOf(sorted: Float64Array): Histogram | null {
  const [low, high] = [quantileOf(sorted, 0.01), quantileOf(sorted, 0.99)];
  if (low === null || high === null) return null;
  const edges = edgesBetween(low, high);
  const below = countBelow(sorted, low);
  const upTo = edges.map((edge) => countBelow(sorted, edge));
  upTo[upTo.length - 1] = countUpTo(sorted, high);
  const counts = upTo.slice(1).map((count, bucket) => count - upTo[bucket]!);
  return { edges, counts, below, above: sorted.length - countUpTo(sorted, high) };
}

function edgesBetween(low: number, high: number): number[] {
  if (low === high) return [low, high];
  const width = high - low;
  const edges = Array.from({ length: HISTOGRAM_BUCKETS + 1 }, (_, i) => low + (width * i) / HISTOGRAM_BUCKETS);
  edges[HISTOGRAM_BUCKETS] = high;
  return edges;
}
