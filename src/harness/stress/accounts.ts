import { LatencyHistogram, type LatencyPoint, type LatencySummary } from '../../monitor/latency-histogram.js';

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
  /** Of what ended well, from the time at which it was due. */
  readonly #latency = new LatencyHistogram();
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
      this.#latency.record(latencyMs);
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
  latency(): LatencySummary | null {
    return this.#endedWell === 0 ? null : this.#latency.summary();
  }

  /** The distribution of the latencies, for a chart; empty while nothing has ended well. */
  percentiles(): readonly LatencyPoint[] {
    return this.#latency.points();
  }
}
