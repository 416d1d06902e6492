import type { LatencySummary } from './latency-histogram.js';
import type { StageFigures } from './stage-meter.js';

/** How long a stage took, over all its runs. */
export interface StageTiming extends LatencySummary {
  /** Runs that threw or rejected, among the count. */
  readonly failed: number;
}

/** The timings of stages, by name. */
export function timingsOf(stages: Readonly<Record<string, StageFigures>>): Readonly<Record<string, StageTiming>> {
  return Object.fromEntries(
    Object.entries(stages).map(([name, { failed, latency }]) => [name, { ...latency, failed }]),
  );
}
