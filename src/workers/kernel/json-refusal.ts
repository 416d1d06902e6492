/** Where a line is no JSON. */

/** The first byte that no valid JSON has after the bytes before it. */
export let refusedAt: usize = 0;

/** Notes the place; the result 0 is no address, and every scanner hands it on. */
export function refuse(at: usize): usize {
  refusedAt = at;
  return 0;
}
