import { crc32 } from 'node:zlib';

/** Bodies whose repetitions are counted; beyond so many the oldest is forgotten and counts from the beginning. */
const BODIES_MAX = 1 << 20;

/** Numbers from 0 to 1 that depend on a seed and on what was asked how often, and on no order or time. */
export type Draw = () => number;

/** Makes the draws of each request. */
export class Draws {
  readonly #seed: number;
  readonly #seen = new Map<number, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  for(body: Uint8Array): Draw {
    const digest = crc32(body);
    const times = this.#seen.get(digest) ?? 0;
    if (times === 0 && this.#seen.size >= BODIES_MAX) this.#forgetOldest();
    this.#seen.set(digest, times + 1);
    return mulberry32(mix(mix(digest ^ this.#seed) + times));
  }

  #forgetOldest(): void {
    const [oldest] = this.#seen.keys();
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}

/** A number of a standard normal distribution, by the method of Box and Muller. */
export function normal(draw: Draw): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}

/** Of weighted choices the one that the draw falls on; `undefined` when it falls beyond their sum. */
export function choose<T>(weighted: readonly (readonly [T, number])[], drawn: number): T | undefined {
  let below = 0;
  for (const [choice, weight] of weighted) {
    below += weight;
    if (drawn < below) return choice;
  }
  return undefined;
}

/** The finaliser of MurmurHash3: every bit of the input changes every bit of the output. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Tommy Ettinger's generator with 32 bits of state. */
function mulberry32(seed: number): Draw {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
