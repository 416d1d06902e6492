import { cpus } from 'node:os';
import type { CacheCounts } from '../workers/report-cache.js';
import { hitRatioOf } from './hit-ratio.js';
import { formatBytes, formatCount, formatCountOf, formatDuration, formatMegabytesPerSecond } from './numbers.js';
import { speedOf, type Work } from './speed.js';
import type { Styles } from './styles.js';

/** What every run that writes rows tells when it is done. */
export interface RunFacts extends Work {
  readonly failed: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly workers: number;
  readonly peakRssBytes: number;
  readonly output: string | undefined;
  readonly failedOutput: string | undefined;
  readonly skippedFiles: number;
  readonly mainThreadUsPerDocument: number;
  readonly cache: CacheCounts;
}

/** A line of a summary. */
export type Row = readonly [label: string, value: string];

/** A label and a value a line, the first value in bold. */
export function formatRows(rows: readonly Row[], { bold, dim }: Styles): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = rows.map(([label, value], index) => {
    return `${dim(label.padEnd(width))}  ${index === 0 ? bold(value) : value}\n`;
  });
  return lines.join('');
}

/** How much was done: what a summary begins with. */
export function documentRows({ documents, resumedDocuments }: RunFacts): readonly Row[] {
  const rows: Row[] = [['documents', formatCount(documents)]];
  if (resumedDocuments > 0) rows.push(['resumed', `${formatCount(resumedDocuments)} of them were done before`]);
  return rows;
}

/**
 * What became of the rest, how long it took, and where it is: what a summary ends with.
 *
 * @param restarts - times a worker was replaced.
 */
export function runRows(run: RunFacts, restarts = 0): readonly Row[] {
  const { failed, failedOutput, skippedFiles, output } = run;
  const { docsPerMinute, megabytesPerSecond } = speedOf(run);
  const rows: (Row | undefined)[] = [
    ['dead letters', formatCount(failed) + (failed > 0 && failedOutput !== undefined ? `, in ${failedOutput}` : '')],
    skippedFiles > 0 ? ['skipped', formatCountOf(skippedFiles, 'file')] : undefined,
    cacheRow(run),
    ['text', formatBytes(run.bytes)],
    ['time', formatDuration(run.seconds)],
    ['speed', `${formatCount(docsPerMinute)} documents/min, ${formatMegabytesPerSecond(megabytesPerSecond * 1e6)}`],
    ['workers', formatCount(run.workers) + (restarts > 0 ? `, replaced ${formatCount(restarts)} times` : '')],
    ['peak memory', formatBytes(run.peakRssBytes)],
    ['output', output ?? 'stdout'],
  ];
  return rows.filter((row) => row !== undefined);
}

/** Of what was looked for, how much was found, and where. */
function cacheRow({ cache }: RunFacts): Row | undefined {
  const ratio = hitRatioOf(cache);
  if (ratio === null) return undefined;
  const tiers = `${formatCount(cache.l1 + cache.l2)} in memory, ${formatCount(cache.l3)} on disk`;
  return [
    'cache',
    `${(100 * ratio).toFixed(1)} % of ${formatCount(cache.l1 + cache.l2 + cache.l3 + cache.miss)}: ${tiers}`,
  ];
}

/**
 * The content of `--summary`; fields may be added, none is renamed.
 *
 * @param own - what only this command tells.
 */
export function toSummaryJson(command: string, run: RunFacts, own: object): object {
  return {
    schema: 1,
    command,
    documents: run.documents,
    failed: run.failed,
    ...own,
    bytes: run.bytes,
    seconds: run.seconds,
    ...speedOf(run),
    workers: run.workers,
    cache: { ...run.cache, hitRatio: hitRatioOf(run.cache) },
    peakRssBytes: run.peakRssBytes,
    inputBytes: run.inputBytes,
    outputBytes: run.outputBytes,
    resumedDocuments: run.resumedDocuments,
    skippedFiles: run.skippedFiles,
    mainThreadUsPerDocument: run.mainThreadUsPerDocument,
    output: run.output ?? null,
    failedOutput: run.failedOutput ?? null,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? null,
  };
}
