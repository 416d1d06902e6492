import type { StressResult } from '../../harness/stress/result.js';
import { formatCount, formatDuration } from '../numbers.js';
import type { Styles } from '../styles.js';
import { alignColumns } from '../table.js';
import { formatMs } from './line.js';

/** The verdicts, a line each, with what was measured; then what else is worth knowing, and in the end whether it holds. */
export function formatStress(result: StressResult, { bold, dim }: Styles): string {
  const { criteria, counts, latency, calls, chaos, failures } = result;
  const rows = criteria.map(({ verdict, criterion, measured, required }) => [verdict, criterion, measured, required]);
  const table = alignColumns([['verdict', 'criterion', 'measured', 'required'], ...rows], Array(4).fill('left'));
  const notes = criteria.flatMap(({ criterion, note }) => (note === undefined ? [] : [`${criterion}: ${note}`]));
  const facts = [
    `${formatCount(counts.arrived)} arrivals in ${formatDuration(result.arrivalSeconds)}, ${formatCount(counts.endedWell)} ended well`,
    latency === null
      ? 'no document ended well, so there are no latencies'
      : `from due to done: p50 ${formatMs(latency.p50Ms)}, p95 ${formatMs(latency.p95Ms)}, p99 ${formatMs(latency.p99Ms)}, at most ${formatMs(latency.maxMs)}`,
    ...Object.entries(failures).map(([code, times]) => `${code}: ${formatCount(times)}`),
    ...(calls === null ? [] : [`${formatCount(calls.calls)} calls, ${formatCount(calls.retries)} of them retries`]),
    ...(chaos.length === 0 ? [] : [`${formatCount(chaos.length)} disturbances`]),
  ];
  const [head = '', ...lines] = table;
  const end = result.holds ? 'it holds' : 'it does not hold: not all criteria are met';
  return `${[dim(head), ...lines, ...notes.map(dim), ...facts, bold(end)].join('\n')}\n`;
}
