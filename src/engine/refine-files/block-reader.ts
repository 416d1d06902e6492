import { MillraceError } from '../../core/errors.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { Input } from '../../io/input.js';
import type { RowTable } from '../dependencies/row-table.js';
import { readDocuments, type InputBatch, type InputDocument, type ReadDocumentsOptions } from './read-documents.js';

/** Input that is kept, since documents near those that were asked for may be asked for next; one block may be larger. */
const KEPT_BYTES = 16 * 1024 * 1024;

/** Places where reading may go on without opening an input, or unpacking it from its beginning. */
const CURSORS_MAX = 8;

interface KeptBlock {
  readonly documents: readonly InputDocument[];
  readonly bytes: number;
}

/**
 * Reads documents in any order, a block at a time.
 *
 * In input order each block is read once, and hardly more often where the order jumps between a few places. A jump to a block that
 * is neither kept nor next opens its file and, if that is packed, unpacks it from its beginning.
 */
export class BlockReader {
  readonly #table: RowTable;
  readonly #inputs: readonly Input[];
  readonly #options: ReadDocumentsOptions;
  /** By index; the one that was asked for last comes last. */
  readonly #kept = new Map<number, KeptBlock>();
  #keptBytes = 0;
  /** By the index of the block that each reads next; the one that was used last comes last. */
  readonly #cursors = new Map<number, AsyncGenerator<InputBatch, void>>();

  /** @param table - of the same inputs, read in blocks of the same size. */
  constructor(table: RowTable, inputs: readonly Input[], options: ReadDocumentsOptions) {
    this.#table = table;
    this.#inputs = inputs;
    this.#options = options;
  }

  /**
   * A document of the run. To be called by one caller at a time.
   *
   * @throws MillraceError `ERR_INPUT_UNREADABLE` when the input is not as it was when the table was made; otherwise as `readDocuments`.
   */
  document(ordinal: number): MaybePromise<InputDocument> {
    const index = this.#table.blockAt(ordinal);
    const kept = this.#kept.get(index);
    if (kept === undefined) return this.#read(index).then((block) => this.#documentOf(block, index, ordinal));
    this.#kept.delete(index);
    this.#kept.set(index, kept);
    return this.#documentOf(kept, index, ordinal);
  }

  async close(): Promise<void> {
    this.#kept.clear();
    for (const [index, cursor] of this.#cursors) {
      this.#cursors.delete(index);
      await cursor.return();
    }
  }

  async #read(index: number): Promise<KeptBlock> {
    const cursor = this.#cursors.get(index) ?? this.#open(index);
    this.#cursors.delete(index);
    const batch = await cursor.next();
    const block = batch.done === true ? NO_BLOCK : { documents: batch.value.documents, bytes: batch.value.inputBytes };
    await this.#keepCursor(index + 1, cursor);
    this.#keep(index, block);
    return block;
  }

  #open(index: number): AsyncGenerator<InputBatch, void> {
    return readDocuments(this.#inputs, { ...this.#options, from: this.#table.blocks[index]! });
  }

  async #keepCursor(next: number, cursor: AsyncGenerator<InputBatch, void>): Promise<void> {
    await this.#cursors.get(next)?.return();
    this.#cursors.delete(next);
    this.#cursors.set(next, cursor);
    if (this.#cursors.size <= CURSORS_MAX) return;
    for (const [oldest, unused] of this.#cursors) {
      this.#cursors.delete(oldest);
      await unused.return();
      return;
    }
  }

  #keep(index: number, block: KeptBlock): void {
    this.#kept.set(index, block);
    this.#keptBytes += block.bytes;
    for (const [oldest, { bytes }] of this.#kept) {
      if (this.#keptBytes <= KEPT_BYTES || oldest === index) return;
      this.#kept.delete(oldest);
      this.#keptBytes -= bytes;
    }
  }

  #documentOf({ documents }: KeptBlock, index: number, ordinal: number): InputDocument {
    const { blocks, rows } = this.#table;
    const block = blocks[index]!;
    const count = (blocks[index + 1]?.row ?? rows) - block.row;
    const document = documents[ordinal - block.row];
    if (document !== undefined && documents.length === count) return document;
    const { source } = this.#inputs[block.input]!;
    throw new MillraceError('ERR_INPUT_UNREADABLE', `input ${source} was changed while the run read it`);
  }
}

const NO_BLOCK: KeptBlock = Object.freeze({ documents: Object.freeze([]), bytes: 0 });
