/**
 * Slabs to move between threads, used again and again.
 *
 * Bounded by `keptMax` slabs; more are made when more are in use at once, and dropped when they come back.
 */
export class SlabPool {
  readonly #kept: ArrayBuffer[] = [];
  readonly #slabBytes: number;
  readonly #keptMax: number;

  constructor(slabBytes: number, keptMax: number) {
    this.#slabBytes = slabBytes;
    this.#keptMax = keptMax;
  }

  /** A slab of at least `bytes`, contents arbitrary. */
  take(bytes = this.#slabBytes): ArrayBuffer {
    const kept = this.#kept.pop();
    if (kept !== undefined && kept.byteLength >= bytes) return kept;
    return new ArrayBuffer(Math.max(bytes, this.#slabBytes));
  }

  /** Takes a slab back, unless it has grown out of measure for a rare large document. */
  give(slab: ArrayBuffer): void {
    if (slab.byteLength === 0 || slab.byteLength > 8 * this.#slabBytes) return;
    if (this.#kept.length < this.#keptMax) this.#kept.push(slab);
  }
}
