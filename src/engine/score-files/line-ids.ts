/**
 * Fills in the line numbers that rows without an id are missing: a worker knows only how a line is numbered in its range.
 *
 * @param rows - the rows, with nothing where the digits belong.
 * @param lineIds - pairs: an offset into `rows`, ascending, and the line's number within the range, from 1.
 * @param linesBefore - lines of the source before the range.
 */
export function insertLineIds(rows: Uint8Array, lineIds: Uint32Array, linesBefore: number): Uint8Array {
  if (lineIds.length === 0) return rows;
  const source = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
  const filled = Buffer.allocUnsafe(rows.length + (lineIds.length / 2) * DIGITS_MAX);
  let copied = 0;
  let at = 0;
  for (let pair = 0; pair < lineIds.length; pair += 2) {
    const offset = lineIds[pair] ?? 0;
    at += source.copy(filled, at, copied, offset);
    at += filled.write(String(linesBefore + (lineIds[pair + 1] ?? 0)), at, 'latin1');
    copied = offset;
  }
  at += source.copy(filled, at, copied);
  return filled.subarray(0, at);
}

/** Digits of the largest safe integer. */
const DIGITS_MAX = 16;
