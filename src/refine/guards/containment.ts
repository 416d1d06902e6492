import { randomInt } from 'node:crypto';
import { HashSet } from './hash-set.js';

/** Empty between two calls. No result depends on the seed. */
const set = new HashSet(randomInt(2 ** 32));

/** Without repetitions, in the same order. */
export function distinct(hashes: readonly number[]): readonly number[] {
  set.reset(hashes.length);
  const found: number[] = [];
  for (const hash of hashes) if (set.add(hash)) found.push(hash);
  return found;
}

/** Of the hashes in `of`, how many are in `by`, however often they are there. */
export function contained(of: readonly number[], by: readonly number[]): number {
  if (of.length === 0) return 0;
  set.reset(by.length);
  for (const hash of by) set.add(hash);
  let held = 0;
  for (const hash of of) if (set.has(hash)) held++;
  return held;
}
