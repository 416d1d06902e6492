import type { Machine } from '../../monitor/page/model.js';
import type { Growth } from '../../monitor/statistics/slope.js';
import type { ProcessSample } from '../../monitor/process-sample.js';
import type { LatencyPoint, LatencySummary } from '../../monitor/latency-histogram.js';
import type { Counts } from './accounts.js';
import type { Criterion } from './criteria.js';
import type { ChaosEvent } from './chaos.js';
import type { ResolvedStressOptions } from './options.js';

/** What a run is at. */
export interface StressProgress {
  readonly phase: 'probes' | 'arrivals' | 'last outcomes' | 'calm run';
  /** Since the first arrival, and until the last. */
  readonly seconds: number;
  readonly secondsTotal: number;
  readonly counts: Counts;
  /** Documents that ended well a minute, of late. */
  readonly docsPerMinute: number | null;
  /** `null` while nothing has ended well. */
  readonly latency: LatencySummary | null;
  /** `null` before the first. */
  readonly sample: ProcessSample | null;
}

/** What was measured before the arrivals, on an engine that did nothing else. */
export interface Probes {
  readonly singleMs: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  /** `null`: not all ended well in time. */
  readonly batchMs: number | null;
  readonly crowdBytes: number | null;
}

export interface ThroughputPoint {
  /** Since the first arrival. */
  readonly seconds: number;
  readonly docsPerMinute: number;
}

/** A stress run and its verdicts; plain JSON. */
export interface StressResult {
  readonly schema: 1;
  readonly command: 'stress';
  readonly holds: boolean;
  readonly criteria: readonly Criterion[];
  readonly settings: Omit<ResolvedStressOptions, 'onProgress'>;
  /** Distinct texts that documents were made of. */
  readonly texts: number;
  readonly startedAt: string;
  /** From the first arrival to the last one, and until nothing was outstanding. */
  readonly arrivalSeconds: number;
  readonly totalSeconds: number;
  readonly counts: Counts;
  /** Failed arrivals by code. */
  readonly failures: Readonly<Record<string, number>>;
  /** Documents a minute that ended well, behind the warm-up. */
  readonly docsPerMinute: number;
  /** From the time at which a document was due until it had ended well; `null` when none did. */
  readonly latency: LatencySummary | null;
  readonly percentiles: readonly LatencyPoint[];
  readonly throughput: readonly ThroughputPoint[];
  readonly process: readonly ProcessSample[];
  readonly eventLoopDelay: LatencySummary;
  readonly memoryGrowth: Growth | null;
  readonly probes: Probes;
  /** What was done to the run; empty without chaos. */
  readonly chaos: readonly ChaosEvent[];
  /** Of refinement: what the calls came to. */
  readonly calls: CallFigures | null;
  readonly machine: Machine;
}

export interface CallFigures {
  readonly calls: number;
  readonly retries: number;
  readonly accepted: number;
  /** Documents that needed none. */
  readonly fastPath: number;
  readonly failures: Readonly<Record<string, number>>;
}
