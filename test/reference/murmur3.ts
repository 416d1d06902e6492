/**
 * MurmurHash3 x64 128 as its author's C++ reads, in unbounded integers: slow and obvious, the model of the hash kernel.
 *
 * https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 */
import { rotl, u64, wordAt } from './integers.js';

const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

/** Sixteen bytes: both halves, little end first. */
export function murmur3(bytes: Uint8Array, seed = 0): Buffer {
  let h1 = BigInt(seed);
  let h2 = BigInt(seed);
  const tailStart = bytes.length - (bytes.length % 16);
  for (let at = 0; at < tailStart; at += 16) {
    h1 ^= scramble1(wordAt(bytes, at));
    h1 = u64(u64(rotl(h1, 27n) + h2) * 5n + 0x52dce729n);
    h2 ^= scramble2(wordAt(bytes, at + 8));
    h2 = u64(u64(rotl(h2, 31n) + h1) * 5n + 0x38495ab5n);
  }
  h2 ^= scramble2(wordAt(bytes, tailStart + 8));
  h1 ^= scramble1(wordAt(bytes, tailStart));

  h1 ^= BigInt(bytes.length);
  h2 ^= BigInt(bytes.length);
  h1 = u64(h1 + h2);
  h2 = u64(h2 + h1);
  h1 = avalanche(h1);
  h2 = avalanche(h2);
  h1 = u64(h1 + h2);
  h2 = u64(h2 + h1);
  const digest = Buffer.alloc(16);
  digest.writeBigUInt64LE(h1, 0);
  digest.writeBigUInt64LE(h2, 8);
  return digest;
}

function scramble1(word: bigint): bigint {
  return u64(rotl(u64(word * C1), 31n) * C2);
}

function scramble2(word: bigint): bigint {
  return u64(rotl(u64(word * C2), 33n) * C1);
}

function avalanche(word: bigint): bigint {
  word ^= word >> 33n;
  word = u64(word * 0xff51afd7ed558ccdn);
  word ^= word >> 33n;
  word = u64(word * 0xc4ceb9fe1a85ec53n);
  return word ^ (word >> 33n);
}
