/** A worker thread: takes one batch after the other, each with the kernel of this thread. */
import { workerData } from 'node:worker_threads';
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { MillraceError } from '../core/errors.js';
import { scoreDocuments } from './documents.js';
import { scoreFiles } from './files.js';
import { KernelSlot } from './kernel-slot.js';
import { scoreLines } from './lines.js';
import { ProgressRow } from './progress.js';
import type { Request, Response } from './protocol.js';
import type { WorkerData } from './worker-data.js';
import { Turns } from './turns.js';

const { progress, kernel, measures } = parseWorkerData(workerData);
const slot = new KernelSlot(kernel, measures);
const turns = new Turns();

/** Scores one batch; its slab goes back with the answer. */
export default async function handle(request: Request): Promise<unknown> {
  await turns.take();
  try {
    return moveResponse(score(request));
  } finally {
    turns.pass();
  }
}

function score(request: Request): Response {
  const row = new ProgressRow(progress, request.slot);
  row.begin(request.batch);
  try {
    slot.dropIfOutsized();
    switch (request.kind) {
      case 'documents':
        return scoreDocuments(request, slot, row);
      case 'lines':
        return scoreLines(request, slot, row);
      case 'files':
        return scoreFiles(request, slot, row);
    }
  } finally {
    row.end();
  }
}

function moveResponse(response: Response): unknown {
  const rejected = response.kind === 'rows' ? response.rejected : undefined;
  const slabs = rejected === undefined ? [response.slab] : [response.slab, rejected.slab];
  return move({ [transferableSymbol]: slabs, [valueSymbol]: response });
}

function parseWorkerData(data: unknown): WorkerData {
  if (typeof data === 'object' && data !== null && 'progress' in data && 'kernel' in data && 'measures' in data) {
    const { progress, kernel, measures } = data;
    const isSound =
      progress instanceof Int32Array && kernel instanceof WebAssembly.Module && measures instanceof Float64Array;
    if (isSound) return { progress, kernel, measures };
  }
  throw new MillraceError(
    'ERR_INTERNAL',
    'a worker was started without the kernel, its settings and the shared progress',
  );
}
