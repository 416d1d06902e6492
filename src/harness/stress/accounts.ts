import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** How an arrival ended, as the target tells it. */
export interface Outcome {
  /** Undefined: it ended well. */
  readonly code: string | undefined;
}

/** What has become of the arrivals so far. */
export interface Counts {
  readonly arrived: number;
  readonly endedWell: number;
  /** Ended with an error. */
  readonly failed: number;
  /** Not taken, since as many as allowed were waiting. */
  readonly shed: number;
  /** Without an outcome yet. */
  readonly outstanding: number;
  /** Outcomes beyond the first of an arrival, and outcomes of what never arrived. */
  readonly repeated: number;
}

/** Milliseconds from the time at which arrivals were due until they had ended well. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** An hour in microseconds; what takes longer counts as that. */
const LATENCY_US_MAX = 3_600_000_000;

/** Codes that are told apart; the others are counted together. */
const CODES_MAX = 64;
const OTHER_CODES = 'others';

/**
 * Books of a run: every arrival is entered once and ends once, as shed, failed or well.
 *
 * Memory is bounded by the arrivals without an outcome, not by those that have been: what is neither outstanding nor still to
 * arrive has ended, so a second outcome is found out without a list of the first ones.
 */
export class Accounts {
  readonly #outstanding = new Set<number>();
  readonly #outstandingMax: number;
  readonly #codes = new Map<string, number>();
  readonly #latencyUs: RecordableHistogram = createHistogram({ lowest: 1, highest: LATENCY_US_MAX, figures: 3 });
  #arrived = 0;
  #endedWell = 0;
  #failed = 0;
  #shed = 0;
  #repeated = 0;

  /** @param outstandingMax - arrivals that may be without an outcome; those beyond are shed. Integer, 1 or more. */
  constructor(outstandingMax: number) {
    this.#outstandingMax = outstandingMax;
  }

  /** Enters the next arrival. @returns whether it is to be taken; else it is shed, which is its outcome. */
  arrive(arrival: number): boolean {
    this.#arrived++;
    if (this.#outstanding.size >= this.#outstandingMax) {
      this.#shed++;
      return false;
    }
    this.#outstanding.add(arrival);
    return true;
  }

  /** @param latencyMs - since the arrival was due. */
  end(arrival: number, { code }: Outcome, latencyMs: number): void {
    if (!this.#outstanding.delete(arrival)) {
      this.#repeated++;
    } else if (code === undefined) {
      this.#endedWell++;
      this.#latencyUs.record(Math.min(Math.max(Math.round(latencyMs * 1000), 1), LATENCY_US_MAX));
    } else {
      this.#failed++;
      const counted = this.#codes.has(code) || this.#codes.size < CODES_MAX ? code : OTHER_CODES;
      this.#codes.set(counted, (this.#codes.get(counted) ?? 0) + 1);
    }
  }

  get outstanding(): number {
    return this.#outstanding.size;
  }

  counts(): Counts {
    return {
      arrived: this.#arrived,
      endedWell: this.#endedWell,
      failed: this.#failed,
      shed: this.#shed,
      outstanding: this.#outstanding.size,
      repeated: this.#repeated,
    };
  }

  /** How many failed with which code, the most frequent first. */
  failures(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#codes].sort(([, a], [, b]) => b - a));
  }

  /** `null` while nothing has ended well. */
  latency(): Latency | null {
    if (this.#endedWell === 0) return null;
    const at = (percentile: number): number => this.#latencyUs.percentile(percentile) / 1000;
    return { count: this.#endedWell, p50: at(50), p95: at(95), p99: at(99), max: this.#latencyUs.max / 1000 };
  }

  /** Ascending percentiles with their milliseconds, for a chart; empty while nothing has ended well. */
  percentiles(): readonly { readonly percentile: number; readonly ms: number }[] {
    if (this.#endedWell === 0) return [];
    return PERCENTILES.map((percentile) => ({ percentile, ms: this.#latencyUs.percentile(percentile) / 1000 }));
  }
}

/** Each step towards the end halves what is left: a line in the picture of a distribution. */
const PERCENTILES: readonly number[] = Object.freeze([
  ...[1, 10, 25, 50, 75, 87.5, 93.75, 96.875, 98, 99, 99.5, 99.75, 99.9, 99.95, 99.99, 99.999, 100],
]);
