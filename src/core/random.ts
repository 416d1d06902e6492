/**
 * A generator of numbers in [0, 1) with 53 random bits, the same sequence for the same seed.
 *
 * Doty-Humphrey's sfc32, from PractRand: 128 bits of state, of which the seed sets one part.
 */
export function seededRandom(seed: number): () => number {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, seed | 0, 1];
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < WARM_UP; i++) next();
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}

/** Draws until the seed has reached every bit of the state. */
const WARM_UP = 16;
