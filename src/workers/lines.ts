import { closeSync, openSync } from 'node:fs';
import { MillraceError, isMillraceError, messageOf, toWireError, type WireError } from '../core/errors.js';
import type { Kernel } from './kernel-host.js';
import type { KernelSlot } from './kernel-slot.js';
import { NO_MORE_ROWS, OUTPUT_FULL, SCORED, SCORED_WITHOUT_ID, SKIPPED } from './kernel/row-outcomes.js';
import { Output } from './output.js';
import type { ProgressRow } from './progress.js';
import type { LinesRequest, RowFailure, RowsResponse } from './protocol.js';
import { readRange, skipByteOrderMark, type Span } from './range.js';
import { rowError, rowId } from './row-errors.js';
import { configureRows, namesBytes, outputRoom, writeNames } from './row-settings.js';

/** Scores lines of JSON, from the bytes of a file to the bytes of the output. */
export function scoreLines(request: LinesRequest, slot: KernelSlot, progress: ProgressRow): RowsResponse {
  const trapped = new Map<number, WireError>();
  while (true) {
    const rows = new Rows(request, slot.kernel);
    try {
      rows.open();
    } catch (thrown) {
      return rows.response(unreadable(request, thrown));
    }
    try {
      rows.score(trapped, progress);
      return rows.response(undefined);
    } catch (thrown) {
      trapped.set(rows.index, slot.trapped(thrown));
    }
  }
}

/** One pass over the rows of a request with one kernel. */
class Rows {
  readonly #request: LinesRequest;
  readonly #kernel: Kernel;
  readonly #output: Output;
  readonly #lineIds: number[] = [];
  readonly #failures: RowFailure[] = [];
  /** Position in the request of the row that is being scored. */
  index = 0;

  constructor(request: LinesRequest, kernel: Kernel) {
    this.#request = request;
    this.#kernel = kernel;
    this.#output = new Output(request.slab);
  }

  /** Brings the lines into the kernel's memory. */
  open(): void {
    const { settings, source } = this.#request;
    const { start, end } = this.#read();
    configureRows(this.#kernel, settings, source);
    this.#kernel.exports.startLines(start, end);
  }

  /** Scores row by row; throws when the kernel traps, at the row `index`. */
  score(trapped: ReadonlyMap<number, WireError>, progress: ProgressRow): void {
    const { condemned, settings } = this.#request;
    const kernel = this.#kernel;
    const passedOver = new Set([...condemned, ...trapped.keys()]);
    while (true) {
      progress.atDocument(this.index);
      const outcome = kernel.exports.nextRow(passedOver.has(this.index) ? 1 : 0);
      if (outcome === NO_MORE_ROWS) break;
      if (outcome === OUTPUT_FULL) {
        this.#output.gather(kernel);
        continue;
      }
      if (outcome === SCORED_WITHOUT_ID) this.#noteLineId();
      else if (outcome === SKIPPED) this.#passOver(trapped);
      else if (outcome !== SCORED) this.#fail(rowError(outcome, kernel, settings), rowId(outcome, kernel));
      this.index++;
    }
    this.#output.gather(kernel);
  }

  response(inputError: WireError | undefined): RowsResponse {
    const { exports } = this.#kernel;
    return {
      kind: 'rows',
      slab: this.#output.slab,
      slabBytes: this.#output.length,
      lineIds: Uint32Array.from(this.#lineIds),
      failures: this.#failures,
      documents: this.index,
      lines: inputError === undefined ? exports.rowLine() : 0,
      bytes: inputError === undefined ? exports.textBytesScored() : 0,
      inputError,
    };
  }

  #read(): Span {
    const { from, start, end, settings, source } = this.#request;
    const kernel = this.#kernel;
    const names = namesBytes(settings, source);
    const room = (bytes: number): number => {
      const address = kernel.layOut(names + bytes, outputRoom(bytes, names));
      writeNames(kernel, settings, source);
      return address + names;
    };
    if (typeof from !== 'string') {
      const address = room(from.length);
      kernel.bytes.set(from, address);
      const dataEnd = address + from.length;
      return { start: start === 0 ? skipByteOrderMark(kernel, address, dataEnd) : address, end: dataEnd };
    }
    const file = openSync(from, 'r');
    try {
      return readRange(file, kernel, { path: from, start, end, lineBytesMax: settings.lineBytesMax, room });
    } finally {
      closeSync(file);
    }
  }

  #noteLineId(): void {
    const { exports } = this.#kernel;
    this.#lineIds.push(this.#output.positionOf(this.#kernel, exports.lineIdPosition()), exports.rowLine());
  }

  /** A row that ended two workers is reported by the main thread, one that made the kernel trap here. */
  #passOver(trapped: ReadonlyMap<number, WireError>): void {
    const error = trapped.get(this.index) ?? CONDEMNED;
    this.#fail(error, undefined);
  }

  #fail(error: WireError, id: string | number | undefined): void {
    this.#failures.push({ index: this.index, line: this.#kernel.exports.rowLine(), id, error });
  }
}

/** The main thread knows how the workers ended and puts its own message in place of this one. */
const CONDEMNED: WireError = { code: 'ERR_WORKER_CRASHED', message: 'the document ended two workers' };

function unreadable({ source }: LinesRequest, thrown: unknown): WireError {
  if (isMillraceError(thrown)) return toWireError(thrown);
  return toWireError(new MillraceError('ERR_INPUT_UNREADABLE', `${source} cannot be read: ${messageOf(thrown)}`));
}
