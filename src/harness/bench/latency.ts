import type { RecordableHistogram } from 'node:perf_hooks';

import type { LatencyDistribution } from '../../monitor/page/model.js';

const PERCENTILES = [1, 5, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100];

/** @param nanoseconds - what each call took. */
export function latencyOf(label: string, nanoseconds: RecordableHistogram): LatencyDistribution {
  return {
    label,
    count: nanoseconds.count,
    percentiles: PERCENTILES.map((percentile) => ({ percentile, ms: nanoseconds.percentile(percentile) / 1e6 })),
  };
}
