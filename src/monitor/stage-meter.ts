import { checkChoice, checkInteger, checkOptions, checkString } from '../core/options.js';
import { LatencyHistogram, type LatencySummary } from './latency-histogram.js';
import { Level } from './level.js';

/** What a stage works on, which decides what helps when it is the bottleneck. */
export const STAGE_KINDS = Object.freeze([
  'main',
  'workers',
  'source',
  'read',
  'cache',
  'calls',
  'write',
  'ledger',
  'other',
] as const);

export type StageKind = (typeof STAGE_KINDS)[number];

export interface StageOptions {
  /** @defaultValue 'other' */
  readonly kind?: StageKind;
  /**
   * How many runs can be under way at once: threads, permits. Without it the stage has no utilization and is never the bottleneck.
   * Integer, 1 or more; or null. @defaultValue null
   */
  readonly capacity?: number | null;
  /** What the stage takes up; stages with the same share its capacity. @defaultValue the stage's name */
  readonly resource?: string;
}

export type ResolvedStageOptions = Required<StageOptions>;

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveStageOptions(name: string, options: StageOptions = {}): ResolvedStageOptions {
  const path = `stage ${name}`;
  const asked = checkOptions(path, options, ['kind', 'capacity', 'resource']);
  const given: Record<string, unknown> = { kind: 'other', capacity: null, resource: name, ...asked };
  return Object.freeze({
    kind: checkChoice(`${path}.kind`, given['kind'], STAGE_KINDS),
    capacity: given['capacity'] === null ? null : checkInteger(`${path}.capacity`, given['capacity'], 1),
    resource: checkString(`${path}.resource`, given['resource']),
  });
}

/** What a run of a stage was about. */
export interface RunOutcome {
  /** Documents, rows, whatever the stage counts. @defaultValue 1 */
  readonly items?: number;
  /** @defaultValue 0 */
  readonly bytes?: number;
  /** @defaultValue false */
  readonly isFailed?: boolean;
}

/** A stage since it was first met. */
export interface StageFigures extends ResolvedStageOptions {
  /** Runs that have ended: batches, calls, writes. */
  readonly count: number;
  /** Of these, runs that failed. */
  readonly failed: number;
  readonly items: number;
  readonly bytes: number;
  /** Time of all runs together, of those in flight up to now. */
  readonly busyMs: number;
  /** Time that all that waited did so, likewise. */
  readonly waitingMs: number;
  readonly inFlight: number;
  readonly inFlightMax: number;
  readonly queued: number;
  readonly queuedMax: number;
  /** Of the runs that have ended. */
  readonly latency: LatencySummary;
}

/** Counts one stage; some tenths of a microsecond a run, so a run should be a batch and not a document. */
export class StageMeter {
  readonly #options: ResolvedStageOptions;
  readonly #nowMs: () => number;
  readonly #inFlight: Level;
  readonly #queued: Level;
  readonly #latency = new LatencyHistogram();
  #failed = 0;
  #items = 0;
  #bytes = 0;
  /** Of runs that were timed elsewhere. */
  #recordedMs = 0;

  constructor(options: ResolvedStageOptions, nowMs: () => number) {
    this.#options = options;
    this.#nowMs = nowMs;
    this.#inFlight = new Level(nowMs());
    this.#queued = new Level(nowMs());
  }

  /** Something waits for the stage from now on. */
  enqueue(count = 1): void {
    this.#queued.change(count, this.#nowMs());
  }

  /** It waits no longer, whether its run begins or it was taken back. */
  dequeue(count = 1): void {
    this.#queued.change(-count, this.#nowMs());
  }

  /** A run begins; hand what this returns to `end`. */
  begin(): number {
    const nowMs = this.#nowMs();
    this.#inFlight.change(1, nowMs);
    return nowMs;
  }

  /** The run that `begin` gave this time ends. */
  end(beganAtMs: number, outcome?: RunOutcome): void {
    const nowMs = this.#nowMs();
    this.#inFlight.change(-1, nowMs);
    this.#count(nowMs - beganAtMs, outcome);
  }

  /** Notes a run that was timed elsewhere, such as in another thread. */
  record(durationMs: number, outcome?: RunOutcome): void {
    this.#recordedMs += durationMs;
    this.#count(durationMs, outcome);
  }

  /** Runs `work`, of a promise until it settles. What it returns or throws is handed on. */
  measure<T>(work: () => T): T {
    const beganAtMs = this.begin();
    let result: T;
    try {
      result = work();
    } catch (thrown) {
      this.end(beganAtMs, FAILED);
      throw thrown;
    }
    if (result instanceof Promise) this.#follow(result, beganAtMs);
    else this.end(beganAtMs);
    return result;
  }

  figures(): StageFigures {
    const nowMs = this.#nowMs();
    const latency = this.#latency.summary();
    return {
      ...this.#options,
      count: latency.count,
      failed: this.#failed,
      items: this.#items,
      bytes: this.#bytes,
      busyMs: this.#recordedMs + this.#inFlight.areaMs(nowMs),
      waitingMs: this.#queued.areaMs(nowMs),
      inFlight: this.#inFlight.value,
      inFlightMax: this.#inFlight.max,
      queued: this.#queued.value,
      queuedMax: this.#queued.max,
      latency,
    };
  }

  #follow(result: Promise<unknown>, beganAtMs: number): void {
    result.then(
      () => {
        this.end(beganAtMs);
      },
      () => {
        this.end(beganAtMs, FAILED);
      },
    );
  }

  #count(durationMs: number, { items = 1, bytes = 0, isFailed = false }: RunOutcome = ONE_ITEM): void {
    this.#latency.record(durationMs);
    this.#items += items;
    this.#bytes += bytes;
    if (isFailed) this.#failed++;
  }
}

const ONE_ITEM: RunOutcome = Object.freeze({});
const FAILED: RunOutcome = Object.freeze({ isFailed: true });
