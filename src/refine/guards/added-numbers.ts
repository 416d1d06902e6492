import type { Guard } from './guard.js';

/** A figure of the version that the original has nowhere is one that the model knows, or made up. */
export const addedNumbersGuard: Guard = (original, version, { numbersAddedMax }) => {
  if (numbersAddedMax === null) return undefined;
  // All figures are found faster than those among them that claim something, and most versions add none.
  if (isSubset(version.figures.written, original.figures.written)) return undefined;
  const { claims } = version;
  let added = 0;
  for (const claim of claims) if (!original.figures.has(claim)) added++;
  return added > numbersAddedMax * claims.size ? `${added} of ${claims.size} different numbers added` : undefined;
};

function isSubset(of: ReadonlySet<string>, by: ReadonlySet<string>): boolean {
  for (const each of of) if (!by.has(each)) return false;
  return true;
}
