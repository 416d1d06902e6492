import { checkInteger } from '../core/options.js';

/**
 * Values over a time of any length in at most so many points: when they are full, neighbours are merged in pairs, and from then on a
 * point holds twice as many values.
 *
 *   four at most:   a b c d  ▸  ab cd  ▸  ab cd ef gh  ▸  abcd efgh  ▸  …
 *
 * All points but the last hold equally many values, so a peak or a slope means the same at the beginning and at the end.
 */
export class CoarseningSeries<T> {
  readonly #pointsMax: number;
  readonly #merge: (earlier: T, later: T) => T;
  #points: T[] = [];
  /** Values to a point, a power of two. */
  #stride = 1;
  /** The point that is not yet whole. */
  #open: T | undefined;
  #openValues = 0;

  /**
   * @param pointsMax - integer, 2 or more.
   * @param merge - of two neighbours; must not care how they are grouped.
   */
  constructor(pointsMax: number, merge: (earlier: T, later: T) => T) {
    this.#pointsMax = checkInteger('pointsMax', pointsMax, 2);
    this.#merge = merge;
  }

  get stride(): number {
    return this.#stride;
  }

  push(value: T): void {
    this.#open = this.#open === undefined ? value : this.#merge(this.#open, value);
    if (++this.#openValues < this.#stride) return;
    this.#points.push(this.#open);
    [this.#open, this.#openValues] = [undefined, 0];
    if (this.#points.length === this.#pointsMax) this.#halve();
  }

  /** In order, the one that is not yet whole at the end; at most `pointsMax`. */
  points(): T[] {
    return this.#open === undefined ? [...this.#points] : [...this.#points, this.#open];
  }

  /** An odd one at the end becomes the point that is not yet whole. */
  #halve(): void {
    const merged: T[] = [];
    for (let at = 1; at < this.#points.length; at += 2) {
      merged.push(this.#merge(this.#points[at - 1]!, this.#points[at]!));
    }
    if (this.#points.length % 2 === 1) [this.#open, this.#openValues] = [this.#points.at(-1), this.#stride];
    this.#points = merged;
    this.#stride *= 2;
  }
}
