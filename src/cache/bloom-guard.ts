import { isMillraceError } from '../core/errors.js';
import { resolveBloomGuardOptions, type BloomGuardOptions } from './bloom-guard-options.js';
import { readGuard, writeGuard } from './bloom-guard-bytes.js';
import { createDigestFilter, type DigestFilter } from './digest-filter.js';

/** How many times the wanted rate a guard may expect before it is of no use any more. */
const USELESS_FACTOR = 2;

/** What a guard has answered since it was made, and how well. */
export interface BloomGuardStats {
  readonly questions: number;
  /** Answers "surely absent". */
  readonly absent: number;
  /** Answers "maybe" that turned out wrong: `noteFalsePositive`. */
  readonly falsePositives: number;
  /** Of the questions for absent entries, the share that was answered with "maybe"; 0 while there was none. */
  readonly measuredRate: number;
  /** The same as it follows from the share of bits that are set. */
  readonly expectedRate: number;
}

/**
 * Answers "surely absent" before a slower tier is asked: a Bloom filter over digests (Bloom 1970).
 *
 * Never says absent of a digest that was added. Nothing can be removed: when entries have gone the answers stay "maybe", and
 * once `isUseless` the guard has to be made anew from what the tier holds.
 */
export class BloomGuard {
  readonly #filter: DigestFilter;
  readonly #entriesExpected: number;
  readonly #falsePositiveRate: number;
  #entries = 0;
  #bitsSet = 0;
  #questions = 0;
  #absent = 0;
  #falsePositives = 0;

  /** @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE` or `ERR_OPTION_UNKNOWN` with the option's path. */
  constructor(options: BloomGuardOptions = {}) {
    const { entriesExpected, falsePositiveRate } = resolveBloomGuardOptions(options);
    this.#filter = createDigestFilter(entriesExpected, falsePositiveRate);
    this.#entriesExpected = entriesExpected;
    this.#falsePositiveRate = falsePositiveRate;
  }

  add(digest: string): void {
    const added = this.#filter.add(digest);
    if (added === 0) return; // There already, or taken for it.
    this.#entries++;
    this.#bitsSet += added;
  }

  /** False: surely absent. */
  mayContain(digest: string): boolean {
    this.#questions++;
    if (this.#filter.has(digest)) return true;
    this.#absent++;
    return false;
  }

  /** To be called when the tier did not have what `mayContain` said it may have. */
  noteFalsePositive(): void {
    this.#falsePositives++;
  }

  /** Digests that were added, less those that looked as if they had been. */
  get entries(): number {
    return this.#entries;
  }

  /** The share of bits that are set: about 0.5 with as many entries as were expected. */
  get fillRatio(): number {
    return this.#bitsSet / this.#filter.bitCount;
  }

  /** Whether so many bits are set that twice the wanted rate of false positives is to be expected. */
  get isUseless(): boolean {
    return this.#expectedRate() > USELESS_FACTOR * this.#falsePositiveRate;
  }

  stats(): BloomGuardStats {
    const askedForAbsent = this.#absent + this.#falsePositives;
    return {
      questions: this.#questions,
      absent: this.#absent,
      falsePositives: this.#falsePositives,
      measuredRate: askedForAbsent === 0 ? 0 : this.#falsePositives / askedForAbsent,
      expectedRate: this.#expectedRate(),
    };
  }

  /** The guard without its statistics, with a checksum. 1.2 MB for a million entries at 0.01, copied in about a millisecond. */
  toBytes(): Uint8Array {
    return writeGuard({
      entriesExpected: this.#entriesExpected,
      falsePositiveRate: this.#falsePositiveRate,
      entries: this.#entries,
      bitsSet: this.#bitsSet,
      bitCount: this.#filter.bitCount,
      bitsPerEntry: this.#filter.bitsPerEntry,
      bits: this.#filter.bytes,
    });
  }

  /** The guard of `toBytes`; undefined for bytes that are damaged or of another version. */
  static fromBytes(bytes: Uint8Array): BloomGuard | undefined {
    const stored = readGuard(bytes);
    if (stored === undefined) return undefined;
    const guard = guardFor(stored);
    if (guard === undefined) return undefined;
    const { bitCount, bitsPerEntry, bytes: bits } = guard.#filter;
    // Another version of the library may have another formula for the size.
    if (bitCount !== stored.bitCount || bitsPerEntry !== stored.bitsPerEntry || bits.length !== stored.bits.length)
      return undefined;
    bits.set(stored.bits);
    guard.#entries = stored.entries;
    guard.#bitsSet = stored.bitsSet;
    return guard;
  }

  #expectedRate(): number {
    return this.fillRatio ** this.#filter.bitsPerEntry;
  }
}

/** Undefined for options that this version does not take. */
function guardFor({ entriesExpected, falsePositiveRate }: Required<BloomGuardOptions>): BloomGuard | undefined {
  try {
    return new BloomGuard({ entriesExpected, falsePositiveRate });
  } catch (error) {
    if (isMillraceError(error) && error.code === 'ERR_OPTION_RANGE') return undefined;
    throw error;
  }
}
