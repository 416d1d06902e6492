import { seededRandom } from '../../src/core/random.js';

/** Standard normal numbers, the same for a seed (Box and Muller 1958). */
export function seededNormal(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Times that scatter around a middle, with the long tail to the right that times have. */
export function noisyTimes(normal: () => number, middle: number, scatter: number, count: number): number[] {
  return Array.from({ length: count }, () => middle * Math.exp(scatter * normal()));
}
