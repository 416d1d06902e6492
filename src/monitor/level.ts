/**
 * How many of something there are at a time: things that wait, work in flight.
 *
 * The area below it over time is their total time. So by Little's law a queue needs no clock reading for each that waits in it, and
 * work that is still in flight counts up to now.
 */
export class Level {
  #value = 0;
  #max = 0;
  #areaMs = 0;
  #sinceMs: number;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  get value(): number {
    return this.#value;
  }

  get max(): number {
    return this.#max;
  }

  change(by: number, nowMs: number): void {
    this.#areaMs += this.#value * (nowMs - this.#sinceMs);
    this.#sinceMs = nowMs;
    this.#value += by;
    if (this.#value > this.#max) this.#max = this.#value;
  }

  /** Sum over all of how long they were there, up to now. */
  areaMs(nowMs: number): number {
    return this.#areaMs + this.#value * (nowMs - this.#sinceMs);
  }
}
