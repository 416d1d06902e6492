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
  return Math.min(levenshtein(name, wanted), levenshtein(last, wanted) + 0.5);
}

/** Levenshtein 1966: how many characters to insert, delete or replace. */
export function levenshtein(left: string, right: string): number {
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const replaced = above[column - 1]! + Number(left[row - 1] !== right[column - 1]);
      current.push(Math.min(replaced, above[column]! + 1, current[column - 1]! + 1));
    }
    above = current;
  }
  return above[right.length]!;
}
