/**
 * A uniform sample without replacement of rows that come one by one, however many.
 *
 * Vitter 1985, "Random sampling with a reservoir", algorithm R: of the first `k` rows each is in the sample with the same
 * probability `rowsMax / k`. Up to `rowsMax` rows all are in it, in their order.
 */
export class Reservoir {
  /** Doubles of a row. */
  readonly width: number;
  /** The sampled rows, one behind the other; the first `length` of them are there. */
  readonly rows: Float64Array;
  readonly #rowsMax: number;
  readonly #random: () => number;
  #seen = 0;

  /**
   * @param rowsMax - rows kept at most; `8 · width · rowsMax` bytes are reserved, which a system hands out as they are filled.
   * @param random - a number in [0, 1) for each row beyond `rowsMax`.
   */
  constructor(rowsMax: number, width: number, random: () => number) {
    this.width = width;
    this.rows = new Float64Array(rowsMax * width);
    this.#rowsMax = rowsMax;
    this.#random = random;
  }

  /** Rows in the sample. */
  get length(): number {
    return Math.min(this.#seen, this.#rowsMax);
  }

  /** Whether every row that came is in the sample. */
  get isComplete(): boolean {
    return this.#seen <= this.#rowsMax;
  }

  /** Takes the row of `width` doubles at an index, or passes it over. */
  add(rows: Float64Array, at: number): void {
    const seen = this.#seen++;
    const place = seen < this.#rowsMax ? seen : Math.floor(this.#random() * (seen + 1));
    if (place < this.#rowsMax) this.rows.set(rows.subarray(at, at + this.width), place * this.width);
  }

  /** What stands at one place of every sampled row, in a new array. */
  column(slot: number): Float64Array {
    const { length, width, rows } = this;
    const column = new Float64Array(length);
    for (let row = 0; row < length; row++) column[row] = rows[row * width + slot]!;
    return column;
  }
}
