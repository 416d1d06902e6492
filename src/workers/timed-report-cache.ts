import type { CacheCounts, ReportCache } from './report-cache.js';

/**
 * One text in so many is timed, and counts as so many: two looks at a clock take a quarter of a microsecond, and a hit takes not much
 * more than one.
 */
const TIMED_EVERY = 16;

/** A cache that tells how long it took, as far as a sample can tell: of a run of thousands of texts that is a few per cent off. */
export class TimedReportCache implements ReportCache {
  readonly bytesMin: number;
  readonly #cache: ReportCache;
  /** From the middle, so that few texts are not taken for many. */
  #texts = TIMED_EVERY / 2;
  #isTimed = false;
  #takenMs = 0;

  constructor(cache: ReportCache) {
    this.bytesMin = cache.bytesMin;
    this.#cache = cache;
  }

  find(address: number, bytes: number, report: Float64Array): boolean {
    this.#texts = (this.#texts + 1) % TIMED_EVERY;
    this.#isTimed = this.#texts === 0;
    if (!this.#isTimed) return this.#cache.find(address, bytes, report);
    const startedAtMs = performance.now();
    const isFound = this.#cache.find(address, bytes, report);
    this.#add(startedAtMs);
    return isFound;
  }

  store(report: Float64Array): void {
    if (!this.#isTimed) {
      this.#cache.store(report);
      return;
    }
    const startedAtMs = performance.now();
    this.#cache.store(report);
    this.#add(startedAtMs);
  }

  takeCounts(): CacheCounts {
    return this.#cache.takeCounts();
  }

  /** The time since this was last asked for, about. */
  takeMs(): number {
    const takenMs = this.#takenMs;
    this.#takenMs = 0;
    return takenMs;
  }

  #add(startedAtMs: number): void {
    this.#takenMs += (performance.now() - startedAtMs) * TIMED_EVERY;
  }
}
