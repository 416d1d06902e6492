import bloomFilters from 'bloom-filters';
import { MillraceError } from '../core/errors.js';

/** A Bloom filter that takes digests for what they are: hashes. `bloom-filters` would hash them again, for 10 µs. */
export interface DigestFilter {
  /** Size and number of bits that stand for an entry. */
  readonly bitCount: number;
  readonly bitsPerEntry: number;
  /** The bits, eight a byte. */
  readonly bytes: Uint8Array;
  has(digest: string): boolean;
  /** Returns how many bits it has set that were not. */
  add(digest: string): number;
}

/**
 * A filter of `bloom-filters` whose indexes come from the digest.
 *
 * Of the library, its formulas for size and number of indexes, its bits, and `add` and `has` are used; the replacement of
 * `_hashing` is lost by its `fromJSON`, so a filter is stored as its bits, and never by the library.
 *
 * @throws MillraceError `ERR_INTERNAL` when the library has no bits or no hashing where this version has.
 */
export function createDigestFilter(entriesExpected: number, falsePositiveRate: number): DigestFilter {
  const filter = bloomFilters.BloomFilter.create(entriesExpected, falsePositiveRate);
  const bits = parseBits(filter._filter);
  const hashing = new DigestHashing(filter._size, filter._nbHashes);
  filter._hashing = hashing;
  return {
    bitCount: filter._size,
    bitsPerEntry: filter._nbHashes,
    bytes: bits.array,
    has: (digest) => filter.has(digest),
    add: (digest) => {
      const indexes = hashing.getIndexes(digest);
      let added = 0;
      for (let nth = 0; nth < indexes.length; nth++) {
        const index = indexes[nth]!;
        if (!bits.has(index) && indexes.indexOf(index) === nth) added++;
      }
      filter.add(digest);
      return added;
    },
  };
}

/** Bits, as far as they are used here. */
interface Bits {
  readonly array: Uint8Array;
  has(index: number): boolean;
}

/** The library does not promise this member: a version without it has to fail here, and not with a wrong answer. */
function parseBits(bits: unknown): Bits {
  if (isBits(bits)) return bits;
  throw new MillraceError('ERR_INTERNAL', 'the bits of a filter of bloom-filters are not where they were');
}

function isBits(value: unknown): value is Bits {
  if (typeof value !== 'object' || value === null || !('array' in value) || !('has' in value)) return false;
  return value.array instanceof Uint8Array && typeof value.has === 'function';
}

const UINT32_RANGE = 2 ** 32;

/**
 * Indexes by double hashing (Kirsch and Mitzenmacher 2006, "Less hashing, same performance"), in its enhanced form (Dillinger and
 * Manolios 2004), of the digest's first, second and third 32-bit words.
 *
 * The indexes of the last digest are kept, since a question is often followed by the entry's addition; the caller reads them
 * before the next call and does not change them.
 */
class DigestHashing extends bloomFilters.Hashing {
  readonly #bitCount: number;
  readonly #indexes: number[];
  #digest: string | undefined;

  constructor(bitCount: number, bitsPerEntry: number) {
    super();
    this.#bitCount = bitCount;
    this.#indexes = new Array<number>(bitsPerEntry).fill(0);
  }

  override getIndexes(digest: string | ArrayBuffer): number[] {
    if (digest === this.#digest) return this.#indexes;
    if (typeof digest !== 'string' || digest.length !== DIGEST_CHARS)
      throw new MillraceError('ERR_INTERNAL', `a digest has ${DIGEST_CHARS} characters`);
    let hash = wordAt(digest, 0);
    let step = wordAt(digest, 4);
    const acceleration = wordAt(digest, 8);
    for (let nth = 0; nth < this.#indexes.length; nth++) {
      this.#indexes[nth] = Math.floor((hash / UINT32_RANGE) * this.#bitCount);
      hash = (hash + step) >>> 0;
      step = (step + acceleration) >>> 0;
    }
    this.#digest = digest;
    return this.#indexes;
  }
}

const DIGEST_CHARS = 16;

function wordAt(digest: string, at: number): number {
  return (
    (digest.charCodeAt(at) |
      (digest.charCodeAt(at + 1) << 8) |
      (digest.charCodeAt(at + 2) << 16) |
      (digest.charCodeAt(at + 3) << 24)) >>>
    0
  );
}
