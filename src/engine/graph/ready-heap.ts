/** What decides which of two tasks goes first. */
export interface Precedence {
  /** The user's priority; higher goes first. */
  readonly levels: Uint8Array;
  /** The longest path from here; of one level, longer goes first. */
  readonly ranks: Float64Array;
}

/** The tasks that could run now, by number: a binary heap, O(log n) each for push and pop. Of equals the lower number goes first. */
export class ReadyHeap {
  readonly #levels: Uint8Array;
  readonly #ranks: Float64Array;
  #items = new Uint32Array(16);
  #size = 0;

  constructor({ levels, ranks }: Precedence) {
    this.#levels = levels;
    this.#ranks = ranks;
  }

  get size(): number {
    return this.#size;
  }

  /** The task that goes first. */
  get first(): number | undefined {
    return this.#size === 0 ? undefined : this.#items[0];
  }

  push(task: number): void {
    if (this.#size === this.#items.length) this.#grow();
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (this.#precedes(this.#items[parent]!, task)) break;
      this.#items[hole] = this.#items[parent]!;
      hole = parent;
    }
    this.#items[hole] = task;
  }

  pop(): number | undefined {
    if (this.#size === 0) return undefined;
    const first = this.#items[0];
    const last = this.#items[--this.#size]!;
    let hole = 0;
    while (true) {
      let child = 2 * hole + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#precedes(this.#items[child + 1]!, this.#items[child]!)) child++;
      if (this.#precedes(last, this.#items[child]!)) break;
      this.#items[hole] = this.#items[child]!;
      hole = child;
    }
    this.#items[hole] = last;
    return first;
  }

  clear(): void {
    this.#size = 0;
  }

  #precedes(a: number, b: number): boolean {
    if (this.#levels[a] !== this.#levels[b]) return this.#levels[a]! > this.#levels[b]!;
    if (this.#ranks[a] !== this.#ranks[b]) return this.#ranks[a]! > this.#ranks[b]!;
    return a < b;
  }

  #grow(): void {
    const grown = new Uint32Array(this.#items.length * 2);
    grown.set(this.#items);
    this.#items = grown;
  }
}
