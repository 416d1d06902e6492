/** Numbers in a typed array that grows by doubling. */
export class Column<A extends Uint32Array | Float64Array> {
  readonly #make: (length: number) => A;
  #values: A;
  #length = 0;

  /** @param make - a new array of zeros; it sets what kind of number the column holds. */
  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#values = make(1024);
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes that are set aside. */
  get bytes(): number {
    return this.#values.byteLength;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#grow();
    this.#values[this.#length++] = value;
  }

  /** The number at an index below `length`. */
  at(index: number): number {
    return this.#values[index]!;
  }

  #grow(): void {
    const grown = this.#make(this.#values.length * 2);
    grown.set(this.#values);
    this.#values = grown;
  }
}

export function integers(): Column<Uint32Array> {
  return new Column((length) => new Uint32Array(length));
}

/** Integers beyond 32 bits, up to 2^53. */
export function offsets(): Column<Float64Array> {
  return new Column((length) => new Float64Array(length));
}
