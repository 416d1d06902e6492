import { TEXT_HASH_WORDS } from '../../workers/text-hasher.js';

/** What a text takes at most beside the bytes of its id: a record, and slots at least three eighths full. */
export const SEEN_TEXT_BYTES = 56;

const RECORD_WORDS = TEXT_HASH_WORDS + 2;
/** The first word of the check. */
const TAG = 4;
const ID_START = TEXT_HASH_WORDS;
const ID_BYTES = TEXT_HASH_WORDS + 1;

/** Records and ids are kept in pages, so that growing copies nothing; a record or id is in one page whole. */
const PAGE_RECORDS = 8192;
const PAGE_BYTES = 1024 * 1024;

const SLOT_WORDS = 2;
const SLOTS_FIRST = 16 * 1024;
/** Slots in use, of four, before there are made twice as many. */
const LOAD_MAX = 3 / 4;

/**
 * The texts that a run has written, each with the id of the first document that had it.
 *
 *   slots    │ first word of the check u32 │ number of the record, from 1 u32 │ …     (open addressing, linear probing)
 *   records  │ digest and check, 6 words │ where its id starts u32 │ bytes of the id u32 │
 *   ids      raw JSON, one behind the other
 *
 * A slot is found by the check, which is keyed: no input can be written whose texts all meet in one. Bounded in bytes;
 * when it is full, no further text is remembered.
 */
export class SeenTexts {
  readonly #bytesMax: number;
  #slots = new Uint32Array(SLOTS_FIRST * SLOT_WORDS);
  readonly #records: Uint32Array[] = [];
  readonly #ids: Uint8Array[] = [];
  #idsEnd = 0;
  #texts = 0;
  #bytes = 0;

  /** @param bytesMax - what it may hold; while it grows, its slots are there once more. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Texts remembered. */
  get size(): number {
    return this.#texts;
  }

  /** The number of the text whose digest and check stand in `words` at `at`; -1 when it has not been there. */
  find(words: Uint32Array, at: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const tag = words[at + TAG]!;
    for (let slot = (tag * SLOT_WORDS) & mask; ; slot = (slot + SLOT_WORDS) & mask) {
      const number = slots[slot + 1]!;
      if (number === 0) return -1;
      if (slots[slot] === tag && this.#equals(number - 1, words, at)) return number - 1;
    }
  }

  /**
   * Remembers a text that has not been there, with the bytes of `ids` in [start, end) for its id.
   *
   * @returns false when there is no room for it.
   */
  add(words: Uint32Array, at: number, ids: Uint8Array, start: number, end: number): boolean {
    const bytes = SEEN_TEXT_BYTES + (end - start);
    if (this.#bytes + bytes > this.#bytesMax) return false;
    this.#bytes += bytes;
    const number = this.#texts++;
    const inPage = (number % PAGE_RECORDS) * RECORD_WORDS;
    if (inPage === 0) this.#records.push(new Uint32Array(PAGE_RECORDS * RECORD_WORDS));
    const page = this.#records[this.#records.length - 1]!;
    for (let word = 0; word < TEXT_HASH_WORDS; word++) page[inPage + word] = words[at + word]!;
    page[inPage + ID_START] = this.#addId(ids, start, end);
    page[inPage + ID_BYTES] = end - start;
    this.#seat(words[at + TAG]!, number);
    if (this.#texts * SLOT_WORDS > this.#slots.length * LOAD_MAX) this.#grow();
    return true;
  }

  /** The id of a text's first document, as raw JSON; valid until the next call. */
  idOf(number: number): Uint8Array {
    const page = this.#records[Math.floor(number / PAGE_RECORDS)]!;
    const record = (number % PAGE_RECORDS) * RECORD_WORDS;
    const start = page[record + ID_START]!;
    const inPage = start % PAGE_BYTES;
    return this.#ids[Math.floor(start / PAGE_BYTES)]!.subarray(inPage, inPage + page[record + ID_BYTES]!);
  }

  #equals(number: number, words: Uint32Array, at: number): boolean {
    const page = this.#records[Math.floor(number / PAGE_RECORDS)]!;
    const record = (number % PAGE_RECORDS) * RECORD_WORDS;
    for (let word = 0; word < TEXT_HASH_WORDS; word++) {
      if (page[record + word] !== words[at + word]) return false;
    }
    return true;
  }

  #seat(tag: number, number: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = (tag * SLOT_WORDS) & mask;
    while (slots[slot + 1] !== 0) slot = (slot + SLOT_WORDS) & mask;
    slots[slot] = tag;
    slots[slot + 1] = number + 1;
  }

  /** Neither records nor ids are looked at, and those of a slot go to one of two: memory is walked from front to back. */
  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(2 * before.length);
    for (let slot = 0; slot < before.length; slot += SLOT_WORDS) {
      const number = before[slot + 1]!;
      if (number !== 0) this.#seat(before[slot]!, number - 1);
    }
  }

  /** Copied byte by byte, which for some ten of them is faster than a call. */
  #addId(ids: Uint8Array, start: number, end: number): number {
    if (this.#ids.length * PAGE_BYTES - this.#idsEnd < end - start) {
      this.#idsEnd = this.#ids.length * PAGE_BYTES;
      this.#ids.push(new Uint8Array(PAGE_BYTES));
    }
    const first = this.#idsEnd;
    const page = this.#ids[this.#ids.length - 1]!;
    let to = first % PAGE_BYTES;
    for (let from = start; from < end; from++) page[to++] = ids[from]!;
    this.#idsEnd = first + (end - start);
    return first;
  }
}
