import { closeSync, openSync } from 'node:fs';
import { MillraceError, isMillraceError, messageOf, toWireError, type WireError } from '../core/errors.js';
import type { Kernel } from './kernel-host.js';
import { isTrap, type KernelSlot } from './kernel-slot.js';
import { NO_MORE_ROWS, OUTPUT_FULL, SKIPPED } from './kernel/row-outcomes.js';
import type { ProgressRow } from './progress.js';
import type { LinesRequest, RowFailure, RowsResponse } from './protocol.js';
import { roomForLines, takeBlock } from './line-room.js';
import { readRange, type Span } from './range.js';
import { rowError, rowId } from './row-errors.js';
import { configureRows } from './row-settings.js';
import { RowWriter, isKept, isScored, lacksId } from './row-writer.js';

/** A range is read in pieces of this size, which are still in the cache when they are scored. */
const PIECE_BYTES = 256 * 1024;

/** Scores lines of JSON, from the bytes of a file to the bytes of the output. */
export function scoreLines(request: LinesRequest, slot: KernelSlot, progress: ProgressRow): RowsResponse {
  const trapped = new Map<number, WireError>();
  while (true) {
    const rows = new Rows(request, slot, trapped);
    try {
      rows.score(progress);
      return rows.response(undefined);
    } catch (thrown) {
      if (!isTrap(thrown)) return rows.response(unreadable(request, thrown));
      const error = slot.trapped(thrown);
      if (trapped.has(rows.index)) return rows.response(error); // it is not the row: there is no memory at all
      trapped.set(rows.index, error);
    }
  }
}

/** One pass over the rows of a request with one kernel. */
class Rows {
  readonly #request: LinesRequest;
  readonly #slot: KernelSlot;
  readonly #kernel: Kernel;
  readonly #writer: RowWriter;
  readonly #trapped: ReadonlyMap<number, WireError>;
  readonly #passedOver: ReadonlySet<number>;
  readonly #failures: RowFailure[] = [];
  /** Lines and text bytes of the pieces that are done with. */
  #lines = 0;
  #bytes = 0;
  /** Position in the request of the row that is being scored. */
  index = 0;

  constructor(request: LinesRequest, slot: KernelSlot, trapped: ReadonlyMap<number, WireError>) {
    this.#request = request;
    this.#slot = slot;
    this.#kernel = slot.kernel;
    this.#writer = new RowWriter(request.slab, request.settings, slot, request.tally);
    this.#trapped = trapped;
    this.#passedOver = new Set([...request.condemned, ...trapped.keys()]);
  }

  /** Scores piece by piece. Throws when the kernel traps, at the row `index`, and when the input cannot be read. */
  score(progress: ProgressRow): void {
    const { from, start, end, settings } = this.#request;
    if (typeof from !== 'string') {
      this.#scoreSpan(takeBlock(this.#kernel, this.#request, { data: from, start }), progress);
      return;
    }
    const file = openSync(from, 'r');
    try {
      for (let at = start; at < end; at += PIECE_BYTES) {
        const piece = { path: from, start: at, end: Math.min(at + PIECE_BYTES, end) };
        const limits = { lineBytesMax: settings.lineBytesMax, room: this.#room };
        this.#scoreSpan(readRange(file, this.#kernel, { ...piece, ...limits }), progress);
      }
    } finally {
      closeSync(file);
    }
  }

  response(inputError: WireError | undefined): RowsResponse {
    return {
      kind: 'rows',
      ...this.#writer.response(),
      failures: this.#failures,
      documents: this.index,
      lines: this.#lines,
      bytes: this.#bytes,
      inputError,
    };
  }

  /** Scores the lines of a span row by row. */
  #scoreSpan({ start, end }: Span, progress: ProgressRow): void {
    const { settings, source } = this.#request;
    const kernel = this.#kernel;
    const { exports } = kernel;
    const { tally } = this.#writer;
    configureRows(kernel, settings, source, this.#slot.cache);
    exports.startLines(start, end);
    tally?.start();
    while (true) {
      progress.atDocument(this.index);
      const outcome = this.#writer.finish(exports.nextRow(this.#passedOver.has(this.index) ? 1 : 0), kernel);
      if (outcome === NO_MORE_ROWS) break;
      if (outcome === OUTPUT_FULL) {
        this.#writer.gather(kernel);
        continue;
      }
      if (lacksId(outcome)) this.#writer.noteLineId(outcome, this.#lines + exports.rowLine(), kernel);
      else if (outcome === SKIPPED) this.#fail(this.#trapped.get(this.index) ?? CONDEMNED, undefined);
      else if (!isScored(outcome)) this.#fail(rowError(outcome, kernel, settings), rowId(outcome, kernel));
      if (tally !== undefined && isScored(outcome)) {
        tally.add(outcome, kernel, this.index, this.#lines + exports.rowLine());
      }
      if (this.#writer.tellsKept && isKept(outcome)) this.#writer.tellKept(kernel, this.#lines + exports.rowLine());
      this.index++;
    }
    this.#writer.gather(kernel);
    this.#lines += exports.rowLine();
    this.#bytes += exports.textBytesScored();
  }

  readonly #room = (bytes: number): number => roomForLines(this.#kernel, this.#request, bytes);

  #fail(error: WireError, id: string | number | undefined): void {
    this.#failures.push({ index: this.index, line: this.#lines + this.#kernel.exports.rowLine(), id, error });
  }
}

/** The main thread knows how the workers ended and puts its own message in place of this one. */
const CONDEMNED: WireError = { code: 'ERR_WORKER_CRASHED', message: 'the document ended two workers' };

/** The failure of a whole input. */
export function unreadable({ source }: Pick<LinesRequest, 'source'>, thrown: unknown): WireError {
  if (isMillraceError(thrown)) return toWireError(thrown);
  return toWireError(new MillraceError('ERR_INPUT_UNREADABLE', `${source} cannot be read: ${messageOf(thrown)}`));
}
