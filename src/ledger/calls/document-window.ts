import type { Finished } from './calls.js';

/** Where a record lies. Segment numbers start at 1. */
export interface Location {
  readonly segment: number;
  readonly offset: number;
  /** Of the whole record. */
  readonly bytes: number;
}

/** Where the line of a finished document lies, and its checksum. */
export interface FinishedPlace {
  readonly kind: Finished['kind'];
  /** `undefined` for a line that is in memory only. */
  readonly location: Location | undefined;
  readonly crc: number;
}

export type DocumentState = 'new' | 'begun' | 'finished';

/**
 * What is known of each document from the oldest that is not written on: a ring of {@link BYTES_PER_DOCUMENT} bytes each,
 * outside of the heap, that doubles as it must.
 */
export class DocumentWindow {
  #base: number;
  /** A power of two. */
  #capacity = CAPACITY_MIN;
  #states = new Uint8Array(CAPACITY_MIN);
  #answers = new Uint8Array(CAPACITY_MIN);
  #segments = new Uint32Array(CAPACITY_MIN);
  #offsets = new Uint32Array(CAPACITY_MIN);
  #bytes = new Uint32Array(CAPACITY_MIN);
  #crcs = new Uint32Array(CAPACITY_MIN);
  /** Above the newest document that was begun. */
  #end: number;

  constructor(base: number) {
    this.#base = base;
    this.#end = base;
  }

  /** The oldest document that is not written. */
  get base(): number {
    return this.#base;
  }

  /** Above the newest document that was begun. */
  get end(): number {
    return this.#end;
  }

  state(ordinal: number): DocumentState {
    const state = this.#isInside(ordinal) ? this.#states[this.#slot(ordinal)]! : NEW;
    if (state === NEW) return 'new';
    return state === BEGUN ? 'begun' : 'finished';
  }

  /** Answers that are recorded for it. */
  answers(ordinal: number): number {
    return this.#isInside(ordinal) ? this.#answers[this.#slot(ordinal)]! : 0;
  }

  finished(ordinal: number): FinishedPlace | undefined {
    if (this.state(ordinal) !== 'finished') return undefined;
    const slot = this.#slot(ordinal);
    const segment = this.#segments[slot]!;
    const location = { segment, offset: this.#offsets[slot]!, bytes: this.#bytes[slot]! };
    return {
      kind: this.#states[slot] === ROW ? 'row' : 'dead-letter',
      location: segment === NOWHERE ? undefined : location,
      crc: this.#crcs[slot]!,
    };
  }

  begin(ordinal: number): void {
    const slot = this.#reach(ordinal);
    if (this.#states[slot] === NEW) this.#states[slot] = BEGUN;
  }

  setAnswers(ordinal: number, answers: number): void {
    this.begin(ordinal);
    this.#answers[this.#slot(ordinal)] = answers;
  }

  finish(ordinal: number, { kind, location, crc }: FinishedPlace): void {
    const slot = this.#reach(ordinal);
    this.#states[slot] = kind === 'row' ? ROW : DEAD_LETTER;
    this.#segments[slot] = location?.segment ?? NOWHERE;
    this.#offsets[slot] = location?.offset ?? 0;
    this.#bytes[slot] = location?.bytes ?? 0;
    this.#crcs[slot] = crc;
  }

  /** Back to where nothing is known of it. */
  reset(ordinal: number): void {
    if (!this.#isInside(ordinal)) return;
    const slot = this.#slot(ordinal);
    this.#states[slot] = NEW;
    this.#answers[slot] = 0;
  }

  /** Forgets the documents below `base`. */
  release(base: number): void {
    for (; this.#base < base; this.#base++) this.reset(this.#base);
    this.#end = Math.max(this.#end, base);
  }

  #isInside(ordinal: number): boolean {
    return ordinal >= this.#base && ordinal < this.#end;
  }

  #slot(ordinal: number): number {
    return ordinal % this.#capacity;
  }

  #reach(ordinal: number): number {
    if (ordinal - this.#base >= this.#capacity) this.#grow(ordinal - this.#base + 1);
    if (ordinal >= this.#end) this.#end = ordinal + 1;
    return this.#slot(ordinal);
  }

  #grow(count: number): void {
    const was = this.#capacity;
    while (this.#capacity < count) this.#capacity *= 2;
    const move = <A extends Uint8Array | Uint32Array>(from: A, to: A): A => {
      for (let ordinal = this.#base; ordinal < this.#end; ordinal++) to[this.#slot(ordinal)] = from[ordinal % was]!;
      return to;
    };
    this.#states = move(this.#states, new Uint8Array(this.#capacity));
    this.#answers = move(this.#answers, new Uint8Array(this.#capacity));
    this.#segments = move(this.#segments, new Uint32Array(this.#capacity));
    this.#offsets = move(this.#offsets, new Uint32Array(this.#capacity));
    this.#bytes = move(this.#bytes, new Uint32Array(this.#capacity));
    this.#crcs = move(this.#crcs, new Uint32Array(this.#capacity));
  }
}

/** Two bytes and four words of 32 bits. */
export const BYTES_PER_DOCUMENT = 18;

const CAPACITY_MIN = 4096;
const NOWHERE = 0;

const NEW = 0;
const BEGUN = 1;
const ROW = 2;
const DEAD_LETTER = 3;
