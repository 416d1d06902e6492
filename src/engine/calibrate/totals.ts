import { FILTER_NAMES, FILTER_REASONS, type AllThresholds, type FilterName } from '../../core/filters.js';
import { SLOT_VERDICTS } from '../../workers/kernel/report-slots.js';
import { CHECKS, VERDICT_CODES, fails, filterIndex } from './checks.js';
import { ROW_FIELDS } from './fields.js';
import { thresholdOf } from './thresholds.js';

/** What is known of a number for all documents. */
export interface Moments {
  readonly count: number;
  readonly nulls: number;
  /** Without values `Infinity`, `-Infinity` and NaN. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly sum: number;
}

const FIELD_SLOTS = Int32Array.from(ROW_FIELDS, ({ slot }) => slot);

/** Counts over all rows, whatever is sampled: exact, and the same for the same rows in the same order. */
export class Totals {
  documents = 0;
  /** Documents that one filter at least drops. */
  dropped = 0;
  readonly #counts = new Float64Array(FIELD_SLOTS.length);
  readonly #mins = new Float64Array(FIELD_SLOTS.length).fill(Infinity);
  readonly #maxs = new Float64Array(FIELD_SLOTS.length).fill(-Infinity);
  readonly #sums = new Float64Array(FIELD_SLOTS.length);
  /** What the sums lost to rounding: Kahan 1965, "Further remarks on reducing truncation errors". */
  readonly #lost = new Float64Array(FIELD_SLOTS.length);
  readonly #verdicts = FILTER_NAMES.map((filter) => new Float64Array(FILTER_REASONS[filter].length + 1));
  readonly #thresholds: Float64Array;
  readonly #judged = new Float64Array(CHECKS.length);
  readonly #failed = new Float64Array(CHECKS.length);

  /** @param filters - the thresholds that the rows were judged by. */
  constructor(filters: AllThresholds) {
    this.#thresholds = Float64Array.from(CHECKS, (check) => thresholdOf(filters, check) ?? NaN);
  }

  /** Takes the row that begins at an index. */
  add(rows: Float64Array, at: number): void {
    this.documents++;
    for (let field = 0; field < FIELD_SLOTS.length; field++) this.#addValue(field, rows[at + FIELD_SLOTS[field]!]!);
    let isDropped = false;
    for (const [filter, verdicts] of this.#verdicts.entries()) {
      const code = rows[at + SLOT_VERDICTS + filter]!;
      verdicts[code]!++;
      isDropped ||= code !== 0;
    }
    if (isDropped) this.dropped++;
    this.#judge(rows, at);
  }

  /** Of the field at a place in `ROW_FIELDS`. */
  moments(field: number): Moments {
    const [count, sum] = [this.#counts[field]!, this.#sums[field]!];
    const [min, max] = [this.#mins[field]!, this.#maxs[field]!];
    return { count, nulls: this.documents - count, min, max, sum, mean: sum / count };
  }

  /** Documents that a filter gave each verdict; that of number 0 is to keep them. */
  verdicts(filter: FilterName): readonly number[] {
    return [...this.#verdicts[filterIndex(filter)]!];
  }

  /** For the check at a place in `CHECKS`: documents that have its statistic, and those that fail it, whatever came before. */
  check(index: number): { readonly judged: number; readonly failed: number } {
    return { judged: this.#judged[index]!, failed: this.#failed[index]! };
  }

  #addValue(field: number, value: number): void {
    if (Number.isNaN(value)) return;
    this.#counts[field]!++;
    if (value < this.#mins[field]!) this.#mins[field] = value;
    if (value > this.#maxs[field]!) this.#maxs[field] = value;
    const sum = this.#sums[field]!;
    const addend = value - this.#lost[field]!;
    const next = sum + addend;
    this.#lost[field] = next - sum - addend;
    this.#sums[field] = next;
  }

  #judge(rows: Float64Array, at: number): void {
    for (let index = 0; index < CHECKS.length; index++) {
      const { filter, slot, bound } = CHECKS[index]!;
      const value = rows[at + slot]!;
      if (Number.isNaN(value) || isDroppedByRule(filter, rows, at)) continue;
      this.#judged[index]!++;
      if (fails(bound, value, this.#thresholds[index]!)) this.#failed[index]!++;
    }
  }
}

/** Whether the filter drops the row's document by a rule that has no threshold. */
export function isDroppedByRule(filter: FilterName, rows: Float64Array, at: number): boolean {
  return VERDICT_CODES[filter].isRule[rows[at + SLOT_VERDICTS + filterIndex(filter)]!] === true;
}
