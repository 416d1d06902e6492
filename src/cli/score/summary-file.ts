import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';

import type { RunSummary } from '../../engine/score-files-options.js';
import { outputError } from '../../io/fs-errors.js';
import { hitRatioOf } from './hit-ratio.js';
import { speedOf } from './speed.js';

/**
 * Writes the summary of a run as JSON.
 *
 * @throws MillraceError `ERR_OUTPUT_UNWRITABLE` naming the file.
 */
export async function writeSummaryFile(path: string, summary: RunSummary): Promise<void> {
  await writeFile(path, `${JSON.stringify(toSummaryJson(summary), undefined, 2)}\n`).catch((thrown: unknown) => {
    throw outputError(path, thrown);
  });
}

/** The content of `--summary`; fields may be added, none is renamed. */
export function toSummaryJson(summary: RunSummary): object {
  return {
    schema: 1,
    command: 'score',
    documents: summary.documents,
    failed: summary.failed,
    rejected: summary.rejected,
    rejections: summary.rejections,
    unremembered: summary.unremembered,
    bytes: summary.bytes,
    seconds: summary.seconds,
    ...speedOf(summary),
    workers: summary.workers,
    cache: { ...summary.cache, hitRatio: hitRatioOf(summary.cache) },
    peakRssBytes: summary.peakRssBytes,
    inputBytes: summary.inputBytes,
    outputBytes: summary.outputBytes,
    resumedDocuments: summary.resumedDocuments,
    skippedFiles: summary.skippedFiles,
    restarts: summary.restarts,
    mainThreadUsPerDocument: summary.mainThreadUsPerDocument,
    output: summary.output ?? null,
    failedOutput: summary.failedOutput ?? null,
    rejectedOutput: summary.rejectedOutput ?? null,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? null,
  };
}
