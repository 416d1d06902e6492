/** Arithmetic on 64-bit words in unbounded integers. */

export function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

export function rotl(word: bigint, bits: bigint): bigint {
  return u64(word << bits) | (word >> (64n - bits));
}

/** Eight bytes, little end first; those past the end are 0. */
export function wordAt(bytes: Uint8Array, at: number): bigint {
  let word = 0n;
  for (let index = 7; index >= 0; index--) word = (word << 8n) | BigInt(bytes[at + index] ?? 0);
  return word;
}
