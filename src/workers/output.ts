import type { Kernel } from './kernel-host.js';

/**
 * The rows of one request, gathered in its slab.
 *
 * The kernel's own output is small and is emptied into the slab whenever it is full; the slab is replaced by a larger one
 * when it is too small, and the main thread keeps what it gets back.
 */
export class Output {
  #slab: ArrayBuffer;
  #length = 0;

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

  /** Where in the slab the byte at `address` of the kernel's output will stand. */
  positionOf(kernel: Kernel, address: number): number {
    return this.#length + (address >>> 0) - kernel.outputAddress;
  }

  /** Moves the kernel's rows to the slab. */
  gather({ exports, outputAddress, bytes }: Kernel): void {
    const end = exports.outputEnd() >>> 0;
    this.#makeRoom(end - outputAddress);
    new Uint8Array(this.#slab).set(bytes.subarray(outputAddress, end), this.#length);
    this.#length += end - outputAddress;
    exports.emptyOutput();
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#slab.byteLength) return;
    const larger = new ArrayBuffer(Math.max(needed, 2 * this.#slab.byteLength));
    new Uint8Array(larger).set(new Uint8Array(this.#slab, 0, this.#length));
    this.#slab = larger;
  }
}
