import * as codes from './kernel/json-codes.js';
import type { Kernel } from './kernel-host.js';
import type { KeptTexts } from './protocol.js';
import type { KernelSlot } from './kernel-slot.js';
import { TEXT_HASH_WORDS } from './text-hasher.js';

/*
 * A kept row as the main thread is told of it, so that it can cut the row out of the output again:
 *   │ digest and check of the text, 6 words │ end of the row in its slab │ rejected rows before it, bytes │ line │ bytes of its id │
 * The ids, raw JSON, stand one behind the other in bytes of their own.
 */
export const ROW_END = TEXT_HASH_WORDS;
export const REJECTED_BEFORE = TEXT_HASH_WORDS + 1;
/** Within the request, from 1; 0 for a text file. */
export const ROW_LINE = TEXT_HASH_WORDS + 2;
/** 0 for a row without an id: its line stands for it. */
export const ID_BYTES = TEXT_HASH_WORDS + 3;
export const KEPT_TEXT_WORDS = TEXT_HASH_WORDS + 4;

/** Ids up to this length are told; a document with a longer one is named by its line, as one without. */
const ID_BYTES_MAX = 1024;

const ROWS_FIRST = 512;
const IDS_FIRST = 16 * 1024;

/** Gathers what is told of the rows of one batch that are kept. */
export class KeptTextsList {
  readonly #slot: KernelSlot;
  #rows = new Uint32Array(ROWS_FIRST * KEPT_TEXT_WORDS);
  #rowsLength = 0;
  #ids = new Uint8Array(IDS_FIRST);
  #idsLength = 0;

  /** @param slot - asked for its hasher each time, which goes with the kernel. */
  constructor(slot: KernelSlot) {
    this.#slot = slot;
  }

  /**
   * Adds the row that the kernel has just written.
   *
   * @param fileId - raw JSON; undefined for a line, which has its own.
   */
  add(kernel: Kernel, row: KeptRow, fileId: Uint8Array | undefined): void {
    const { exports } = kernel;
    const at = this.#takeRow();
    const rows = this.#rows;
    this.#slot.hasher.hash(exports.textAddress() >>> 0, exports.textBytes() >>> 0, rows, at);
    rows[at + ROW_END] = row.end;
    rows[at + REJECTED_BEFORE] = row.rejectedBefore;
    rows[at + ROW_LINE] = row.line;
    rows[at + ID_BYTES] = fileId === undefined ? this.#addLineId(kernel) : this.#addId(fileId, 0, fileId.length);
  }

  list(): KeptTexts {
    return { rows: this.#rows.subarray(0, this.#rowsLength), ids: this.#ids.subarray(0, this.#idsLength) };
  }

  #takeRow(): number {
    if (this.#rowsLength === this.#rows.length) {
      const larger = new Uint32Array(2 * this.#rows.length);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    const at = this.#rowsLength;
    this.#rowsLength += KEPT_TEXT_WORDS;
    return at;
  }

  #addLineId(kernel: Kernel): number {
    const { exports, bytes } = kernel;
    if (exports.getRowIdKind() === codes.ID_NONE) return 0;
    return this.#addId(bytes, exports.getRowIdStart() >>> 0, exports.getRowIdEnd() >>> 0);
  }

  /** Copies the id byte by byte, which for some ten of them is faster than a call; returns how many there are now. */
  #addId(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > ID_BYTES_MAX) return 0;
    this.#makeRoom();
    const ids = this.#ids;
    const first = this.#idsLength;
    let to = first;
    let seen = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      seen |= byte;
      ids[to++] = byte;
    }
    this.#idsLength = seen < 0x80 ? to : this.#replaceIllFormed(first, to);
    return this.#idsLength - first;
  }

  /** The output is well-formed whatever came in; an ill-formed byte grows to three. */
  #replaceIllFormed(start: number, end: number): number {
    const text = decoder.decode(this.#ids.subarray(start, end));
    return start + encoder.encodeInto(text, this.#ids.subarray(start)).written;
  }

  #makeRoom(): void {
    if (this.#idsLength + 3 * ID_BYTES_MAX <= this.#ids.length) return;
    const larger = new Uint8Array(2 * this.#ids.length);
    larger.set(this.#ids);
    this.#ids = larger;
  }
}

/** Where a kept row stands in the output of its batch. */
export interface KeptRow {
  /** Bytes of kept rows up to its end. */
  readonly end: number;
  /** Bytes of rejected rows before it. */
  readonly rejectedBefore: number;
  /** Within the request, from 1; 0 for a text file. */
  readonly line: number;
}

/** A byte order mark is a character of an id like any other. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
