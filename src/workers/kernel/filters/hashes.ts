/**
 * Hashes of bytes, by multiplication with secret factors, so that no text can be written to collide.
 *
 * A hash only says where to look: what it finds is compared byte by byte.
 */

const WORD_BYTES: usize = 8;

/** Odd, and secret once `prepareHashes` has set them. */
export let factor: u64 = 0x9e3779b97f4a7c15;
export let otherFactor: u64 = 0xbf58476d1ce4e5b9;
export let lengthFactor: u64 = 0x94d049bb133111eb;

/** Derives the factors from two random numbers (SplitMix64: Steele, Lea and Flood 2014). */
export function prepareHashes(seed: u64, seedHigh: u64): void {
  factor = scatter(seed) | 1;
  otherFactor = scatter(seedHigh) | 1;
  lengthFactor = scatter(seed ^ otherFactor) | 1;
}

/** The first `count` bytes at `address` as a number; all eight for any count from 8 on. */
export function leadingBytes(address: usize, count: usize): u64 {
  return load<u64>(address) & (u64.MAX_VALUE >>> ((<u64>(WORD_BYTES - min(count, WORD_BYTES))) << 3));
}

/**
 * Goes on with a hash by eight bytes.
 *
 * One multiplication moves differences only upwards: one in the last byte could be undone by the next eight bytes, whatever the
 * factor. The second one spreads it.
 */
export function mix(hash: u64, eight: u64): u64 {
  return rotl((hash ^ eight) * factor, 32) * otherFactor;
}

/** The hash of the bytes from `start` to `end`; its upper bits are the best ones. Two streams, of every other eight bytes. */
export function hashOf(start: usize, end: usize): u64 {
  let even = <u64>(end - start) * lengthFactor;
  let odd = lengthFactor;
  let at = start;
  for (; at + 2 * WORD_BYTES <= end; at += 2 * WORD_BYTES) {
    even = mix(even, load<u64>(at));
    odd = mix(odd, load<u64>(at, WORD_BYTES));
  }
  if (at + WORD_BYTES <= end) {
    even = mix(even, load<u64>(at));
    at += WORD_BYTES;
  }
  if (at < end) odd = mix(odd, leadingBytes(at, end - at));
  return mix(even, odd);
}

/** Whether two stretches of the same length hold the same bytes. */
export function isSame(a: usize, b: usize, bytes: usize): bool {
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    if (v128.any_true(v128.xor(v128.load(a + at), v128.load(b + at)))) return false;
  }
  for (; at < bytes; at += WORD_BYTES) {
    if (leadingBytes(a + at, bytes - at) != leadingBytes(b + at, bytes - at)) return false;
  }
  return true;
}

/** The least power of two that is not below `least`, which is 1 or more. */
export function powerOfTwo(least: u32): u32 {
  return (<u32>1) << (32 - <u32>clz(least - 1));
}

function scatter(seed: u64): u64 {
  let mixed = seed + 0x9e3779b97f4a7c15;
  mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >>> 31);
}
