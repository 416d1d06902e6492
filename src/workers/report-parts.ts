import type { DocumentationWeights } from '../core/measures.js';
import { SLOT_PARTS } from './kernel/report-slots.js';

/** How many parts each dimension of the documentation profile has, in the order in which the kernel puts them. */
export const PART_COUNTS = Object.freeze({
  completeness: 6,
  clarity: 5,
  consistency: 5,
  accuracy: 5,
}) satisfies Readonly<Record<keyof DocumentationWeights, number>>;

/** The parts of each dimension, 0 to 1; `null` for one that does not apply. */
export type PartValues = Readonly<Record<keyof DocumentationWeights, readonly (number | null)[]>>;

/**
 * The parts that the documentation profile was made of, out of a row that was asked for with `explainRow`.
 *
 * @param at - index of the row's first double.
 */
export function decodeParts(rows: Float64Array, at: number): PartValues {
  let slot = at + SLOT_PARTS;
  const take = (count: number): (number | null)[] => {
    const values = Array.from(rows.subarray(slot, slot + count), (value) => (Number.isNaN(value) ? null : value));
    slot += count;
    return values;
  };
  return {
    completeness: take(PART_COUNTS.completeness),
    clarity: take(PART_COUNTS.clarity),
    consistency: take(PART_COUNTS.consistency),
    accuracy: take(PART_COUNTS.accuracy),
  };
}
