/** A number as it stands in a table: integers whole, others with three places or, near 0, with two digits that say something. */
export function formatDecimal(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 0.001 ? value.toFixed(3) : value.toPrecision(2);
}

/** A value beside the threshold that it is compared with: it is never printed as equal to it unless it is. */
export function formatBeside(value: number, threshold: number): string {
  const short = formatDecimal(value);
  return value !== threshold && Number(short) === threshold ? String(value) : short;
}

/** `12 %`, `3.4 %`: a share of a text. */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`;
}
