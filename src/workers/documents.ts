import { UNIT_BYTES } from './kernel-host.js';
import type { KernelSlot } from './kernel-slot.js';
import type { ProgressRow } from './progress.js';
import type { DocumentFailure, DocumentsRequest, DocumentsResponse } from './protocol.js';
import { lengthsOf, textsStart } from './slab.js';

/** Scores the texts of a slab and puts a report of doubles for each in their place. */
export function scoreDocuments(request: DocumentsRequest, slot: KernelSlot, progress: ProgressRow): DocumentsResponse {
  const failures: DocumentFailure[] = [];
  const passedOver = new Set(request.condemned);
  while (true) {
    const stop = scoreAll(request, passedOver, slot, progress);
    if (stop === undefined) return answer(request, failures);
    if (stop.index === WHOLE_BATCH) return answer(request, failAll(request, stop));
    failures.push(stop);
    passedOver.add(stop.index);
  }
}

function answer({ slab }: DocumentsRequest, failures: readonly DocumentFailure[]): DocumentsResponse {
  return { kind: 'documents', slab, failures, objections: [] };
}

/** Index of a failure that is no document's: there is no memory for the batch itself. */
const WHOLE_BATCH = -1;

/** Scores all documents but those passed over. If the kernel traps, nothing is kept, and where it did is returned. */
function scoreAll(
  { slab, slabBytes, documentCount }: DocumentsRequest,
  passedOver: ReadonlySet<number>,
  slot: KernelSlot,
  progress: ProgressRow,
): DocumentFailure | undefined {
  const { kernel } = slot;
  const texts = new Uint8Array(slab, textsStart(documentCount), slabBytes - textsStart(documentCount));
  const lengths = lengthsOf(slab, documentCount);
  const reportBytes = documentCount * kernel.reportBytes;
  let index = WHOLE_BATCH;
  try {
    let text = kernel.layOut(texts.length, reportBytes);
    const output = kernel.outputAddress;
    kernel.bytes.set(texts, text);
    for (index = 0; index < documentCount; index++) {
      const length = lengths[index] ?? 0;
      progress.atDocument(index);
      if (!passedOver.has(index)) kernel.exports.scoreUnits(text, length, output + index * kernel.reportBytes);
      text += length * UNIT_BYTES;
    }
    new Uint8Array(slab).set(kernel.bytes.subarray(output, output + reportBytes));
    return undefined;
  } catch (thrown) {
    return { index, error: slot.trapped(thrown) };
  }
}

function failAll({ documentCount }: DocumentsRequest, { error }: DocumentFailure): DocumentFailure[] {
  return Array.from({ length: documentCount }, (_, index) => ({ index, error }));
}
