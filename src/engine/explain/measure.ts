import type { Document } from '../../core/document.js';
import { fromWireError } from '../../core/errors.js';
import type { MeasureSettings } from '../../core/measures.js';
import type { Report } from '../../core/report.js';
import { compileKernel } from '../../workers/kernel-host.js';
import { KernelSlot } from '../../workers/kernel-slot.js';
import { explainRow } from '../../workers/measure-row.js';
import { STATS_DECODER } from '../../workers/report-layout.js';
import { decodeParts, type PartValues } from '../../workers/report-parts.js';
import { idOf } from '../documents/documents-batch.js';

/** What the kernel says of one document. */
export interface Measured {
  /** With the statistics of the filters. */
  readonly report: Report;
  readonly parts: PartValues;
}

/** The kernel of the last call: an instance takes far longer to make than most documents, and settings rarely change. */
let kept: { readonly row: Float64Array; readonly slot: KernelSlot } | undefined;

/** @throws MillraceError `ERR_OUT_OF_MEMORY`. */
export function measure(document: Document, settings: MeasureSettings): Measured {
  const slot = slotFor(explainRow(settings));
  try {
    const row = slot.kernel.scoreText(document.text);
    const measured = { report: STATS_DECODER.decode(idOf(document, 0), row, 0), parts: decodeParts(row, 0) };
    slot.dropIfOutsized();
    return measured;
  } catch (thrown) {
    throw fromWireError(slot.trapped(thrown));
  }
}

function slotFor(row: Float64Array): KernelSlot {
  // A check that is switched off is NaN, which Object.is takes to be the same as itself.
  if (kept?.row.every((value, index) => Object.is(value, row[index])) !== true) {
    kept = { row, slot: new KernelSlot(compileKernel(), row) };
  }
  return kept.slot;
}
