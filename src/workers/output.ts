import type { Kernel } from './kernel-host.js';
import type { LineIds } from './protocol.js';

/**
 * Rows of one batch, gathered in a slab that is moved to the main thread.
 *
 * The kernel's own output is small and is emptied into the slab whenever it is full; the slab is replaced by a larger one
 * when it is too small, and the main thread keeps what it gets back.
 */
export class Output {
  #slab: ArrayBuffer;
  #length = 0;
  readonly #lineIds: number[] = [];

  constructor(slab: ArrayBuffer) {
    this.#slab = slab;
  }

  get slab(): ArrayBuffer {
    return this.#slab;
  }

  /** Bytes gathered so far. */
  get length(): number {
    return this.#length;
  }

  get lineIds(): LineIds {
    return Uint32Array.from(this.#lineIds);
  }

  /** Notes that the digits of the line's number are missing at `offset` of what the kernel has and is still to be gathered. */
  noteLineId(offset: number, line: number): void {
    this.#lineIds.push(this.#length + offset, line);
  }

  /** Moves the rows in [start, end) of the kernel's memory to the slab. */
  gather(kernel: Kernel, start: number, end: number): void {
    this.#makeRoom(end - start);
    new Uint8Array(this.#slab).set(kernel.bytes.subarray(start, end), this.#length);
    this.#length += end - start;
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#slab.byteLength) return;
    const larger = new ArrayBuffer(Math.max(needed, 2 * this.#slab.byteLength));
    new Uint8Array(larger).set(new Uint8Array(this.#slab, 0, this.#length));
    this.#slab = larger;
  }
}
