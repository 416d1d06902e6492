import type { PageHistogram } from '../../monitor/page/model.js';

/** Within its bucket by interpolation, as if the documents in it were evenly spread, to three figures. */
export function medianOf({ edges, counts }: PageHistogram): number {
  const half = sumOf(counts) / 2;
  const bucket = bucketAt(counts, half);
  const before = sumOf(counts.slice(0, bucket));
  const [low = 0, high = 0] = [edges[bucket], edges[bucket + 1]];
  return Number((low + ((high - low) * (half - before)) / (counts[bucket] ?? 1)).toPrecision(3));
}

/** The bucket that holds the document of a rank. */
export function bucketAt(counts: ArrayLike<number>, rank: number): number {
  let sum = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    sum += counts[bucket] ?? 0;
    if (sum > 0 && sum >= rank) return bucket;
  }
  return Math.max(counts.length - 1, 0);
}

export function sumOf(counts: ArrayLike<number>): number {
  return Array.from(counts).reduce((sum, count) => sum + count, 0);
}
