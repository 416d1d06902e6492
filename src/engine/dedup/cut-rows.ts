import { KEPT_TEXT_WORDS, REJECTED_BEFORE, ROW_END } from '../../workers/kept-texts.js';
import type { LineIds, RejectedRows } from '../../workers/protocol.js';

/** A kept row that is to be taken out. */
export interface Cut {
  /** Its position among the kept rows. */
  readonly row: number;
  /** What is added to it, behind its last field. */
  readonly field: Uint8Array;
}

/** The rows of one batch: those that are kept and, if they are written, those that are rejected. */
export interface BatchRows {
  readonly kept: RejectedRows;
  readonly rejected: RejectedRows | undefined;
}

/**
 * Moves rows from those that are kept to those that are rejected, if these are written; both stay in the order of the input.
 *
 * The slab of the kept rows is changed in place; rejected rows get a slab of their own.
 *
 * @param places - `KeptTexts.rows`, which say where each row is.
 * @param cuts - in ascending order, at least one.
 */
export function cutRows({ kept, rejected }: BatchRows, places: Uint32Array, cuts: readonly Cut[]): BatchRows {
  const from = new RowsReader(kept);
  const left = new RowsCopy(kept.slab);
  const fromRejected = rejected && new RowsReader(rejected);
  const merged = rejected && new RowsCopy(new ArrayBuffer(rejected.slabBytes + bytesOf(cuts, places)));
  for (const { row, field } of cuts) {
    from.copyTo(left, row === 0 ? 0 : endOf(places, row - 1));
    const end = endOf(places, row);
    if (merged !== undefined) {
      fromRejected?.copyTo(merged, places[row * KEPT_TEXT_WORDS + REJECTED_BEFORE]!);
      from.copyTo(merged, from.lastBraceBefore(end));
      merged.append(field);
      from.copyTo(merged, end);
    }
    from.skipTo(end);
  }
  from.copyTo(left, kept.slabBytes);
  if (merged !== undefined && rejected !== undefined) fromRejected?.copyTo(merged, rejected.slabBytes);
  return { kept: left.rows(), rejected: merged?.rows() };
}

function endOf(places: Uint32Array, row: number): number {
  return places[row * KEPT_TEXT_WORDS + ROW_END]!;
}

function bytesOf(cuts: readonly Cut[], places: Uint32Array): number {
  return cuts.reduce((sum, { row, field }) => {
    const start = row === 0 ? 0 : endOf(places, row - 1);
    return sum + endOf(places, row) - start + field.length;
  }, 0);
}

const CLOSE_BRACE = 0x7d;

/** Reads rows from front to back, with the places where line numbers are missing. */
class RowsReader {
  readonly #bytes: Uint8Array;
  readonly #lineIds: LineIds;
  #at = 0;
  #nextId = 0;

  constructor({ slab, slabBytes, lineIds }: RejectedRows) {
    this.#bytes = new Uint8Array(slab, 0, slabBytes);
    this.#lineIds = lineIds;
  }

  copyTo(copy: RowsCopy, end: number): void {
    const shift = copy.append(this.#bytes.subarray(this.#at, end)) - this.#at;
    for (; this.#hasIdBefore(end); this.#nextId += 2) {
      copy.addLineId(this.#lineIds[this.#nextId]! + shift, this.#lineIds[this.#nextId + 1]!);
    }
    this.#at = end;
  }

  skipTo(end: number): void {
    while (this.#hasIdBefore(end)) this.#nextId += 2;
    this.#at = end;
  }

  /** Where the object of a row ends; behind it is nothing but white space. */
  lastBraceBefore(end: number): number {
    return this.#bytes.lastIndexOf(CLOSE_BRACE, end - 1);
  }

  #hasIdBefore(end: number): boolean {
    return this.#nextId < this.#lineIds.length && this.#lineIds[this.#nextId]! < end;
  }
}

/** Rows put one behind the other; in the slab that they are read from as well, where they only move to the front. */
class RowsCopy {
  readonly #slab: ArrayBuffer;
  readonly #lineIds: number[] = [];
  #length = 0;

  constructor(slab: ArrayBuffer) {
    this.#slab = slab;
  }

  /** Returns where the bytes are now. */
  append(bytes: Uint8Array): number {
    const start = this.#length;
    new Uint8Array(this.#slab).set(bytes, start);
    this.#length += bytes.length;
    return start;
  }

  addLineId(offset: number, line: number): void {
    this.#lineIds.push(offset, line);
  }

  rows(): RejectedRows {
    return { slab: this.#slab, slabBytes: this.#length, lineIds: Uint32Array.from(this.#lineIds) };
  }
}
