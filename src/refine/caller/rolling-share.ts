/** Parts of the window; what is counted is forgotten one part at a time. */
const PARTS = 10;

/** The share of calls that failed in a window of time that moves on. */
export class RollingShare {
  readonly #partMs: number;
  readonly #calls = new Float64Array(PARTS);
  readonly #failures = new Float64Array(PARTS);
  #part = -1;
  #callCount = 0;
  #failureCount = 0;

  /** What is older than `windowMs` does not count; of the last tenth of it only a part may. */
  constructor(windowMs: number) {
    this.#partMs = windowMs / PARTS;
  }

  /** @param nowMs - 0 or more. */
  record(isFailure: boolean, nowMs: number): void {
    const slot = this.#moveTo(nowMs);
    this.#calls[slot]!++;
    this.#callCount++;
    if (!isFailure) return;
    this.#failures[slot]!++;
    this.#failureCount++;
  }

  get calls(): number {
    return this.#callCount;
  }

  /** 0 of no calls. */
  get share(): number {
    return this.#callCount === 0 ? 0 : this.#failureCount / this.#callCount;
  }

  clear(): void {
    this.#calls.fill(0);
    this.#failures.fill(0);
    this.#callCount = this.#failureCount = 0;
  }

  #moveTo(nowMs: number): number {
    const part = Math.floor(nowMs / this.#partMs);
    for (let each = Math.max(this.#part + 1, part - PARTS + 1); each <= part; each++) {
      const slot = each % PARTS;
      this.#callCount -= this.#calls[slot]!;
      this.#failureCount -= this.#failures[slot]!;
      this.#calls[slot] = this.#failures[slot] = 0;
    }
    this.#part = Math.max(this.#part, part);
    return this.#part % PARTS;
  }
}
