import { crc32 } from 'node:zlib';

/**
 * A checksum over which line stands for which document: the CRC-32 of (ordinal, CRC-32 of the line), one pair after the
 * other. A line that is lost, doubled, changed or out of its place changes it.
 */
export class Witness {
  #value: number;
  /** Pairs that are not in the value yet: one call to zlib for many. */
  readonly #pairs = new Uint32Array(2 * PAIRS_MAX);
  #used = 0;

  constructor(value = 0) {
    this.#value = value;
  }

  get value(): number {
    this.#fold();
    return this.#value;
  }

  add(ordinal: number, lineCrc: number): void {
    if (this.#used === this.#pairs.length) this.#fold();
    this.#pairs[this.#used++] = ordinal;
    this.#pairs[this.#used++] = lineCrc;
  }

  #fold(): void {
    this.#value = crc32(new Uint8Array(this.#pairs.buffer, 0, this.#used * BYTES_PER_WORD), this.#value);
    this.#used = 0;
  }
}

const PAIRS_MAX = 512;
const BYTES_PER_WORD = 4;
