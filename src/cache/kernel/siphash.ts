/**
 * SipHash-1-3, 64 bits (Aumasson and Bernstein 2012, "SipHash: a fast short-input PRF"): one round for each word, three at the end.
 *
 * The variant that hash tables use (Rust, Python). Nobody sees a check who has not the key, and one guess in 2^64 is right; the
 * further rounds of SipHash-2-4 are for checks that an attacker can collect. The key comes as four 32-bit words, lowest first:
 * arguments leave no copy of the secret in a memory that may be another's.
 *
 * The state is four 64-bit words at an address of the host's, with room for four more; the first of them becomes the check.
 */
import { loadFew } from './bytes';

const WORD_BYTES: usize = 8;
const STATE_BYTES: usize = 32;
const CLOSING_ROUNDS: usize = 3;

/** The check of a range of bytes, in the first eight of sixty-four bytes at `out`. */
export function check(address: usize, bytes: usize, out: usize, key0: u32, key1: u32, key2: u32, key3: u32): void {
  startCheck(out, key0, key1, key2, key3);
  finishCheck(address, bytes, <f64>bytes, out);
}

export function startCheck(state: usize, key0: u32, key1: u32, key2: u32, key3: u32): void {
  const low = (<u64>key0) | ((<u64>key1) << 32);
  const high = (<u64>key2) | ((<u64>key3) << 32);
  store<u64>(state, low ^ 0x736f6d6570736575);
  store<u64>(state, high ^ 0x646f72616e646f6d, 8);
  store<u64>(state, low ^ 0x6c7967656e657261, 16);
  store<u64>(state, high ^ 0x7465646279746573, 24);
}

/** Mixes whole words into the state; `bytes` is a multiple of 8. */
export function absorbWords(address: usize, bytes: usize, state: usize): void {
  let v0 = load<u64>(state);
  let v1 = load<u64>(state, 8);
  let v2 = load<u64>(state, 16);
  let v3 = load<u64>(state, 24);
  const end = address + bytes;
  for (let at = address; at < end; at += WORD_BYTES) {
    const word = load<u64>(at);
    v3 ^= word;

    v0 += v1;
    v2 += v3;
    v1 = rotl<u64>(v1, 13) ^ v0;
    v3 = rotl<u64>(v3, 16) ^ v2;
    v0 = rotl<u64>(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = rotl<u64>(v1, 17) ^ v2;
    v3 = rotl<u64>(v3, 21) ^ v0;
    v2 = rotl<u64>(v2, 32);

    v0 ^= word;
  }
  store<u64>(state, v0);
  store<u64>(state, v1, 8);
  store<u64>(state, v2, 16);
  store<u64>(state, v3, 24);
}

/** Mixes in the last bytes, any number of them, and the length of all modulo 256; the first word of the state is the check then. */
export function finishCheck(address: usize, bytes: usize, totalBytes: f64, state: usize): void {
  const wordBytes = bytes & ~(WORD_BYTES - 1);
  absorbWords(address, wordBytes, state);
  const words = state + STATE_BYTES;
  store<u64>(words, loadFew(address + wordBytes, bytes - wordBytes) | ((<u64>totalBytes) << 56));
  absorbWords(words, WORD_BYTES, state);

  store<u64>(state, load<u64>(state, 16) ^ 0xff, 16);
  memory.fill(words, 0, CLOSING_ROUNDS * WORD_BYTES); // A word of zeros is a round and nothing else.
  absorbWords(words, CLOSING_ROUNDS * WORD_BYTES, state);
  store<u64>(state, load<u64>(state) ^ load<u64>(state, 8) ^ load<u64>(state, 16) ^ load<u64>(state, 24));
}
