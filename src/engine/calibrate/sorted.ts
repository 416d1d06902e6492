/** The numbers of a column in ascending order; what is no number, which stands for null, is left out. */
export function sortNumbers(column: Float64Array): Float64Array {
  const sorted = column.slice().sort(); // NaN is sorted to the end
  let length = sorted.length;
  while (length > 0 && Number.isNaN(sorted[length - 1])) length--;
  return sorted.subarray(0, length);
}

/** How many of ascending numbers are smaller than `value`. */
export function countBelow(sorted: Float64Array, value: number): number {
  return firstIndex(sorted, (number) => number >= value);
}

/** How many of ascending numbers are `value` or smaller. */
export function countUpTo(sorted: Float64Array, value: number): number {
  return firstIndex(sorted, (number) => number > value);
}

/** Index of the first number for which `isBehind` holds, as it does for all after it. */
function firstIndex(sorted: Float64Array, isBehind: (number: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBehind(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
