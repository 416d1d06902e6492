import type { Location } from './document-window.js';
import { readRecord, type DecodedRecord } from './record.js';

/** Reads a range of a segment; less than asked for where it ends. */
export type ReadSegment = (segment: number, at: number, bytes: number) => Promise<Buffer>;

interface Block {
  readonly segment: number;
  readonly at: number;
  readonly bytes: Buffer;
}

/**
 * Reads records back in blocks: rows that wait were finished in nearly the order in which they are asked for, so that the
 * next ones are in a block that is there already. Holds {@link BLOCKS_MAX} blocks, or one record where that is larger.
 */
export class RecordReader {
  readonly #read: ReadSegment;
  readonly #marker: Buffer;
  /** The newest last. */
  #blocks: Block[] = [];

  constructor(read: ReadSegment, marker: Buffer) {
    this.#read = read;
    this.#marker = marker;
  }

  /**
   * The record at a place that is written; `undefined` when it is damaged.
   *
   * @throws MillraceError `ERR_LEDGER`.
   */
  async read(location: Location): Promise<DecodedRecord | undefined> {
    const block = this.#find(location) ?? (await this.#load(location));
    return readRecord(block.bytes, location.offset - block.at, this.#marker);
  }

  #find({ segment, offset, bytes }: Location): Block | undefined {
    return this.#blocks.find(
      (block) => block.segment === segment && block.at <= offset && offset + bytes <= block.at + block.bytes.length,
    );
  }

  async #load({ segment, offset, bytes }: Location): Promise<Block> {
    const at = offset - (offset % BLOCK_BYTES);
    const block = { segment, at, bytes: await this.#read(segment, at, Math.max(BLOCK_BYTES, offset + bytes - at)) };
    this.#blocks = [...this.#blocks.slice(-(BLOCKS_MAX - 1)), block];
    return block;
  }
}

const BLOCK_BYTES = 256 * 1024;
const BLOCKS_MAX = 16;
