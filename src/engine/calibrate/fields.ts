import { FIELDS } from '../../core/expression/fields.js';
import { rowFields } from '../../workers/expression-row.js';
import { STATS_SLOTS } from '../../workers/kernel/report-slots.js';

/** A number of the complete report with statistics, and where it stands in a row of doubles. */
export interface RowField {
  readonly path: string;
  readonly slot: number;
}

/** A row in which each double is its own place: what a reader finds in it is where it reads. */
const PLACES = { rows: Float64Array.from({ length: STATS_SLOTS }, (_, slot) => slot), at: 0 };

/** All numbers of the report, in its order. */
export const ROW_FIELDS: readonly RowField[] = [...FIELDS.values()]
  .filter(({ type }) => type === 'number')
  .map(({ path }) => ({ path, slot: slotOf(path) }));

/** Where the number of a path stands in a row. */
export function slotOf(path: string): number {
  return rowFields(STATS_SLOTS).number(path)(PLACES);
}
