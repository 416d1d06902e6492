/**
 * MurmurHash3 x64 128 (Austin Appleby 2011, public domain), bit for bit.
 *
 * The state is two 64-bit words at an address of the host's, which become the digest: little end first, `h1` before `h2`, the
 * order in which the reference writes them on the machines that it was written for.
 */
import { loadFew } from './bytes';

/** Bytes that are mixed at a time. */
const BLOCK_BYTES: usize = 16;
const DIGEST_BYTES: usize = 16;

const C1: u64 = 0x87c37b91114253d5;
const C2: u64 = 0x4cf5ad432745937f;

/** The digest of a range of bytes, with seed 0, in sixteen bytes at `out`. */
export function digest(address: usize, bytes: usize, out: usize): void {
  startDigest(out, 0);
  finishDigest(address, bytes, <f64>bytes, out);
}

export function startDigest(state: usize, seed: u32): void {
  store<u64>(state, seed);
  store<u64>(state, seed, 8);
}

/** Mixes whole blocks into the state; `bytes` is a multiple of 16. */
export function absorbBlocks(address: usize, bytes: usize, state: usize): void {
  let h1 = load<u64>(state);
  let h2 = load<u64>(state, 8);
  const end = address + bytes;
  for (let at = address; at < end; at += BLOCK_BYTES) {
    h1 ^= scramble1(load<u64>(at));
    h1 = rotl<u64>(h1, 27) + h2;
    h1 = h1 * 5 + 0x52dce729;
    h2 ^= scramble2(load<u64>(at, 8));
    h2 = rotl<u64>(h2, 31) + h1;
    h2 = h2 * 5 + 0x38495ab5;
  }
  store<u64>(state, h1);
  store<u64>(state, h2, 8);
}

/** Mixes in the last bytes, any number of them, and the length of all; the state is the digest then. */
export function finishDigest(address: usize, bytes: usize, totalBytes: f64, state: usize): void {
  const blockBytes = bytes & ~(BLOCK_BYTES - 1);
  absorbBlocks(address, blockBytes, state);
  let h1 = load<u64>(state);
  let h2 = load<u64>(state, 8);
  const tail = address + blockBytes;
  const tailBytes = bytes - blockBytes;
  if (tailBytes > 8) h2 ^= scramble2(loadFew(tail + 8, tailBytes - 8));
  if (tailBytes > 0) h1 ^= scramble1(loadFew(tail, min<usize>(tailBytes, 8)));

  h1 ^= <u64>totalBytes;
  h2 ^= <u64>totalBytes;
  h1 += h2;
  h2 += h1;
  h1 = avalanche(h1);
  h2 = avalanche(h2);
  h1 += h2;
  h2 += h1;
  store<u64>(state, h1);
  store<u64>(state, h2, 8);
}

/**
 * Replaces the digest at `out` by the digest of thirty-two bytes: that digest, then sixteen that tell what it is a key of.
 *
 * Those come as four 32-bit words, lowest first, and are put behind the digest: `out` has room for forty-eight bytes.
 */
export function mixContext(out: usize, word0: u32, word1: u32, word2: u32, word3: u32): void {
  const input = out + DIGEST_BYTES;
  store<u64>(input, load<u64>(out));
  store<u64>(input, load<u64>(out, 8), 8);
  store<u32>(input, word0, 16);
  store<u32>(input, word1, 20);
  store<u32>(input, word2, 24);
  store<u32>(input, word3, 28);
  digest(input, 2 * DIGEST_BYTES, out);
}

function scramble1(word: u64): u64 {
  return rotl<u64>(word * C1, 31) * C2;
}

function scramble2(word: u64): u64 {
  return rotl<u64>(word * C2, 33) * C1;
}

/** Every bit of the result depends on every bit of the word. */
function avalanche(word: u64): u64 {
  word ^= word >> 33;
  word *= 0xff51afd7ed558ccd;
  word ^= word >> 33;
  word *= 0xc4ceb9fe1a85ec53;
  return word ^ (word >> 33);
}
