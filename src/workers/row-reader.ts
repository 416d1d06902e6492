import type { DocumentId } from '../core/document.js';
import { fromWireError, type WireError } from '../core/errors.js';
import { isTrap, type KernelSlot } from './kernel-slot.js';
import { NO_MORE_ROWS, TEXT_READ } from './kernel/row-outcomes.js';
import { takeBlock, type LinesBlock } from './line-room.js';
import type { RowSettings } from './protocol.js';
import { rowError, rowId } from './row-errors.js';
import { configureRows } from './row-settings.js';

/** A row that is not blank, read and not scored. */
export type ReadRow = TextRow | UnreadRow | SkippedRow;

interface RowBase {
  /** Within its block, from 1. */
  readonly line: number;
  /** Undefined: the row has none. */
  readonly id: DocumentId | undefined;
}

export interface TextRow extends RowBase {
  readonly kind: 'text';
  /** Well-formed. */
  readonly text: string;
  /** UTF-8. */
  readonly bytes: number;
  /** Only when lines are kept. */
  readonly raw?: RowLine;
}

/** The line that a row was read from. Places are offsets in it. */
export interface RowLine {
  /** As they were, with a line feed behind them, in a buffer that is nobody else's. */
  readonly bytes: Buffer;
  /** What stands between the quotes of the text. */
  readonly textStart: number;
  readonly textEnd: number;
  /** The closing brace of the row. */
  readonly objectEnd: number;
}

export interface UnreadRow extends RowBase {
  readonly kind: 'unread';
  readonly error: WireError;
}

/** One that is not wanted: it was counted, and not looked at. */
export interface SkippedRow {
  readonly kind: 'skipped';
}

/** A block of lines of a source, which has a name. */
export interface SourceBlock extends LinesBlock {
  readonly source: string;
}

const LF = 0x0a;

const ALWAYS = (): boolean => true;
const SKIPPED_ROW: SkippedRow = Object.freeze({ kind: 'skipped' });

/** The kernel stops at every text and asks for its report; nobody answers. */
const ASK_ALWAYS = Object.freeze({ bytesMin: 0 });

/**
 * Reads lines of JSON as scoring reads them, by the same kernel: the same lines are rows, the same rows are refused in the same
 * words. What is read are the texts, which become strings; nothing is measured.
 */
export class RowReader {
  readonly #settings: RowSettings;
  readonly #slot: KernelSlot;
  readonly #keepsLines: boolean;

  /** @param keepsLines - whether texts come with the lines that they were read from. */
  constructor(settings: RowSettings, slot: KernelSlot, keepsLines = false) {
    this.#settings = settings;
    this.#slot = slot;
    this.#keepsLines = keepsLines;
  }

  /**
   * The rows of a block, and how many lines it has. A row at which the kernel runs out of memory is unread.
   *
   * @param isWanted - whether to read a row, by its index in the block; others are skipped.
   * @throws MillraceError `ERR_OUT_OF_MEMORY` when there is none for the block at all.
   */
  read(
    block: SourceBlock,
    isWanted: (index: number) => boolean = ALWAYS,
  ): { readonly rows: ReadRow[]; readonly lines: number } {
    const rows: ReadRow[] = [];
    let trapped: { readonly index: number; readonly error: WireError } | undefined;
    while (true) {
      try {
        return { rows, lines: this.#readOn(block, rows, isWanted, trapped?.error) };
      } catch (thrown) {
        if (!isTrap(thrown)) throw thrown;
        const error = this.#slot.trapped(thrown);
        if (trapped?.index === rows.length) throw fromWireError(error); // it is not the row
        trapped = { index: rows.length, error };
      }
    }
  }

  /** How many rows `read` would return. @throws MillraceError `ERR_OUT_OF_MEMORY`. */
  count(block: SourceBlock): number {
    try {
      const { exports } = this.#begin(block);
      let rows = 0;
      while (exports.nextRow(1) !== NO_MORE_ROWS) rows++;
      this.#slot.dropIfOutsized();
      return rows;
    } catch (thrown) {
      throw isTrap(thrown) ? fromWireError(this.#slot.trapped(thrown)) : thrown;
    }
  }

  /** Adds the rows behind those that are there. Returns the number of lines. @param failed - why the first of them is unread. */
  #readOn(
    block: SourceBlock,
    rows: ReadRow[],
    isWanted: (index: number) => boolean,
    failed: WireError | undefined,
  ): number {
    const kernel = this.#begin(block);
    const { exports } = kernel;
    for (let left = rows.length; left > 0; left--) exports.nextRow(1);
    if (failed !== undefined && exports.nextRow(1) !== NO_MORE_ROWS) {
      rows.push({ kind: 'unread', line: exports.rowLine(), id: undefined, error: failed });
    }
    for (;;) {
      const isSkipped = !isWanted(rows.length);
      const outcome = exports.nextRow(Number(isSkipped));
      if (outcome === NO_MORE_ROWS) break;
      if (isSkipped) {
        rows.push(SKIPPED_ROW);
        continue;
      }
      const place = { line: exports.rowLine(), id: rowId(outcome, kernel) };
      if (outcome === TEXT_READ) rows.push({ kind: 'text', ...place, ...this.#text() });
      else rows.push({ kind: 'unread', ...place, error: rowError(outcome, kernel, this.#settings) });
    }
    const lines = exports.rowLine();
    this.#slot.dropIfOutsized();
    return lines;
  }

  #begin(block: SourceBlock): KernelSlot['kernel'] {
    const { kernel } = this.#slot;
    const { start, end } = takeBlock(kernel, { settings: this.#settings, source: block.source }, block);
    configureRows(kernel, this.#settings, block.source, ASK_ALWAYS);
    kernel.exports.startLines(start, end);
    return kernel;
  }

  #text(): Pick<TextRow, 'text' | 'bytes' | 'raw'> {
    const { exports, bytes: memory } = this.#slot.kernel;
    const bytes = exports.textBytes() >>> 0;
    const text = Buffer.from(memory.buffer, exports.textAddress() >>> 0, bytes).toString('utf8');
    return this.#keepsLines ? { text, bytes, raw: this.#line() } : { text, bytes };
  }

  #line(): RowLine {
    const { exports, bytes: memory } = this.#slot.kernel;
    const start = exports.rowStart() >>> 0;
    const end = exports.rowEnd() >>> 0;
    const bytes = Buffer.allocUnsafe(end - start + 1);
    bytes.set(memory.subarray(start, end));
    bytes[end - start] = LF;
    return {
      bytes,
      textStart: (exports.getRowTextStart() >>> 0) - start,
      textEnd: (exports.getRowTextEnd() >>> 0) - start,
      objectEnd: (exports.getRowObjectEnd() >>> 0) - start,
    };
  }
}
