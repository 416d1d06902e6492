import type { ProcessSample } from '../../monitor/process-sample.js';
import { growthOf } from '../../monitor/statistics/slope.js';
import type { CalmComparison, Measurements } from './criteria.js';
import type { Drive } from './drive.js';
import type { ResolvedStressOptions } from './options.js';
import type { Probes } from './result.js';

/** What a run is judged by; of the process, only what was sampled behind the warm-up. */
export function measurementsOf(
  options: ResolvedStressOptions,
  { singleMs, batchMs, crowdBytes }: Probes,
  { accounts, judgedWell, judgedMs }: Drive,
  samples: readonly ProcessSample[],
  calm: CalmComparison | undefined,
): Measurements {
  const { ratePerMinute, warmUpSeconds } = options;
  const warm = samples.filter(({ atMs, spanMs }) => atMs - spanMs >= warmUpSeconds * 1000);
  return {
    rateAsked: ratePerMinute,
    rateHeld: judgedMs === 0 ? 0 : (judgedWell / judgedMs) * 60_000,
    counts: accounts.counts(),
    growth: growthIn(warm),
    cpuShare: cpuShareOf(warm),
    crowdBytes,
    singleMs: singleMs?.p99 ?? null,
    batchMs,
    calm,
  };
}

/** `null` where the system did not tell the memory of the process, undefined where there are too few samples. */
function growthIn(samples: readonly ProcessSample[]): Measurements['growth'] {
  const points = samples.flatMap(({ atMs, rssBytes }) => (rssBytes === null ? [] : [{ atMs, bytes: rssBytes }]));
  return samples.length > 0 && points.length === 0 ? null : growthOf(points);
}

/** By the time that each sample stands for; `null` where the system did not tell, or there are no samples. */
function cpuShareOf(samples: readonly ProcessSample[]): number | null {
  const known = samples.flatMap(({ cpuShare, spanMs }) => (cpuShare === null ? [] : [{ cpuShare, spanMs }]));
  const totalMs = known.reduce((sum, { spanMs }) => sum + spanMs, 0);
  if (totalMs === 0) return null;
  return known.reduce((sum, { cpuShare, spanMs }) => sum + cpuShare * spanMs, 0) / totalMs;
}
