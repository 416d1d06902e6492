import { compileForRows } from './expression-row.js';
import { KeptTextsList } from './kept-texts.js';
import type { Kernel } from './kernel-host.js';
import type { KernelSlot } from './kernel-slot.js';
import { REJECTION_COUNT } from './kernel/rejections.js';
import {
  REJECTED,
  REJECTED_WITHOUT_ID,
  SCORED,
  SCORED_WITHOUT_ID,
  TEXT_READ,
  UNDECIDED,
} from './kernel/row-outcomes.js';
import { Output } from './output.js';
import { NO_CACHE_COUNTS } from './report-cache.js';
import type { RejectedRows, RowSettings, RowsResponse } from './protocol.js';
import type { TallyBounds } from './tally.js';
import { TallyCounter } from './tally-counter.js';

/** What is written of a batch: the rows that are kept, those that are rejected, how many of these for each reason, what is told. */
export class RowWriter {
  readonly kept: Output;
  /** Undefined: nobody asks what the documents are like. */
  readonly tally: TallyCounter | undefined;
  readonly #rejected: Output | undefined;
  readonly #rejections = new Uint32Array(REJECTION_COUNT);
  readonly #holds: ((rows: Float64Array, at: number) => boolean) | undefined;

  readonly #keptTexts: KeptTextsList | undefined;
  readonly #slot: KernelSlot;

  /** @param slot - the slot of the kernel that writes the rows. */
  constructor(
    slab: ArrayBuffer,
    { keepIf, keepsRejected, tellsKept }: RowSettings,
    slot: KernelSlot,
    tally?: TallyBounds,
  ) {
    this.tally = tally && new TallyCounter(tally);
    this.kept = new Output(slab);
    this.#slot = slot;
    this.#rejected = keepsRejected ? new Output(new ArrayBuffer(0)) : undefined;
    this.#holds = keepIf === undefined ? undefined : compileForRows(keepIf.node, slot.kernel.reportSlots);
    this.#keptTexts = tellsKept ? new KeptTextsList(slot) : undefined;
  }

  /** Takes a row on from where the kernel has stopped at it, and has it written; returns the outcome of all. */
  finish(stopped: number, kernel: Kernel): number {
    const outcome = stopped === TEXT_READ ? this.#report(kernel) : stopped;
    if (outcome !== UNDECIDED || this.#holds === undefined) return outcome;
    return kernel.exports.finishRow(this.#holds(kernel.report, 0) ? 1 : 0);
  }

  /** Has the text measured that the kernel has read, unless the cache has its report. */
  #report(kernel: Kernel): number {
    const { exports } = kernel;
    const { cache } = this.#slot;
    if (cache === undefined) return exports.measureRow();
    if (cache.find(exports.textAddress() >>> 0, exports.textBytes() >>> 0, kernel.report)) return exports.takeReport();
    const outcome = exports.measureRow();
    cache.store(kernel.report);
    return outcome;
  }

  /** Notes where the number of the line is missing in a row without an id. */
  noteLineId(outcome: number, line: number, kernel: Kernel): void {
    const position = kernel.exports.lineIdPosition() >>> 0;
    if (outcome === SCORED_WITHOUT_ID) this.kept.noteLineId(position - kernel.outputAddress, line);
    else this.#rejected?.noteLineId(position - kernel.rejectedAddress, line);
  }

  /** Whether `tellKept` is to be called. */
  get tellsKept(): boolean {
    return this.#keptTexts !== undefined;
  }

  /**
   * Tells the text of the row that the kernel has just written to the rows that are kept.
   *
   * @param line - its line within the request; 0 for a text file.
   * @param fileId - the raw id of a text file.
   */
  tellKept(kernel: Kernel, line: number, fileId?: Uint8Array): void {
    const { exports, outputAddress, rejectedAddress } = kernel;
    const end = this.kept.length + (exports.outputEnd() >>> 0) - outputAddress;
    const rejected = this.#rejected;
    const rejectedBefore =
      rejected === undefined ? 0 : rejected.length + (exports.rejectedOutputEnd() >>> 0) - rejectedAddress;
    this.#keptTexts?.add(kernel, { end, rejectedBefore, line }, fileId);
  }

  /** Empties the kernel's output. */
  gather(kernel: Kernel): void {
    const { exports, outputAddress, rejectedAddress } = kernel;
    this.kept.gather(kernel, outputAddress, exports.outputEnd() >>> 0);
    this.#rejected?.gather(kernel, rejectedAddress, exports.rejectedOutputEnd() >>> 0);
    exports.emptyOutput();
    kernel.takeRejections(this.#rejections);
  }

  /** The part of the response that this has gathered. */
  response(): Pick<
    RowsResponse,
    'slab' | 'slabBytes' | 'lineIds' | 'rejected' | 'rejections' | 'keptTexts' | 'cache' | 'tally'
  > {
    const { slab, length, lineIds } = this.kept;
    const rejected = rowsOf(this.#rejected);
    const keptTexts = this.#keptTexts?.list();
    return {
      slab,
      slabBytes: length,
      lineIds,
      rejected,
      rejections: this.#rejections,
      keptTexts,
      cache: this.#slot.cache?.takeCounts() ?? NO_CACHE_COUNTS,
      tally: this.tally?.tally(),
    };
  }
}

/** Whether the outcome is that of a row that was kept. */
export function isKept(outcome: number): boolean {
  return outcome === SCORED || outcome === SCORED_WITHOUT_ID;
}

/** Whether the outcome is that of a row that was scored, kept or not. */
export function isScored(outcome: number): boolean {
  return outcome === SCORED || outcome === REJECTED || lacksId(outcome);
}

/** Whether it is that of such a row without an id. */
export function lacksId(outcome: number): boolean {
  return outcome === SCORED_WITHOUT_ID || outcome === REJECTED_WITHOUT_ID;
}

function rowsOf(output: Output | undefined): RejectedRows | undefined {
  return output && { slab: output.slab, slabBytes: output.length, lineIds: output.lineIds };
}
