import type { RunSummary } from '../../engine/score-files-options.js';
import { formatBytes, formatCount, formatDuration, formatMegabytesPerSecond } from '../numbers.js';
import type { Styles } from '../styles.js';
import { alignColumns } from '../table.js';
import { hitRatioOf } from './hit-ratio.js';
import { speedOf } from './speed.js';

type Row = readonly [label: string, value: string];

/** What is printed at the end of a run: a label and a value a line. */
export function formatSummary(summary: RunSummary, { bold, dim }: Styles): string {
  const rows = rowsOf(summary);
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value], index) => {
    return `${dim(label.padEnd(width))}  ${index === 0 ? bold(value) : value}\n`;
  });
  return lines.join('');
}

function rowsOf(summary: RunSummary): readonly Row[] {
  const { failed, failedOutput, resumedDocuments, skippedFiles, restarts, output, unremembered } = summary;
  const { docsPerMinute, megabytesPerSecond } = speedOf(summary);
  const rows: (Row | undefined)[] = [
    ['documents', formatCount(summary.documents)],
    resumedDocuments > 0 ? ['resumed', `${formatCount(resumedDocuments)} of them were done before`] : undefined,
    ...rejectedRows(summary),
    unremembered > 0 ? ['not remembered', `${formatCount(unremembered)}: --dedup-bytes was full`] : undefined,
    ['dead letters', formatCount(failed) + (failed > 0 && failedOutput !== undefined ? `, in ${failedOutput}` : '')],
    skippedFiles > 0 ? ['skipped', `${formatCount(skippedFiles)} ${skippedFiles === 1 ? 'file' : 'files'}`] : undefined,
    cacheRow(summary),
    ['text', formatBytes(summary.bytes)],
    ['time', formatDuration(summary.seconds)],
    ['speed', `${formatCount(docsPerMinute)} documents/min, ${formatMegabytesPerSecond(megabytesPerSecond * 1e6)}`],
    ['workers', formatCount(summary.workers) + (restarts > 0 ? `, replaced ${formatCount(restarts)} times` : '')],
    ['peak memory', formatBytes(summary.peakRssBytes)],
    ['output', output ?? 'stdout'],
  ];
  return rows.filter((row) => row !== undefined);
}

/** Of the documents that were looked for, how many were found, and where. */
function cacheRow({ cache }: RunSummary): Row | undefined {
  const ratio = hitRatioOf(cache);
  if (ratio === null) return undefined;
  const tiers = `${formatCount(cache.l1)} in memory, ${formatCount(cache.l3)} on disk`;
  return [
    'cache',
    `${(100 * ratio).toFixed(1)} % of ${formatCount(cache.l1 + cache.l2 + cache.l3 + cache.miss)}: ${tiers}`,
  ];
}

/** Reasons for rejection that are listed; of the others only the number is told. */
const REASONS_SHOWN_MAX = 10;

/** An expression may be long. */
const REASON_LENGTH_MAX = 60;

/** How many documents were rejected and where they are, and below it why: counts, and shares of those that were. */
function rejectedRows({ rejected, rejectedOutput, rejections }: RunSummary): readonly Row[] {
  if (rejected === 0 && rejectedOutput === undefined) return [];
  const reasons = rejections.slice(0, REASONS_SHOWN_MAX).map(({ filter, reason, documents }) => {
    return [`${filter} ${shorten(reason)}`, formatCount(documents), `${((100 * documents) / rejected).toFixed(1)} %`];
  });
  const lines = alignColumns(reasons, ['left', 'right', 'right']);
  if (rejections.length > REASONS_SHOWN_MAX) lines.push(`and ${rejections.length - REASONS_SHOWN_MAX} more`);
  const place = rejectedOutput === undefined ? '' : `, in ${rejectedOutput}`;
  return [['rejected', formatCount(rejected) + place], ...lines.map((line): Row => ['', line])];
}

function shorten(reason: string): string {
  const line = reason.replace(/\s+/g, ' ');
  return line.length > REASON_LENGTH_MAX ? `${line.slice(0, REASON_LENGTH_MAX)}…` : line;
}
