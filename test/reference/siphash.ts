/**
 * SipHash with any number of rounds, 64 bits, in unbounded integers: slow and obvious, the model of the hash kernel.
 *
 * Aumasson and Bernstein 2012, "SipHash: a fast short-input PRF".
 */
import { rotl, u64, wordAt } from './integers.js';

export interface SipHashRounds {
  /** For each word of eight bytes. */
  readonly perWord: number;
  readonly closing: number;
}

/** Eight bytes, little end first. The key has sixteen. */
export function sipHash(key: Uint8Array, bytes: Uint8Array, { perWord, closing }: SipHashRounds): Buffer {
  const [low, high] = [wordAt(key, 0), wordAt(key, 8)];
  const state: State = {
    v0: low ^ 0x736f6d6570736575n,
    v1: high ^ 0x646f72616e646f6dn,
    v2: low ^ 0x6c7967656e657261n,
    v3: high ^ 0x7465646279746573n,
  };
  const tailStart = bytes.length - (bytes.length % 8);
  for (let at = 0; at <= tailStart; at += 8) {
    const length = at === tailStart ? BigInt(bytes.length & 0xff) << 56n : 0n;
    const word = wordAt(bytes, at) | length;
    state.v3 ^= word;
    for (let round = 0; round < perWord; round++) mix(state);
    state.v0 ^= word;
  }
  state.v2 ^= 0xffn;
  for (let round = 0; round < closing; round++) mix(state);
  const hash = Buffer.alloc(8);
  hash.writeBigUInt64LE(state.v0 ^ state.v1 ^ state.v2 ^ state.v3);
  return hash;
}

interface State {
  v0: bigint;
  v1: bigint;
  v2: bigint;
  v3: bigint;
}

function mix(state: State): void {
  state.v0 = u64(state.v0 + state.v1);
  state.v1 = rotl(state.v1, 13n) ^ state.v0;
  state.v0 = rotl(state.v0, 32n);
  state.v2 = u64(state.v2 + state.v3);
  state.v3 = rotl(state.v3, 16n) ^ state.v2;
  state.v0 = u64(state.v0 + state.v3);
  state.v3 = rotl(state.v3, 21n) ^ state.v0;
  state.v2 = u64(state.v2 + state.v1);
  state.v1 = rotl(state.v1, 17n) ^ state.v2;
  state.v2 = rotl(state.v2, 32n);
}
