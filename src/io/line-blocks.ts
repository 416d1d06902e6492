import type { ResolvedSourceOptions } from './source-options.js';

/** Whole lines, bytes `[start, end)` of a stream. */
export interface LineBlock {
  /** All of its `ArrayBuffer`, shared with nobody. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly start: number;
  readonly end: number;
}

const LF = 0x0a;

/**
 * Cuts a stream of bytes into blocks of whole lines.
 *
 * Where a block ends depends on the bytes from its start alone, never on how they arrived: behind the last LF of its
 * first `chunkBytes` bytes or, when there is none, behind the next LF. So a stream that is read again from any block's
 * end gives the same blocks again. Of a line longer than `lineBytesMax` the first `lineBytesMax + 1` bytes and an LF
 * are a block; the rest is passed over. Holds at most `lineBytesMax + 2` bytes.
 */
export class LineBlocks {
  readonly #chunkBytes: number;
  readonly #lineBytesMax: number;
  /** The block in the making. Once `#used` reaches `#chunkBytes`, these are bytes of one line and no LF. */
  #staging: Uint8Array<ArrayBuffer>;
  #used = 0;
  /** Bytes of the line in `#staging` that were passed over; `undefined` unless the line is too long. */
  #passedOver: number | undefined;
  #start: number;

  /** @param start - offset in the stream of the first byte that will be pushed. */
  constructor(start: number, options: ResolvedSourceOptions) {
    this.#start = start;
    this.#chunkBytes = options.chunkBytes;
    this.#lineBytesMax = options.lineBytesMax;
    this.#staging = new Uint8Array(options.chunkBytes);
  }

  /** Takes the next bytes of the stream (copies them) and yields the blocks that they complete. */
  *push(bytes: Uint8Array): Generator<LineBlock, void> {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#used < this.#chunkBytes) {
        rest = this.#copy(rest, this.#chunkBytes - this.#used);
        const linesEnd = this.#used === this.#chunkBytes ? this.#linesEnd() : 0;
        if (linesEnd > 0) yield this.#take(linesEnd);
        continue;
      }
      const lineEnd = rest.indexOf(LF);
      rest = this.#extendLine(rest, lineEnd === -1 ? rest.length : lineEnd);
      if (lineEnd !== -1) {
        rest = rest.subarray(1);
        yield this.#takeLine();
      }
    }
  }

  /** The stream has ended: what is left, a last line without LF included. */
  end(): LineBlock | undefined {
    if (this.#passedOver !== undefined) return this.#takeLongLine(this.#passedOver);
    return this.#used === 0 ? undefined : this.#take(this.#used);
  }

  /** The stream broke off: the whole lines that are left. */
  endDamaged(): LineBlock | undefined {
    const linesEnd = this.#passedOver === undefined ? this.#linesEnd() : 0;
    return linesEnd === 0 ? undefined : this.#take(linesEnd);
  }

  /** Adds `count` bytes to the only line in `#staging`, as far as it is carried; returns what follows them. */
  #extendLine(bytes: Uint8Array, count: number): Uint8Array {
    const carried = this.#passedOver === undefined ? Math.min(count, this.#lineBytesMax + 1 - this.#used) : 0;
    this.#copy(bytes, carried);
    if (this.#used > this.#lineBytesMax) this.#passedOver = (this.#passedOver ?? 0) + count - carried;
    return bytes.subarray(count);
  }

  #takeLine(): LineBlock {
    if (this.#passedOver !== undefined) return this.#takeLongLine(this.#passedOver + 1);
    this.#appendLf();
    return this.#take(this.#used);
  }

  /** @param passedOver - bytes of the stream that the line has beyond the carried ones, its LF included. */
  #takeLongLine(passedOver: number): LineBlock {
    const end = this.#start + this.#used + passedOver;
    this.#appendLf();
    const { data, start } = this.#take(this.#used);
    this.#passedOver = undefined;
    this.#start = end;
    return { data, start, end };
  }

  #take(count: number): LineBlock {
    const start = this.#start;
    const data = this.#staging.slice(0, count);
    this.#staging.copyWithin(0, count, this.#used);
    this.#used -= count;
    this.#start += count;
    if (this.#staging.length > this.#chunkBytes) this.#staging = new Uint8Array(this.#chunkBytes);
    return { data, start, end: this.#start };
  }

  #linesEnd(): number {
    return this.#staging.subarray(0, this.#used).lastIndexOf(LF) + 1;
  }

  #appendLf(): void {
    this.#reserve(this.#used + 1);
    this.#staging[this.#used++] = LF;
  }

  /** Copies up to `count` bytes to the staging; returns what follows them. */
  #copy(bytes: Uint8Array, count: number): Uint8Array {
    const taken = bytes.subarray(0, count);
    this.#reserve(this.#used + taken.length);
    this.#staging.set(taken, this.#used);
    this.#used += taken.length;
    return bytes.subarray(taken.length);
  }

  #reserve(count: number): void {
    if (count <= this.#staging.length) return;
    const doubled = Math.min(this.#staging.length * 2, this.#lineBytesMax + 2);
    const grown = new Uint8Array(Math.max(count, doubled));
    grown.set(this.#staging.subarray(0, this.#used));
    this.#staging = grown;
  }
}
