import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** The histogram counts microseconds from 1 on; what takes longer than an hour may as well never end. */
const US_PER_MS = 1000;
const LATENCY_US_MAX = 3600 * 1000 * US_PER_MS;

/** Two significant figures: a percentile is off by at most one in a hundred. */
const FIGURES = 2;

/** The percentiles that a picture of a distribution is drawn by: ever closer to 100, since that is where latencies differ. */
export const LATENCY_PERCENTILES: readonly number[] = Object.freeze([
  0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 97, 98, 99, 99.5, 99.9, 99.95, 99.99, 100,
]);

export interface LatencyPoint {
  /** 0 to 100. */
  readonly percentile: number;
  readonly ms: number;
}

/** What is known of many durations. All 0 where there was none. */
export interface LatencySummary {
  readonly count: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/**
 * Any number of durations in some 50 KB: a high dynamic range histogram, which is Node's own, in C (about 35 ns a record).
 *
 * Percentiles are right to one in a hundred; count, sum, least and greatest are exact.
 */
export class LatencyHistogram {
  readonly #histogram: RecordableHistogram = createHistogram({ figures: FIGURES });
  #totalMs = 0;
  #minMs = Infinity;
  #maxMs = 0;

  /** Notes a duration, 0 or more; below a microsecond it counts as one, beyond an hour as an hour. */
  record(ms: number): void {
    this.#totalMs += ms;
    if (ms < this.#minMs) this.#minMs = ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
    this.#histogram.record(Math.min(Math.max(Math.round(ms * US_PER_MS), 1), LATENCY_US_MAX));
  }

  /** Takes over all that another one has noted, which stays as it is. */
  add(other: LatencyHistogram): void {
    this.#totalMs += other.#totalMs;
    this.#minMs = Math.min(this.#minMs, other.#minMs);
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
    if (other.count > 0) this.#histogram.add(other.#histogram);
  }

  get count(): number {
    return this.#histogram.count;
  }

  /** @param percentile - above 0 to 100. */
  percentileMs(percentile: number): number {
    if (this.count === 0) return 0;
    if (percentile <= 0) return this.#minMs;
    // The histogram answers with one end of a bucket, which may lie beyond the shortest or the longest duration.
    const ms = this.#histogram.percentile(percentile) / US_PER_MS;
    return Math.min(Math.max(ms, this.#minMs), this.#maxMs);
  }

  summary(): LatencySummary {
    const { count } = this;
    return {
      count,
      totalMs: this.#totalMs,
      meanMs: count === 0 ? 0 : this.#totalMs / count,
      minMs: count === 0 ? 0 : this.#minMs,
      maxMs: this.#maxMs,
      p50Ms: this.percentileMs(50),
      p95Ms: this.percentileMs(95),
      p99Ms: this.percentileMs(99),
    };
  }

  /** The distribution in ascending order; none where nothing was noted. */
  points(percentiles: readonly number[] = LATENCY_PERCENTILES): LatencyPoint[] {
    if (this.count === 0) return [];
    return percentiles.map((percentile) => ({ percentile, ms: this.percentileMs(percentile) }));
  }

  reset(): void {
    this.#histogram.reset();
    [this.#totalMs, this.#minMs, this.#maxMs] = [0, Infinity, 0];
  }
}
