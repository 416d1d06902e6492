/**
 * Thresholds that drop a wanted number of documents together.
 *
 * Each check has a level: at level `d` its threshold is the value that alone drops about `d` documents, so that equal levels are
 * equally strict. Raising all levels in step drops ever more documents. What a document needs to be dropped by a check is a level
 * as well, its depth, which is known beforehand; so the highest common level that drops no more than wanted is found by sorting
 * depths, exactly, and no thresholds are tried.
 *
 * Values that many documents share make large steps: a check whose next step would drop too many stays where it is, and the
 * others go on without it.
 */
import { countBelow, countUpTo, sortNumbers } from './sorted.js';

/** Drops a document whose value is beyond a bound. */
export class Gate {
  readonly bound: 'min' | 'max';
  /** The values, ascending, nulls left out. */
  readonly sorted: Float64Array;
  /** For each document the level from which on it is dropped; `NEVER` where no threshold among the values drops it. */
  readonly depths: Uint32Array;

  /** @param column - a value for each document; NaN passes whatever the threshold. */
  constructor(bound: 'min' | 'max', column: Float64Array) {
    this.bound = bound;
    this.sorted = sortNumbers(column);
    this.depths = Uint32Array.from(column, (value) => this.#depthOf(value));
  }

  /** Whether all documents have the same value or none: then no threshold tells them apart. */
  get isFlat(): boolean {
    return this.sorted.length === 0 || this.sorted[0] === this.sorted.at(-1);
  }

  /** The threshold at a level: of all that drop the same documents, that of the fewest digits. `undefined` without values. */
  thresholdAt(level: number): number | undefined {
    const last = this.sorted.length - 1;
    const place = Math.min(level, last);
    const value = this.sorted[this.bound === 'min' ? place : last - place];
    if (value === undefined) return undefined;
    if (this.bound === 'min')
      return shortestBetween(value, this.sorted[countBelow(this.sorted, value) - 1] ?? -Infinity);
    return shortestBetween(value, this.sorted[countUpTo(this.sorted, value)] ?? Infinity);
  }

  #depthOf(value: number): number {
    const { length } = this.sorted;
    if (Number.isNaN(value)) return NEVER;
    const depth = this.bound === 'min' ? countUpTo(this.sorted, value) : length - countBelow(this.sorted, value);
    return depth < length ? depth : NEVER;
  }
}

/** Beyond every level. */
const NEVER = 2 ** 32 - 1;

const DIGITS_MAX = 17;

/** The number of the fewest digits from `value` on, towards `end` and without reaching it. */
export function shortestBetween(value: number, end: number): number {
  for (let digits = 1; digits < DIGITS_MAX; digits++) {
    const candidate = Number(value.toPrecision(digits));
    const isBetween = end < value ? end < candidate && candidate <= value : value <= candidate && candidate < end;
    if (isBetween) return candidate;
  }
  return value;
}

export interface JointLevels {
  /** A level for each gate. */
  readonly levels: readonly number[];
  /** Documents dropped by one gate at least, and those that were dropped before. */
  readonly dropped: number;
}

/**
 * The highest levels, equal wherever values allow, that drop no more than `dropMax` documents together.
 *
 * @param isDropped - documents that are dropped whatever the levels; they count. A document each, as many as the gates have.
 */
export function jointLevels(gates: readonly Gate[], isDropped: Uint8Array, dropMax: number): JointLevels {
  const joint = new Joint(gates, isDropped, dropMax);
  joint.raise();
  return { levels: joint.levels, dropped: dropMax - joint.allowance };
}

class Joint {
  readonly levels: number[];
  /** Documents that may still be dropped; below 0 when too many were dropped before. */
  allowance: number;
  readonly #gates: readonly Gate[];
  readonly #isDropped: Uint8Array;

  constructor(gates: readonly Gate[], isDropped: Uint8Array, dropMax: number) {
    this.#gates = gates;
    this.#isDropped = isDropped.slice();
    this.levels = gates.map(() => 0);
    this.allowance = dropMax - isDropped.reduce((sum, dropped) => sum + dropped, 0);
  }

  /** Each turn stops one gate at least. */
  raise(): void {
    if (this.allowance < 0) return;
    let active = this.#gates.map((_, index) => index);
    while (active.length > 0) {
      const stop = this.#firstTooDeep(active);
      for (const index of active) this.#raiseTo(index, stop - 1);
      if (stop === NEVER) return;
      active = active.filter((index) => this.#step(index, stop));
    }
  }

  /** The lowest level at which these gates together would drop more than may be dropped. */
  #firstTooDeep(active: readonly number[]): number {
    const depths = new Uint32Array(this.#isDropped.length).fill(NEVER);
    for (const index of active) {
      for (const [document, depth] of this.#gates[index]!.depths.entries()) {
        if (depth < depths[document]! && this.#isDropped[document] === 0) depths[document] = depth;
      }
    }
    return depths.sort()[this.allowance] ?? NEVER;
  }

  /** Raises one gate by one level where that drops no more than may be dropped; tells whether it did. */
  #step(index: number, level: number): boolean {
    const { depths } = this.#gates[index]!;
    let count = 0;
    for (const [document, depth] of depths.entries()) {
      if (depth === level && this.#isDropped[document] === 0) count++;
    }
    if (count > this.allowance) return false;
    this.#raiseTo(index, level);
    return true;
  }

  #raiseTo(index: number, level: number): void {
    this.levels[index] = level;
    for (const [document, depth] of this.#gates[index]!.depths.entries()) {
      if (depth > level || this.#isDropped[document] !== 0) continue;
      this.#isDropped[document] = 1;
      this.allowance--;
    }
  }
}
