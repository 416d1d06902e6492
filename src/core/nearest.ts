/** How many names are named where one was misspelt. */
const NAMES_MAX = 3;

/**
 * The known names that are most like a misspelt one, the nearest first; upper and lower case are alike.
 *
 * Levenshtein 1966, "Binary codes capable of correcting deletions, insertions, and reversals"; of names as near as each other the
 * first comes first. At most 3, and fewer only where fewer are known.
 */
export function nearestNames(misspelt: string, known: readonly string[]): string[] {
  const wanted = misspelt.toLowerCase();
  const ranked = known.map((name) => ({ name, distance: editDistance(wanted, name.toLowerCase()) }));
  ranked.sort((left, right) => left.distance - right.distance);
  return ranked.slice(0, NAMES_MAX).map(({ name }) => name);
}

/** Insertions, deletions and replacements of UTF-16 units that make one string of the other. */
export function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[to.length] ?? 0;
}
