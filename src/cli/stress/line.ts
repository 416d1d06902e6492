import type { StressProgress } from '../../harness/stress/result.js';
import { formatBytes, formatCount, formatTimeLeft } from '../numbers.js';

/** The live line: what fits into `width` columns, the most important first. */
export function formatStressLine(progress: StressProgress, width: number): string {
  const parts = partsOf(progress);
  let line = parts[0] ?? '';
  for (const part of parts.slice(1)) {
    if (line.length + 3 + part.length > width) break;
    line = `${line} · ${part}`;
  }
  return line.slice(0, Math.max(0, width));
}

function partsOf({ phase, seconds, secondsTotal, counts, docsPerMinute, latency, sample }: StressProgress): string[] {
  if (phase === 'probes') return ['before the arrivals: one document, a batch, a crowd'];
  if (phase === 'calm run') return ['after the arrivals: the same documents in a calm run'];
  if (phase === 'last outcomes') return [`waiting for the last ${formatCount(counts.outstanding)} outcomes`];
  const errors = counts.failed + counts.shed;
  return [
    `${formatTimeLeft(Math.max(0, secondsTotal - seconds))} left`,
    ...(docsPerMinute === null ? [] : [`${formatCount(docsPerMinute)} docs/min`]),
    ...(latency === null ? [] : [`p50 ${formatMs(latency.p50Ms)} p99 ${formatMs(latency.p99Ms)}`]),
    `${formatCount(errors)} errors`,
    ...known(sample?.cpuShare, (share) => `CPU ${Math.round(100 * share)} %`),
    ...known(sample?.rssBytes, formatBytes),
    `${formatCount(counts.outstanding)} waiting`,
    ...(sample === null ? [] : [`loop ${formatMs(sample.loopDelayMaxMs)}`]),
    ...known(sample?.openFiles, (files) => `${formatCount(files)} files`),
  ];
}

/** Nothing for what the system does not tell. */
function known(value: number | null | undefined, format: (value: number) => string): string[] {
  return value === null || value === undefined ? [] : [format(value)];
}

/** `0.42 ms`, `12 ms`, `1,234 ms`. */
export function formatMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(2) : formatCount(ms)} ms`;
}
