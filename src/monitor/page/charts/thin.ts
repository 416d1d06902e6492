/** Points of a line that can be told apart in a drawing. */
const POINTS_MAX = 400;

/**
 * A line of at most some hundred points that looks the same: of each stretch those with the lowest and the highest value, in
 * their order, so that no peak is lost; a gap counts as the lowest.
 */
export function thin<P extends { readonly y: number | null }>(
  points: readonly P[],
  pointsMax = POINTS_MAX,
): readonly P[] {
  if (points.length <= pointsMax) return points;
  const stretches = Math.max(1, Math.floor(pointsMax / 2));
  const kept: P[] = [];
  for (let stretch = 0; stretch < stretches; stretch++) {
    const start = Math.floor((stretch * points.length) / stretches);
    const end = Math.floor(((stretch + 1) * points.length) / stretches);
    let [low, high] = [start, start];
    for (let index = start + 1; index < end; index++) {
      if (heightOf(points[index]) < heightOf(points[low])) low = index;
      if (heightOf(points[index]) > heightOf(points[high])) high = index;
    }
    for (const index of new Set([Math.min(low, high), Math.max(low, high)]))
      kept.push(...points.slice(index, index + 1));
  }
  return kept;
}

function heightOf(point: { readonly y: number | null } | undefined): number {
  return point?.y ?? -Infinity;
}
