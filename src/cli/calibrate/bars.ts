import type { Histogram } from '../../engine/calibrate/distribution.js';
import { formatShare, formatValue } from './numbers.js';

const EIGHTHS = '▁▂▃▄▅▆▇█';
const PARTS = ' ▏▎▍▌▋▊▉█';

/** A character a bucket, as high as its count: blank for none, and full for the most. */
export function sparkline({ counts }: Histogram): string {
  const most = Math.max(...counts, 1);
  return counts.map((count) => (count === 0 ? ' ' : EIGHTHS[Math.ceil((count / most) * EIGHTHS.length) - 1])).join('');
}

/** A line a bucket: where it begins, a bar, its share of all values. What lies outside has a line without a bar. */
export function wideHistogram({ edges, counts, below, above }: Histogram, width: number): string[] {
  const total = counts.reduce((sum, count) => sum + count, below + above);
  const most = Math.max(...counts, 1);
  const labels = edges.map(formatValue);
  const labelWidth = Math.max(...labels.map(({ length }) => length)) + 2;
  const barWidth = Math.max(width - labelWidth - 13, 10);
  const line = (label: string, bar: string, count: number): string =>
    `${label.padStart(labelWidth)} │${bar.padEnd(barWidth)} ${formatShare(count / total).padStart(8)}`.trimEnd();
  return [
    ...(below > 0 ? [line(`< ${labels[0] ?? ''}`, '', below)] : []),
    ...counts.map((count, bucket) => line(labels[bucket] ?? '', horizontalBar((count / most) * barWidth), count)),
    ...(above > 0 ? [line(`> ${labels.at(-1) ?? ''}`, '', above)] : []),
    `${' '.repeat(labelWidth)} └${'─'.repeat(barWidth)}`,
  ];
}

function horizontalBar(cells: number): string {
  const eighths = Math.round(cells * (PARTS.length - 1));
  const rest = eighths % (PARTS.length - 1);
  return '█'.repeat(Math.floor(eighths / (PARTS.length - 1))) + (rest === 0 ? '' : (PARTS[rest] ?? ''));
}
