import type { Document } from '../../core/document.js';
import { costOf } from './documents-batch.js';

/** Documents at most in a batch: their reports come back in the slab, and a document of no bytes has one as well. */
export const BATCH_DOCUMENTS_MAX = 8192;

/** Batches that each worker should have at least, so that all end at about the same time. */
const BATCHES_PER_WORKER = 4;

/** Smaller batches would cost more to hand over than to score. */
const BATCH_BYTES_MIN = 16 * 1024;

/** A run of documents: [from, to), and their size. */
export interface Cut {
  readonly from: number;
  readonly to: number;
  readonly costBytes: number;
}

/** Cuts an array into batches of about `batchBytes`, or less where there is not enough for all workers. */
export function cutBatches(documents: readonly Document[], batchBytes: number, workers: number): Cut[] {
  const targetBytes = Math.min(batchBytes, fairBytes(documents, batchBytes, workers));
  const cuts: Cut[] = [];
  let from = 0;
  let costBytes = 0;
  for (let to = 0; to < documents.length; to++) {
    const document = documents[to];
    const size = document === undefined ? 0 : costOf(document);
    if (to > from && (costBytes + size > targetBytes || to - from === BATCH_DOCUMENTS_MAX)) {
      cuts.push({ from, to, costBytes });
      from = to;
      costBytes = 0;
    }
    costBytes += size;
  }
  if (from < documents.length) cuts.push({ from, to: documents.length, costBytes });
  return cuts;
}

/** An equal share for all workers; where there is plenty for all, no more than that is found out. */
function fairBytes(documents: readonly Document[], batchBytes: number, workers: number): number {
  const shares = workers * BATCHES_PER_WORKER;
  let total = 0;
  for (const document of documents) {
    total += costOf(document);
    if (total >= shares * batchBytes) return batchBytes;
  }
  return Math.max(Math.ceil(total / shares), BATCH_BYTES_MIN);
}
