import { move, transferableSymbol, valueSymbol } from 'piscina';
import { MillraceError } from '../core/errors.js';
import { compareVersions } from './comparison.js';
import { scoreDocuments } from './documents.js';
import { scoreFiles } from './files.js';
import { KernelSlot } from './kernel-slot.js';
import { scoreLines } from './lines.js';
import { ProgressRow } from './progress.js';
import type { DocumentsRequest, DocumentsResponse, EndRequest, Request, Response, TimedResponse } from './protocol.js';
import { takeReadMs } from './read-clock.js';
import type { ThreadServices } from './thread-services.js';
import type { WorkerData } from './worker-data.js';
import { Turns } from './turns.js';

/**
 * What a worker thread does: takes one batch after the other, each with the kernel of this thread; a batch's slab goes back with
 * its answer.
 *
 * @throws MillraceError `ERR_INTERNAL` when `data` is no `WorkerData`.
 */
export function createWorker(
  data: unknown,
  services?: ThreadServices,
): (request: Request | EndRequest) => Promise<unknown> {
  const { progress, kernel, measures } = parseWorkerData(data);
  const slot = new KernelSlot(kernel, measures, services);
  const turns = new Turns();
  return async (request) => {
    await turns.take();
    try {
      if (request.kind === 'end') return await services?.end?.();
      const startedAtMs = performance.now();
      const response = await score(request, slot, new ProgressRow(progress, request.slot), services);
      const busyMs = performance.now() - startedAtMs;
      return moveResponse({ ...response, busyMs, readMs: takeReadMs(), cacheMs: slot.takeCacheMs() });
    } finally {
      turns.pass();
    }
  };
}

async function score(
  request: Request,
  slot: KernelSlot,
  row: ProgressRow,
  services: ThreadServices | undefined,
): Promise<Response> {
  row.begin(request.batch);
  try {
    slot.dropIfOutsized();
    switch (request.kind) {
      case 'documents':
        return await compared(request, scoreDocuments(request, slot, row), row, services);
      case 'lines':
        return scoreLines(request, slot, row);
      case 'files':
        return scoreFiles(request, slot, row);
    }
  } finally {
    row.end();
  }
}

async function compared(
  request: DocumentsRequest,
  scored: DocumentsResponse,
  row: ProgressRow,
  services: ThreadServices | undefined,
): Promise<DocumentsResponse> {
  if (request.comparisons.length === 0) return scored;
  const compare = await services?.comparer?.();
  if (compare === undefined) throw new MillraceError('ERR_INTERNAL', 'the thread was given nothing that compares');
  return compareVersions(request, scored, compare, row);
}

function moveResponse(response: TimedResponse): unknown {
  return move({ [transferableSymbol]: buffersOf(response), [valueSymbol]: response });
}

function buffersOf(response: Response): ArrayBufferLike[] {
  if (response.kind !== 'rows') return [response.slab];
  const { slab, rejected, keptTexts } = response;
  return [slab, rejected?.slab, keptTexts?.rows.buffer, keptTexts?.ids.buffer].filter((buffer) => buffer !== undefined);
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
