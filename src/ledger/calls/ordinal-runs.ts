/** Ascending ordinals, kept as runs of neighbours: 16 bytes a run. Those of a run's dead letters, above all. */
export class OrdinalRuns {
  /** First ordinal and length of each run, alternating. */
  readonly #runs: number[];
  #count = 0;

  private constructor(runs: number[]) {
    this.#runs = runs;
    for (let at = 1; at < runs.length; at += 2) this.#count += runs[at]!;
  }

  static empty(): OrdinalRuns {
    return new OrdinalRuns([]);
  }

  /** The runs as `toJSON` gave them; `undefined` when the value is something else. */
  static parse(value: unknown): OrdinalRuns | undefined {
    if (!Array.isArray(value) || value.length % 2 !== 0) return undefined;
    const runs: number[] = [];
    for (const part of value) {
      if (typeof part !== 'number' || !Number.isSafeInteger(part) || part < 0) return undefined;
      runs.push(part);
    }
    for (let at = 0; at < runs.length; at += 2) {
      const end = at === 0 ? 0 : runs[at - 2]! + runs[at - 1]!;
      if (runs[at]! < end || runs[at + 1] === 0) return undefined;
    }
    return new OrdinalRuns(runs);
  }

  /** How many ordinals there are. */
  get count(): number {
    return this.#count;
  }

  /** Adds an ordinal above all others. */
  push(ordinal: number): void {
    const last = this.#runs.length - 2;
    const end = last < 0 ? -1 : this.#runs[last]! + this.#runs[last + 1]!;
    if (ordinal === end) this.#runs[last + 1]!++;
    else this.#runs.push(ordinal, 1);
    this.#count++;
  }

  /** Adds all of `others`, which are above all of these. */
  append(others: OrdinalRuns): void {
    for (const ordinal of others) this.push(ordinal);
  }

  has(ordinal: number): boolean {
    let low = 0;
    let high = this.#runs.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#runs[2 * middle]! <= ordinal) low = middle + 1;
      else high = middle;
    }
    return low > 0 && ordinal < this.#runs[2 * low - 2]! + this.#runs[2 * low - 1]!;
  }

  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (let at = 0; at < this.#runs.length; at += 2) {
      const start = this.#runs[at]!;
      for (let ordinal = start; ordinal < start + this.#runs[at + 1]!; ordinal++) yield ordinal;
    }
  }

  toJSON(): number[] {
    return [...this.#runs];
  }
}
