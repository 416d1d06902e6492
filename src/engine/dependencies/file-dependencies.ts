import type { DocumentId } from '../../core/document.js';
import { MillraceError, type WireError } from '../../core/errors.js';
import type { Chunk } from '../../io/chunk.js';
import type { Input } from '../../io/input.js';
import type { LateFailure, LateFailures } from '../../ledger/run.js';
import type { RowsResponse } from '../../workers/protocol.js';
import { RowFailures } from './row-failures.js';
import type { RowTable } from './row-table.js';

/** Documents that others depend on and that fail only while they are scored, each told in every record of the ledger. */
export const LATE_FAILURES_MAX = 1000;

/** A chunk that was scored, without the rows that were passed over. */
export interface ScoredRows {
  readonly chunk: Chunk;
  readonly response: RowsResponse;
  readonly condemned: ReadonlyMap<number, MillraceError>;
  /** Rows of the chunk that were not to be scored, by position. */
  readonly passedOver: readonly number[];
}

/**
 * Which rows of a run fail because of others.
 *
 * Almost all of it is known before the run. What is not is a row that ends its workers or, among text files, cannot be read: what
 * depends on it fails from there on. If some of that was written already, the run has to be repeated from its beginning with what
 * is known now, and `isStale` says so.
 */
export class FileDependencies {
  readonly #table: RowTable;
  readonly #failures: RowFailures;
  readonly #late: LateFailure[] = [];
  #isStale = false;

  /** @param late - what an interrupted run had found. */
  constructor(table: RowTable, inputs: readonly Input[], late: LateFailures | undefined) {
    this.#table = table;
    this.#failures = new RowFailures(table, inputs);
    for (const each of late?.failures ?? []) this.#addLate(each);
    this.#isStale = late?.isStale ?? false;
  }

  /** For the ledger; undefined when nothing failed late. */
  get late(): LateFailures | undefined {
    if (this.#late.length === 0) return undefined;
    return { failures: [...this.#late], isStale: this.#isStale };
  }

  /** Whether a row was written that fails, as was found out later. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** The run is repeated from its beginning: nothing is written. */
  restart(): void {
    this.#isStale = false;
  }

  /** The rows of a chunk that are not to be scored, by position. */
  passedOver(chunk: Chunk): number[] {
    const { first, end } = this.#rowsOf(chunk);
    const positions: number[] = [];
    for (let row = first; row < end; row++) if (this.#failures.isPassedOver(row)) positions.push(row - first);
    return positions;
  }

  /**
   * Takes note of what failed in a chunk that is to be written next. Returns whether it holds a row that fails because of others,
   * as is known now: then it has to be scored again.
   *
   * @throws MillraceError `ERR_INPUT_UNREADABLE` when the input is not as it was; `ERR_OPTION_RANGE` when more than
   * `LATE_FAILURES_MAX` documents have failed late.
   */
  isOutdatedBy({ chunk, response, condemned, passedOver }: ScoredRows): boolean {
    const { first, end } = this.#rowsOf(chunk);
    const { failures, documents, inputError } = response;
    if (inputError === undefined && documents !== end - first) throw changed(chunk.source);
    for (const { index, error } of failures) this.#noteLate(first + index, condemned.get(index) ?? error, first);
    if (inputError !== undefined) {
      for (let row = first + documents; row < end; row++) this.#noteLate(row, inputError, first);
    }
    const settled = new Set([...passedOver, ...failures.map(({ index }) => index)]);
    return this.passedOver(chunk).some((position) => position < documents && !settled.has(position));
  }

  /**
   * An input broke off at a position, as it did when it was read for the first time.
   *
   * @throws MillraceError `ERR_INPUT_UNREADABLE` when there was more of it then.
   */
  checkEnd({ index, source }: Input, position: number): void {
    if (this.#table.rowAt(index, position) < this.#table.rowAt(index, Infinity)) throw changed(source);
  }

  /** Why a row that was passed over has failed. */
  errorOf(chunk: Chunk, position: number): MillraceError {
    return this.#failures.errorOf(this.#rowsOf(chunk).first + position);
  }

  idOf(chunk: Chunk, position: number): DocumentId | undefined {
    return this.#failures.idOf(this.#rowsOf(chunk).first + position);
  }

  #rowsOf({ input, start, end }: Chunk): { readonly first: number; readonly end: number } {
    return { first: this.#table.rowAt(input, start), end: this.#table.rowAt(input, end) };
  }

  /** @param written - the rows before this one are written. */
  #noteLate(row: number, { code, message }: Pick<WireError, 'code' | 'message'>, written: number): void {
    if (this.#failures.has(row) || !this.#failures.hasDependants(row)) return;
    const found = this.#addLate({ document: row, code, message });
    this.#isStale ||= found.some((each) => each < written);
  }

  /** Returns the rows that fail with it. */
  #addLate(failure: LateFailure): Uint32Array {
    const { document, code, message } = failure;
    if (this.#late.length === LATE_FAILURES_MAX) throw tooManyLate();
    if (document >= this.#table.rows) throw changed('of the run');
    this.#late.push(failure);
    return this.#failures.fail(document, new MillraceError(code, message));
  }
}

function changed(source: string): MillraceError {
  return new MillraceError('ERR_INPUT_UNREADABLE', `input ${source} was changed while the run read it`);
}

function tooManyLate(): MillraceError {
  const message = `with dependsOnField, documents that others depend on may end a worker ${LATE_FAILURES_MAX} times in a run`;
  return new MillraceError('ERR_OPTION_RANGE', `${message}, got more; find out why`);
}
