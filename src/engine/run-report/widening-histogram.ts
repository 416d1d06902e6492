import type { PageHistogram } from '../../monitor/page/model.js';

/** Buckets at most; after a widening half as many and more. */
const BUCKETS_MAX = 64;

/** The finest that is of interest: an essay's quality to a thousandth. */
const WIDTH_MIN = 2 ** -10;

/**
 * Values before and after, in buckets of one width, whatever their range: when they need more buckets than there may be, pairs of
 * neighbours become one. A bucket's ends are multiples of its width, a power of two, so that which values it holds, and how wide it
 * is in the end, does not depend on the order in which they came.
 */
export class WideningHistogram {
  #width = WIDTH_MIN;
  /** Counts by the number of the bucket, which holds what is from `number * width` on. */
  #before = new Map<number, number>();
  #after = new Map<number, number>();
  #first = Infinity;
  #last = -Infinity;

  /** Both finite. */
  add(before: number, after: number): void {
    this.#makeRoomFor(Math.min(before, after), Math.max(before, after));
    count(this.#before, Math.floor(before / this.#width), 1);
    count(this.#after, Math.floor(after / this.#width), 1);
  }

  /** Undefined while there is no value. */
  histograms(): { readonly before: PageHistogram; readonly after: PageHistogram } | undefined {
    if (this.#first > this.#last) return undefined;
    const buckets = Array.from({ length: this.#last - this.#first + 1 }, (_, index) => this.#first + index);
    const edges = [...buckets, this.#last + 1].map((bucket) => bucket * this.#width);
    const of = (counts: ReadonlyMap<number, number>): PageHistogram => {
      return { edges, counts: buckets.map((bucket) => counts.get(bucket) ?? 0) };
    };
    return { before: of(this.#before), after: of(this.#after) };
  }

  #makeRoomFor(low: number, high: number): void {
    for (;;) {
      const first = Math.min(this.#first, Math.floor(low / this.#width));
      const last = Math.max(this.#last, Math.floor(high / this.#width));
      if (last - first < BUCKETS_MAX) {
        [this.#first, this.#last] = [first, last];
        return;
      }
      this.#widen();
    }
  }

  #widen(): void {
    this.#width *= 2;
    this.#before = halved(this.#before);
    this.#after = halved(this.#after);
    this.#first = Math.floor(this.#first / 2);
    this.#last = Math.floor(this.#last / 2);
  }
}

function halved(counts: ReadonlyMap<number, number>): Map<number, number> {
  const merged = new Map<number, number>();
  for (const [bucket, documents] of counts) count(merged, Math.floor(bucket / 2), documents);
  return merged;
}

function count(counts: Map<number, number>, bucket: number, documents: number): void {
  counts.set(bucket, (counts.get(bucket) ?? 0) + documents);
}
