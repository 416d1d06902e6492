import { randomInt } from 'node:crypto';
import type { DocumentId } from '../../core/document.js';
import { MillraceError } from '../../core/errors.js';
import { DOCUMENT_DEPENDENCIES_MAX, tooManyDependencies } from '../graph/document-dependencies.js';
import { CsrBuilder, type Csr } from '../graph/csr.js';
import { integers, offsets } from './column.js';
import { IdTable } from './id-table.js';

/** Bytes for the rows of a run and their ids; a row with an id of 10 bytes and one dependency takes 50 to 70. */
export const DEPENDENCY_BYTES_MAX = 2 ** 31;

const NO_ID = 2 ** 32 - 1;

/** A failure that a row has by itself. */
export interface OwnFailure {
  readonly error: MillraceError;
  /** Whether the row is not to be scored, since scoring would not find this failure. */
  readonly isPassedOver: boolean;
}

/** A stretch of an input, from which reading can go on. */
export interface Block {
  /** Its first row, counted over all inputs, and within its own. */
  readonly row: number;
  readonly ordinal: number;
  readonly input: number;
  readonly position: number;
  /** Lines of the input before it. */
  readonly lines: number;
  /** Bytes of all inputs before it. */
  readonly bytesBefore: number;
}

/** What is known of the rows of a run before they are scored, in input order: where each is, its id and what it depends on. */
export class RowTable {
  readonly ids = new IdTable(randomInt(2 ** 32));
  /** The different failures of rows, which are few. */
  readonly failures: OwnFailure[] = [];
  readonly #failureNumbers = new Map<string, number>();
  readonly #failedRows = integers();
  readonly #failedWith = integers();
  /** In which the rows were read, one behind the other. */
  readonly blocks: Block[] = [];
  #inputBytes = 0;
  /** Ordinal of the first row of each input. */
  readonly #starts: number[] = [];
  readonly #positions = offsets();
  readonly #rowIds = integers();
  /** Ids that rows depend on, one row's behind the other's, and where they end. */
  #dependencies = integers();
  #ends = integers();
  readonly #bytesMax: number;

  constructor(bytesMax = DEPENDENCY_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  get rows(): number {
    return this.#positions.length;
  }

  beginInput(): void {
    this.#starts.push(this.rows);
  }

  /** The rows that follow are of one block. */
  beginBlock(position: number, lines: number, bytes: number): void {
    const input = this.#starts.length - 1;
    const ordinal = this.rows - (this.#starts[input] ?? 0);
    this.blocks.push({ row: this.rows, ordinal, input, position, lines, bytesBefore: this.#inputBytes });
    this.#inputBytes += bytes;
  }

  /** Index of the block that holds a row. */
  blockAt(row: number): number {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.blocks[middle]!.row <= row) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Bytes of all inputs before the block of a row; all there are when there is no such row. */
  bytesBefore(row: number): number {
    if (row >= this.rows) return this.#inputBytes;
    return this.blocks[this.blockAt(row)]!.bytesBefore;
  }

  /** @param position - where the row is in its input: a byte, or the ordinal of a text file. */
  add(position: number, id: DocumentId | undefined, dependsOn: readonly DocumentId[]): void {
    this.#positions.push(position);
    this.#rowIds.push(id === undefined ? NO_ID : this.ids.intern(id));
    for (const each of dependsOn) this.#dependencies.push(this.ids.intern(each));
    this.#ends.push(this.#dependencies.length);
  }

  /** The row that was added last fails by itself. */
  fail(error: MillraceError, isPassedOver: boolean): void {
    this.#failedRows.push(this.rows - 1);
    this.#failedWith.push(this.failureNumber(error, isPassedOver));
  }

  /** Index in `failures`; the same for failures that are the same. */
  failureNumber(error: MillraceError, isPassedOver: boolean): number {
    const key = `${isPassedOver} ${error.code} ${error.message}`;
    let number = this.#failureNumbers.get(key);
    if (number === undefined) {
      number = this.failures.push({ error, isPassedOver }) - 1;
      this.#failureNumbers.set(key, number);
    }
    return number;
  }

  /** @throws MillraceError `ERR_OPTION_RANGE` when the rows take more than they may. */
  checkBytes(): void {
    const columns = [this.#positions, this.#rowIds, this.#dependencies, this.#ends, this.#failedRows, this.#failedWith];
    const bytes = this.ids.bytes + columns.reduce((sum, column) => sum + column.bytes, 0);
    if (bytes <= this.#bytesMax) return;
    const message = `dependsOnField needs ${bytes} bytes for the first ${this.rows} documents of the run`;
    throw new MillraceError('ERR_OPTION_RANGE', `${message}, and may take ${this.#bytesMax}; split the input`);
  }

  /** Rows with failures of their own, and the numbers of these. */
  *failed(): Generator<readonly [row: number, failure: number]> {
    for (let at = 0; at < this.#failedRows.length; at++) yield [this.#failedRows.at(at), this.#failedWith.at(at)];
  }

  idOf(row: number): DocumentId | undefined {
    const id = this.#rowIds.at(row);
    return id === NO_ID ? undefined : this.ids.idOf(id);
  }

  inputOf(row: number): number {
    return this.#starts.findLastIndex((start) => start <= row);
  }

  /** The first row of an input at a position or behind it. */
  rowAt(input: number, position: number): number {
    let low = this.#starts[input] ?? 0;
    let high = this.#starts[input + 1] ?? this.rows;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#positions.at(middle) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * The dependencies as a graph of rows, a repeated id standing for all that have it. The table lets go of them.
   *
   * @param missing - is told each row that depends on ids that no row has, with the number of the first.
   * @throws MillraceError `ERR_OPTION_RANGE` when there are more than `DOCUMENT_DEPENDENCIES_MAX` edges.
   */
  takeGraph(missing: (row: number, id: number) => void): Csr {
    const { offsets: first, targets: rows } = this.#rowsById();
    const builder = new CsrBuilder(this.rows);
    let edges = 0;
    for (let row = 0, at = 0; row < this.rows; row++) {
      let isWhole = true;
      for (; at < this.#ends.at(row); at++) {
        const id = this.#dependencies.at(at);
        const count = first[id + 1]! - first[id]!;
        if (count === 0 && isWhole) {
          missing(row, id);
          isWhole = false;
        }
        edges += count;
        if (edges > DOCUMENT_DEPENDENCIES_MAX) throw tooManyDependencies();
        for (let each = first[id]!; each < first[id + 1]!; each++) builder.add(rows[each]!);
      }
      builder.endNode();
    }
    this.#dependencies = integers();
    this.#ends = integers();
    return builder.build();
  }

  /** For each id the rows that have it: counted, summed up, put in place. */
  #rowsById(): Pick<Csr, 'offsets' | 'targets'> {
    const first = new Uint32Array(this.ids.size + 1);
    const targets = new Uint32Array(this.rows);
    for (let row = 0; row < this.rows; row++) {
      const id = this.#rowIds.at(row);
      if (id !== NO_ID) first[id + 1]!++;
    }
    for (let id = 0; id < this.ids.size; id++) first[id + 1]! += first[id]!;
    const next = first.slice();
    for (let row = 0; row < this.rows; row++) {
      const id = this.#rowIds.at(row);
      if (id !== NO_ID) targets[next[id]!++] = row;
    }
    return { offsets: first, targets };
  }
}
