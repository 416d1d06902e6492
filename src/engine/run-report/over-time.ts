import type { ProcessOverTime, TimeSeries } from '../../monitor/page/model.js';
import type { ProcessSample } from '../../monitor/process-sample.js';

/** How far a run had come by a time of it. */
export interface ReachedAt {
  readonly seconds: number;
  /** That were finished. */
  readonly documents: number;
  /** Money that was spent; null where a model has no price, undefined where nothing is spent. */
  readonly usd?: number | null;
}

/**
 * Documents a minute between each two points of the run.
 *
 * @param documentsBefore - finished before the run began, by the one that it goes on with.
 */
export function throughputOf(finished: readonly ReachedAt[], documentsBefore: number): TimeSeries[] {
  let before = { seconds: 0, documents: documentsBefore };
  const points = finished.flatMap((now) => {
    const seconds = now.seconds - before.seconds;
    // A run that begins anew, or has told nothing yet, is behind where it was.
    const documents = Math.max(now.documents - before.documents, 0);
    if (seconds <= 0) return [];
    before = { seconds: now.seconds, documents: Math.max(now.documents, documentsBefore) };
    return [{ seconds: now.seconds, value: (documents / seconds) * 60 }];
  });
  return points.length < 2 ? [] : [{ label: 'finished', points }];
}

/** Money spent so far, in dollars; undefined where it is not known. */
export function spendingOf(reached: readonly ReachedAt[]): TimeSeries | undefined {
  const points = reached.flatMap(({ seconds, usd }) => (typeof usd === 'number' ? [{ seconds, value: usd }] : []));
  return points.length < 2 ? undefined : { label: 'spent', points };
}

/** What a sampler of the process has seen; what the system does not tell is left out. */
export function processOverTime(samples: readonly ProcessSample[]): ProcessOverTime | undefined {
  if (samples.length < 2) return undefined;
  const series = (label: string, valueOf: (sample: ProcessSample) => number | null): TimeSeries[] => {
    const points = samples.map((sample) => ({ seconds: sample.atMs / 1000, value: valueOf(sample) }));
    return points.some(({ value }) => value !== null) ? [{ label, points }] : [];
  };
  return {
    memory: [
      ...series('resident', ({ rssBytes }) => rssBytes),
      ...series('heap in use', ({ heapUsedBytes }) => heapUsedBytes),
    ],
    cpu: [
      ...series('this process', ({ cpuShare }) => cpuShare),
      ...series('the machine', ({ machineCpuShare }) => machineCpuShare),
    ],
    eventLoopDelayMs: series('worst of each span', ({ loopDelayMaxMs }) => loopDelayMaxMs),
    openFiles: series('files and sockets', ({ openFiles }) => openFiles),
  };
}
