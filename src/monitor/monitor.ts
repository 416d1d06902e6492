import { EventEmitter } from 'node:events';
import { SYSTEM_CLOCK, type Clock } from '../core/clock.js';
import { MillraceError } from '../core/errors.js';
import { checkNumber } from '../core/options.js';
import { findBottleneck, type Bottleneck } from './bottleneck.js';
import type { ProcessSample } from './process-sample.js';
import { ProcessSampler, type ProcessSamplerContext, type ProcessSamplerOptions } from './process-sampler.js';
import { deltaOf, type MonitorDelta, type MonitorSnapshot } from './snapshot.js';
import { StageMeter, resolveStageOptions, type StageFigures, type StageOptions } from './stage-meter.js';

/** Names that are told apart, of stages, counters and gauges each; a stage costs a histogram of some 50 KB. */
const NAMES_MAX = 256;

export type MonitorOptions = Omit<ProcessSamplerOptions, 'onSample'>;

/** What a sample tells: how it stands, and what has happened since the one before. */
export interface MonitorSample {
  readonly snapshot: MonitorSnapshot;
  readonly delta: MonitorDelta;
}

export interface MonitorEvents {
  /** Every `sampleMs` between `start` and `stop`, and at `stop`. */
  readonly sample: [sample: MonitorSample];
  /** Another stage limits throughput than before, or more or less severely; once two samples agree. */
  readonly bottleneck: [bottleneck: Bottleneck];
}

/**
 * Counts what stages do: how often, how long, how much waits. It counts from the beginning; only between `start` and `stop` does it
 * look at the process, too, and tell of it by events.
 */
export class Monitor extends EventEmitter<MonitorEvents> {
  readonly #clock: Clock;
  readonly #nowMs: () => number;
  readonly #beganAtMs: number;
  readonly #stages = new Map<string, StageMeter>();
  readonly #counters = new Map<string, number>();
  readonly #gauges = new Map<string, number>();
  readonly #sampler: ProcessSampler;
  #process: ProcessSample | null = null;
  #latest: MonitorSnapshot;
  #bottleneck = ' none';
  #candidate = ' none';

  /** @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`. */
  constructor(options: MonitorOptions = {}, context: ProcessSamplerContext = {}) {
    super();
    const clock = context.clock ?? SYSTEM_CLOCK;
    this.#clock = clock;
    this.#nowMs = () => clock.monotonicMs();
    this.#beganAtMs = clock.monotonicMs();
    this.#sampler = new ProcessSampler({ ...options, onSample: (sample) => this.#take(sample) }, context);
    this.#latest = this.snapshot();
  }

  /**
   * The stage of that name, made with these options when it is first asked for; later ones are not looked at.
   *
   * @throws MillraceError `ERR_OPTION_RANGE` for more than 256 names; `ERR_OPTION_TYPE`, `ERR_OPTION_UNKNOWN`.
   */
  stage(name: string, options?: StageOptions): StageMeter {
    const known = this.#stages.get(name);
    if (known !== undefined) return known;
    checkRoom('stages', this.#stages, name);
    const stage = new StageMeter(resolveStageOptions(name, options), this.#nowMs);
    this.#stages.set(name, stage);
    return stage;
  }

  /**
   * Runs `work` and notes under `name` how long it took, until a promise of it settles. What it returns or throws is handed on.
   *
   * @throws MillraceError `ERR_OPTION_RANGE` for more than 256 names.
   */
  measure<T>(name: string, work: () => T): T {
    return this.stage(name).measure(work);
  }

  /** Adds to a counter, which begins at 0. @throws MillraceError `ERR_OPTION_RANGE` for more than 256 names or a negative number. */
  count(name: string, by = 1): void {
    checkRoom('counters', this.#counters, name);
    this.#counters.set(name, (this.#counters.get(name) ?? 0) + checkNumber(`count ${name}`, by, 0));
  }

  /** Sets a gauge. @throws MillraceError `ERR_OPTION_RANGE` for more than 256 names or what is no finite number. */
  gauge(name: string, value: number): void {
    checkRoom('gauges', this.#gauges, name);
    this.#gauges.set(name, checkNumber(`gauge ${name}`, value, -Infinity));
  }

  snapshot(): MonitorSnapshot {
    return {
      atMs: this.#nowMs() - this.#beganAtMs,
      epochMs: this.#clock.epochMs(),
      stages: this.stages(),
      counters: Object.fromEntries(this.#counters),
      gauges: Object.fromEntries(this.#gauges),
      process: this.#process,
    };
  }

  /** All stages by name, in the order in which they were first met. */
  stages(): Readonly<Record<string, StageFigures>> {
    return Object.fromEntries([...this.#stages].map(([name, stage]) => [name, stage.figures()]));
  }

  /** The process since `start`, in at most `samplesMax` points. */
  processSamples(): readonly ProcessSample[] {
    return this.#sampler.samples();
  }

  /** Begins to look at the process. The process does not stay alive for it. */
  start(): void {
    this.#latest = this.snapshot();
    this.#sampler.start();
  }

  /** Looks once more, and no longer. */
  stop(): void {
    this.#sampler.stop();
  }

  #take(sample: ProcessSample): void {
    this.#process = sample;
    const snapshot = this.snapshot();
    const delta = deltaOf(this.#latest, snapshot);
    this.#latest = snapshot;
    this.emit('sample', { snapshot, delta });
    this.#judge(findBottleneck(delta));
  }

  /** What holds for one sample only is noise. */
  #judge(found: Bottleneck): void {
    const verdict = `${found.stage ?? ''} ${found.severity}`;
    const isConfirmed = verdict === this.#candidate;
    this.#candidate = verdict;
    if (!isConfirmed || verdict === this.#bottleneck) return;
    this.#bottleneck = verdict;
    this.emit('bottleneck', found);
  }
}

function checkRoom(what: string, names: ReadonlyMap<string, unknown>, name: string): void {
  if (names.size < NAMES_MAX || names.has(name)) return;
  const expected = `a monitor takes at most ${NAMES_MAX} different ${what}`;
  throw new MillraceError('ERR_OPTION_RANGE', `${expected}, got ${JSON.stringify(name)} beyond them`);
}

/** The monitor of the process, for code that has no engine at hand. */
export const defaultMonitor = new Monitor();

/**
 * Runs `work` and notes under `name` how long it took, in `defaultMonitor`; about a tenth of a microsecond.
 *
 * @throws MillraceError `ERR_OPTION_RANGE` for more than 256 names; whatever `work` throws.
 */
export function measure<T>(name: string, work: () => T): T {
  return defaultMonitor.measure(name, work);
}
