import type { DocumentId } from '../../core/document.js';
import { integers } from './column.js';

/** Half of the slots stay free. */
const SLOTS_MIN = 1024;

/** An id takes at most so many bytes for each UTF-16 unit. */
const BYTES_PER_UNIT_MAX = 3;

const QUOTE = 0x22;

/**
 * Numbers ids from 0 in the order in which they come; an id that comes again keeps its number.
 *
 * Ids lie one behind the other in one array of bytes, a string as JSON and a number as digits, so that `1` and `"1"` differ:
 *
 *   bytes   "a" 17 "b"       slots   0 2 0 0 1 3 0 0     number + 1 by hash, open addressing, 0 is free
 *   ends    3 5 8
 *
 * An id takes its bytes, four for its end and 8 to 16 for its slot. A `Map` of strings takes some hundred and ends at 2^24 ids.
 */
export class IdTable {
  readonly #seed: number;
  readonly #ends = integers();
  #bytes = Buffer.alloc(64 * 1024);
  #length = 0;
  #slots = new Uint32Array(SLOTS_MIN);

  /** @param seed - of the hash; random, so that ids that share slots in one run do not in the next. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Ids so far. */
  get size(): number {
    return this.#ends.length;
  }

  /** Bytes that are set aside. */
  get bytes(): number {
    return this.#bytes.length + this.#ends.bytes + this.#slots.byteLength;
  }

  /** The number of an id. */
  intern(id: DocumentId): number {
    const start = this.#length;
    const end = this.#write(typeof id === 'number' ? String(id) : JSON.stringify(id));
    for (let slot = this.#slotOf(start, end); ; slot = this.#nextSlot(slot)) {
      const number = this.#slots[slot]! - 1;
      if (number === -1) return this.#add(slot, end);
      if (this.#isSame(number, start, end)) return number;
    }
  }

  idOf(number: number): DocumentId {
    const start = this.#startOf(number);
    const written = this.#bytes.toString('utf8', start, this.#ends.at(number));
    if (this.#bytes[start] !== QUOTE) return Number(written);
    return String(JSON.parse(written));
  }

  /** Writes behind the last id, where the next one stands if it is new. */
  #write(text: string): number {
    const needed = this.#length + text.length * BYTES_PER_UNIT_MAX;
    if (needed > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    return this.#length + this.#bytes.write(text, this.#length);
  }

  #add(slot: number, end: number): number {
    this.#ends.push(end);
    this.#length = end;
    this.#slots[slot] = this.size;
    if (this.size * 2 > this.#slots.length) this.#growSlots();
    return this.size - 1;
  }

  #growSlots(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let number = 0; number < this.size; number++) {
      let slot = this.#slotOf(this.#startOf(number), this.#ends.at(number));
      while (this.#slots[slot] !== 0) slot = this.#nextSlot(slot);
      this.#slots[slot] = number + 1;
    }
  }

  #isSame(number: number, start: number, end: number): boolean {
    const other = this.#startOf(number);
    return this.#bytes.compare(this.#bytes, other, this.#ends.at(number), start, end) === 0;
  }

  #startOf(number: number): number {
    return number === 0 ? 0 : this.#ends.at(number - 1);
  }

  #nextSlot(slot: number): number {
    return (slot + 1) & (this.#slots.length - 1);
  }

  /** FNV-1a, then the mixer of MurmurHash3, since FNV leaves the low bits of similar ids similar. */
  #slotOf(start: number, end: number): number {
    let hash = this.#seed ^ 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ this.#bytes[at]!, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) & (this.#slots.length - 1);
  }
}
