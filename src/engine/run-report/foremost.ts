/** The first ones of any number of values in an order; of equal ones those that came earlier. */
export class Foremost<T> {
  readonly #max: number;
  readonly #compare: (one: T, other: T) => number;
  #values: readonly T[] = [];

  /** @param max - how many are kept; integer, 1 or more. */
  constructor(max: number, compare: (one: T, other: T) => number) {
    this.#max = max;
    this.#compare = compare;
  }

  get values(): readonly T[] {
    return this.#values;
  }

  /** What a further value has to come before; undefined while there is room. */
  get bound(): T | undefined {
    return this.#values[this.#max - 1];
  }

  add(value: T): void {
    const { bound } = this;
    if (bound !== undefined && this.#compare(value, bound) >= 0) return;
    this.#values = [...this.#values, value].sort(this.#compare).slice(0, this.#max);
  }
}
