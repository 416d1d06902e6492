import { editDistance } from '../../core/nearest.js';

/** Longer ones are no misspelling of anything, and distances cost time by length. */
const LENGTH_MAX = 64;
const COUNT = 3;

/**
 * The names that are most likely meant, best first, at most three: those of a group (`entropy` for `entropy.char`) and those
 * that few changes lead to. The last part of a name may stand for the whole (`overall` for `documentation.overall`).
 */
export function nearest(typed: string, names: Iterable<string>): string[] {
  const wanted = typed.slice(0, LENGTH_MAX).toLowerCase();
  const ranked = Array.from(names, (name) => ({ name, distance: distanceTo(name.toLowerCase(), wanted) }));
  return ranked
    .filter(({ distance }) => distance <= Math.max(2, wanted.length / 3))
    .sort((left, right) => left.distance - right.distance)
    .slice(0, COUNT)
    .map(({ name }) => name);
}

function distanceTo(name: string, wanted: string): number {
  if (name.startsWith(`${wanted}.`)) return 0;
  const last = name.slice(name.lastIndexOf('.') + 1);
  return Math.min(editDistance(name, wanted), editDistance(last, wanted) + 0.5);
}
