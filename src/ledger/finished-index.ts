/**
 * Where the finished items of a job are recorded, by ordinal: 8 bytes each, in arrays that double.
 *
 * Invariant: `#lines[ordinal]` is 0 for an item that is not finished, else 1 + the index of its line.
 */
export class FinishedIndex {
  #lines = new Uint32Array(1024);
  #checks = new Uint32Array(1024);
  /** Where each line ends in the file; it begins where the one before it ends. */
  readonly #ends: number[] = [];
  #count = 0;
  #length = 0;

  /** Finished items. */
  get count(): number {
    return this.#count;
  }

  /** One more than the greatest ordinal of a finished item. */
  get length(): number {
    return this.#length;
  }

  /** Adds a line of the file, which ends at that offset, and the items in it, as `[ordinal, check]`. */
  addLine(items: readonly (readonly [number, number, ...unknown[]])[], end: number): void {
    this.#ends.push(end);
    for (const [ordinal, check] of items) {
      this.#reserve(ordinal + 1);
      if (this.#lines[ordinal] === 0) this.#count++;
      this.#lines[ordinal] = this.#ends.length;
      this.#checks[ordinal] = check;
      this.#length = Math.max(this.#length, ordinal + 1);
    }
  }

  has(ordinal: number): boolean {
    return this.lineOf(ordinal) !== undefined;
  }

  /** What was given as the item's check. */
  checkOf(ordinal: number): number | undefined {
    return this.has(ordinal) ? this.#checks[ordinal] : undefined;
  }

  /** Index of the item's line. */
  lineOf(ordinal: number): number | undefined {
    const line = this.#lines[ordinal] ?? 0;
    return line === 0 ? undefined : line - 1;
  }

  /** Where a line lies in a file whose first line begins at `startBytes`. */
  extentOf(line: number, startBytes: number): { readonly from: number; readonly to: number } {
    return { from: this.#ends[line - 1] ?? startBytes, to: this.#ends[line] ?? startBytes };
  }

  #reserve(length: number): void {
    if (length <= this.#lines.length) return;
    const capacity = Math.max(length, this.#lines.length * 2);
    this.#lines = grown(this.#lines, capacity);
    this.#checks = grown(this.#checks, capacity);
  }
}

function grown(array: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(capacity);
  larger.set(array);
  return larger;
}
