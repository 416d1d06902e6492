/**
 * Writes two contents with one MurmurHash3 x64 128 digest, whatever the seed and whatever stands before and behind.
 *
 * Two blocks of sixteen bytes, each of two words. A block mixes its words into the state like this, `s1` and `s2` being the words
 * after a scrambling that is a permutation of the 64-bit numbers and so can be undone:
 *
 *   h1 = (rotl(h1 ^ s1, 27) + h2) * 5 + c          h2 = (rotl(h2 ^ s2, 31) + h1) * 5 + c
 *
 * A difference in the top bit alone is the same for `^`, `+` and `* 5`: it can neither carry nor be multiplied away.
 *
 *   1. Flip bit 36 of the first block's `s1`: rotated by 27 it is bit 63, and `h1` differs in its top bit.
 *   2. Flip bit 32 of its `s2`: rotated by 31 it is bit 63 too, the sum with `h1` loses both, and `h2` is the same.
 *   3. Flip bit 63 of the second block's `s1`: `h1 ^ s1` is the same. From here on nothing differs.
 *
 * Aumasson and Bernstein 2012, "SipHash: a fast short-input PRF", section 7, where the attack is described.
 */
import { rotl, u64, wordAt } from '../reference/integers.js';

const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

/** Bytes that must begin at a multiple of 16 in the content to have a twin. */
export const TWIN_BYTES = 32;

/** The other content of the pair: the same but for three words within the `TWIN_BYTES` bytes from `at` on. */
export function twinOf(content: Uint8Array, at = 0): Buffer {
  if (at % 16 !== 0 || content.length < at + TWIN_BYTES) throw new RangeError(`no two blocks at ${at}`);
  const twin = Buffer.from(content);
  const change = (offset: number, changed: bigint) => twin.writeBigUInt64LE(changed, at + offset);
  const word = (offset: number) => wordAt(content, at + offset);
  change(0, flipScrambled(word(0), C1, 31n, C2, 36n));
  change(8, flipScrambled(word(8), C2, 33n, C1, 32n));
  change(16, flipScrambled(word(16), C1, 31n, C2, 63n));
  return twin;
}

/** The word whose scrambled form differs in one bit. */
function flipScrambled(word: bigint, before: bigint, bits: bigint, after: bigint, bit: bigint): bigint {
  const scrambled = u64(rotl(u64(word * before), bits) * after) ^ (1n << bit);
  return u64(rotl(u64(scrambled * inverse(after)), 64n - bits) * inverse(before));
}

/** Of an odd number, modulo 2^64: each step of Newton's doubles the bits that are right, the first three from the start. */
function inverse(odd: bigint): bigint {
  let guess = odd;
  for (let bits = 3; bits < 64; bits *= 2) guess = u64(guess * (2n - odd * guess));
  return guess;
}
