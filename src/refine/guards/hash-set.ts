/** Slots for each hash, at least: chains stay short. */
const ROOM = 2;
const FIRST_SLOTS = 4096;

/** Slots that are kept: enough for all but outsized texts. */
const KEPT_SLOTS_MAX = 131_072;

/** 2^32 divided by the golden ratio. */
const SPREAD = 0x9e3779b1;
const MARK_MAX = 2 ** 31 - 1;

/**
 * A set of 32-bit hashes that is emptied at no cost: by another mark for the slots that are taken.
 *
 * Whoever writes a text may choose its hashes, but not their slots, which depend on `seed`; so chains cannot be made long. What the
 * set answers does not depend on it.
 */
export class HashSet {
  readonly #seed: number;
  #hashes = new Int32Array(FIRST_SLOTS);
  #marks = new Int32Array(FIRST_SLOTS);
  #shift = Math.clz32(FIRST_SLOTS - 1);
  #mark = 1;

  /** @param seed - integer. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Empties the set. @param count - hashes that will be added, at most. */
  reset(count: number): void {
    const slots = this.#hashes.length;
    const needed = Math.max(FIRST_SLOTS, count * ROOM);
    if (needed > slots || (slots > KEPT_SLOTS_MAX && needed <= KEPT_SLOTS_MAX)) this.#allot(needed);
    else if (this.#mark === MARK_MAX) this.#allot(slots);
    else this.#mark++;
  }

  /** Whether the hash is new. */
  add(hash: number): boolean {
    const slot = this.#slotOf(hash);
    if (this.#marks[slot] === this.#mark) return false;
    this.#hashes[slot] = hash;
    this.#marks[slot] = this.#mark;
    return true;
  }

  has(hash: number): boolean {
    return this.#marks[this.#slotOf(hash)] === this.#mark;
  }

  /** Of a hash that is there, or that it would have. */
  #slotOf(hash: number): number {
    const hashes = this.#hashes;
    const marks = this.#marks;
    const bits = Math.imul(hash ^ this.#seed, SPREAD);
    let slot = Math.imul(bits ^ (bits >>> 15), this.#seed | 1) >>> this.#shift;
    while (marks[slot] === this.#mark && hashes[slot] !== hash) slot = (slot + 1) & (hashes.length - 1);
    return slot;
  }

  #allot(slots: number): void {
    this.#shift = Math.clz32(slots - 1);
    this.#hashes = new Int32Array(2 ** (32 - this.#shift));
    this.#marks = new Int32Array(this.#hashes.length);
    this.#mark = 1;
  }
}
