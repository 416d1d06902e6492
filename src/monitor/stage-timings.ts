import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { MillraceError } from '../core/errors.js';

/** Names that are told apart; each costs a histogram of some tens of kilobytes. */
const STAGES_MAX = 256;

/** The histogram counts in microseconds, from 1 on, and a stage of an hour is as good as one that never ends. */
const US_PER_MS = 1000;
const STAGE_US_MAX = 3600 * 1000 * US_PER_MS;

/** Two significant figures: a percentile is off by at most one in a hundred. */
const FIGURES = 2;

/** How long a stage took, over all its runs. */
export interface StageTiming {
  readonly count: number;
  /** Runs that threw or rejected, among the count. */
  readonly failed: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** Times what it runs, by name; cheap enough to stay on. */
export class StageTimings {
  readonly #stages = new Map<string, Stage>();
  readonly #nowMs: () => number;

  /** @param nowMs - time in milliseconds that never goes back. */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /**
   * Runs `work` and notes how long it took; that of a promise until it settles. What `work` returns or throws is handed on.
   *
   * @param name - the stage; at most 256 different ones.
   * @throws MillraceError `ERR_OPTION_RANGE` for a name beyond that.
   */
  measure<T>(name: string, work: () => T): T {
    const stage = this.#stages.get(name) ?? this.#add(name);
    const startedAtMs = this.#nowMs();
    let result: T;
    try {
      result = work();
    } catch (thrown) {
      stage.record(this.#nowMs() - startedAtMs, true);
      throw thrown;
    }
    if (result instanceof Promise) this.#follow(result, stage, startedAtMs);
    else stage.record(this.#nowMs() - startedAtMs, false);
    return result;
  }

  /** Notes a duration that was measured elsewhere. */
  record(name: string, durationMs: number): void {
    (this.#stages.get(name) ?? this.#add(name)).record(durationMs, false);
  }

  /** All stages by name, in the order in which they were first met. */
  snapshot(): Readonly<Record<string, StageTiming>> {
    return Object.fromEntries([...this.#stages].map(([name, stage]) => [name, stage.timing()]));
  }

  reset(): void {
    this.#stages.clear();
  }

  #follow(result: Promise<unknown>, stage: Stage, startedAtMs: number): void {
    result.then(
      () => {
        stage.record(this.#nowMs() - startedAtMs, false);
      },
      () => {
        stage.record(this.#nowMs() - startedAtMs, true);
      },
    );
  }

  #add(name: string): Stage {
    if (this.#stages.size >= STAGES_MAX) {
      const expected = `measure takes at most ${STAGES_MAX} different names`;
      throw new MillraceError('ERR_OPTION_RANGE', `${expected}, got ${JSON.stringify(name)} beyond them`);
    }
    const stage = new Stage();
    this.#stages.set(name, stage);
    return stage;
  }
}

class Stage {
  readonly #histogram: RecordableHistogram = createHistogram({ figures: FIGURES });
  #totalMs = 0;
  #minMs = Infinity;
  #maxMs = 0;
  #count = 0;
  #failed = 0;

  record(durationMs: number, hasFailed: boolean): void {
    this.#count++;
    if (hasFailed) this.#failed++;
    this.#totalMs += durationMs;
    if (durationMs < this.#minMs) this.#minMs = durationMs;
    if (durationMs > this.#maxMs) this.#maxMs = durationMs;
    this.#histogram.record(Math.min(Math.max(Math.round(durationMs * US_PER_MS), 1), STAGE_US_MAX));
  }

  timing(): StageTiming {
    const [count, totalMs] = [this.#count, this.#totalMs];
    return {
      count,
      failed: this.#failed,
      totalMs,
      meanMs: count === 0 ? 0 : totalMs / count,
      minMs: count === 0 ? 0 : this.#minMs,
      maxMs: this.#maxMs,
      p50Ms: this.#percentileMs(50),
      p95Ms: this.#percentileMs(95),
      p99Ms: this.#percentileMs(99),
    };
  }

  #percentileMs(percent: number): number {
    if (this.#count === 0) return 0;
    // The histogram answers with the upper end of a bucket, which may lie beyond the longest run.
    return Math.min(this.#histogram.percentile(percent) / US_PER_MS, this.#maxMs);
  }
}
