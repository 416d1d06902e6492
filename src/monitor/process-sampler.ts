import { availableParallelism } from 'node:os';
import { SYSTEM_CLOCK, type Clock, type Timer } from '../core/clock.js';
import { checkFunction, checkInteger, checkOptions } from '../core/options.js';
import { CoarseningSeries } from './coarsening-series.js';
import { LatencyHistogram, type LatencySummary } from './latency-histogram.js';
import { openProcessProbe, type ProcessMemory, type ProcessProbe } from './process-probe.js';
import { mergeSamples, type ProcessSample } from './process-sample.js';

export interface ProcessSamplerOptions {
  /** Time between two samples. Integer, 10 to 3600000. @defaultValue 1000 */
  readonly sampleMs?: number;
  /** Points that are kept; when they are full, neighbours are merged. Integer, 2 to 65536. @defaultValue 512 */
  readonly samplesMax?: number;
  /** Called with each sample, before any are merged. @defaultValue nothing is */
  readonly onSample?: (sample: ProcessSample) => void;
}

export type ResolvedProcessSamplerOptions = Required<ProcessSamplerOptions>;

export const PROCESS_SAMPLER_DEFAULTS: ResolvedProcessSamplerOptions = Object.freeze({
  sampleMs: 1000,
  samplesMax: 512,
  onSample: () => undefined,
});

/** What a sampler takes from outside. */
export interface ProcessSamplerContext {
  /** @defaultValue `SYSTEM_CLOCK` */
  readonly clock?: Clock;
  /** @defaultValue `openProcessProbe`, from each start to its stop */
  readonly openProbe?: () => ProcessProbe;
  /** Cores of the machine. @defaultValue `os.availableParallelism()` */
  readonly cores?: number;
}

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveProcessSamplerOptions(
  options: ProcessSamplerOptions = {},
  path = 'sampler',
): ResolvedProcessSamplerOptions {
  const asked = checkOptions(path, options, Object.keys(PROCESS_SAMPLER_DEFAULTS));
  const given: Record<keyof ProcessSamplerOptions, unknown> = { ...PROCESS_SAMPLER_DEFAULTS, ...asked };
  const { onSample = PROCESS_SAMPLER_DEFAULTS.onSample } = options;
  checkFunction(`${path}.onSample`, onSample);
  return Object.freeze({
    sampleMs: checkInteger(`${path}.sampleMs`, given.sampleMs, 10, 3_600_000),
    samplesMax: checkInteger(`${path}.samplesMax`, given.samplesMax, 2, 65_536),
    onSample,
  });
}

/**
 * A timer that is late says how long the event loop was held up, but for up to a tick. Waking an idle thread costs a tenth of a
 * millisecond, so twice as many ticks would cost as much as everything else here together.
 */
const TICK_MS = 50;

/** Without a probe that may read it. */
const NO_MEMORY: { readonly [Name in keyof ProcessMemory]: null } = Object.freeze({
  rssBytes: null,
  heapUsedBytes: null,
  externalBytes: null,
});

/**
 * Looks at the process now and then: processor, memory, event loop, garbage, open files. About 0.2 ms for each sample and 20 ticks of
 * a timer a second, none of which keeps the process alive.
 *
 * `monitorEventLoopDelay` of Node would tick in C, but loses what it is for: reset between samples it forgets a hold-up that the reset
 * falls into, since the timer that resets it was held up as well and may come first.
 */
export class ProcessSampler {
  readonly #options: ResolvedProcessSamplerOptions;
  readonly #clock: Clock;
  readonly #openProbe: () => ProcessProbe;
  readonly #cores: number;
  readonly #series: CoarseningSeries<ProcessSample>;
  readonly #delays = new LatencyHistogram();
  #run: SamplerRun | undefined;

  /** @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`. */
  constructor(
    options: ProcessSamplerOptions = {},
    { clock = SYSTEM_CLOCK, openProbe = openProcessProbe, cores = availableParallelism() }: ProcessSamplerContext = {},
  ) {
    this.#options = resolveProcessSamplerOptions(options);
    this.#clock = clock;
    this.#openProbe = openProbe;
    this.#cores = cores;
    this.#series = new CoarseningSeries(this.#options.samplesMax, mergeSamples);
  }

  /** Begins, or goes on behind a stop; time then runs on as if there had been none. Does nothing while it runs. */
  start(): void {
    if (this.#run !== undefined) return;
    this.#run = new SamplerRun(this.#openProbe(), this.#clock, this.#cores, this.#samplesEndMs());
    this.#countFiles(this.#run);
    this.#schedule(this.#run);
  }

  /** Ends with a sample of the time since the last one. */
  stop(): void {
    const run = this.#run;
    if (run === undefined) return;
    run.timer?.cancel();
    this.#sample(run);
    run.probe.close();
    this.#run = undefined;
  }

  /** The run so far, however long, in at most `samplesMax` points: levels are the highest of their span, shares the mean. */
  samples(): readonly ProcessSample[] {
    return this.#series.points();
  }

  /** How late the timer was on each tick since the start. */
  loopDelay(): LatencySummary {
    return this.#delays.summary();
  }

  #samplesEndMs(): number {
    return this.#series.points().at(-1)?.atMs ?? 0;
  }

  #schedule(run: SamplerRun): void {
    const delayMs = Math.min(TICK_MS, this.#options.sampleMs);
    run.timer?.cancel();
    run.tickAtMs = this.#clock.monotonicMs() + delayMs;
    run.timer = this.#clock.schedule(() => this.#tick(run), delayMs, { keepsAlive: false });
  }

  #tick(run: SamplerRun): void {
    const nowMs = this.#clock.monotonicMs();
    const lateMs = Math.max(nowMs - run.tickAtMs, 0);
    this.#delays.record(lateMs);
    run.noteLate(lateMs);
    if (nowMs - run.spanStartMs >= this.#options.sampleMs) this.#sample(run);
    this.#schedule(run);
  }

  #sample(run: SamplerRun): void {
    const sample = run.sample(this.#clock.monotonicMs());
    if (sample === undefined) return;
    this.#series.push(sample);
    this.#countFiles(run);
    this.#options.onSample(sample);
  }

  /** For the next sample: it takes a moment, and of two counts at once one is too many. */
  #countFiles(run: SamplerRun): void {
    if (run.isCounting) return;
    run.isCounting = true;
    void run.probe.countOpenFiles().then((openFiles) => {
      run.openFiles = openFiles;
      run.isCounting = false;
    });
  }
}

/** From a start to its stop. */
class SamplerRun {
  readonly probe: ProcessProbe;
  readonly #cores: number;
  /** What is taken from the clock to have the time since the first start. */
  readonly #originMs: number;
  spanStartMs: number;
  tickAtMs = 0;
  timer: Timer | undefined;
  openFiles: number | null = null;
  isCounting = false;
  #ticks = 0;
  #lateMs = 0;
  #lateMsMax = 0;
  #cpuMs: number | null;
  #machine: ReturnType<ProcessProbe['machineMs']>;
  #loop: ReturnType<ProcessProbe['loopMs']>;
  #gcMs: number;

  constructor(probe: ProcessProbe, clock: Clock, cores: number, endedAtMs: number) {
    this.probe = probe;
    this.#cores = cores;
    this.spanStartMs = clock.monotonicMs();
    this.#originMs = this.spanStartMs - endedAtMs;
    this.#cpuMs = probe.cpuMs();
    this.#machine = probe.machineMs();
    this.#loop = probe.loopMs();
    this.#gcMs = probe.gcMs();
  }

  noteLate(lateMs: number): void {
    this.#ticks++;
    this.#lateMs += lateMs;
    this.#lateMsMax = Math.max(this.#lateMsMax, lateMs);
  }

  /** Of the time since the last one; undefined when there was none. */
  sample(nowMs: number): ProcessSample | undefined {
    const spanMs = nowMs - this.spanStartMs;
    if (spanMs <= 0) return undefined;
    const sample = {
      atMs: nowMs - this.#originMs,
      spanMs,
      cpuShare: this.#cpuShare(spanMs),
      machineCpuShare: this.#machineShare(),
      ...(this.probe.memory() ?? NO_MEMORY),
      loopUtilization: this.#loopShare(),
      loopDelayMaxMs: this.#lateMsMax,
      loopDelayMeanMs: this.#ticks === 0 ? 0 : this.#lateMs / this.#ticks,
      gcShare: this.#gcShare(spanMs),
      openFiles: this.openFiles,
    };
    this.spanStartMs = nowMs;
    [this.#ticks, this.#lateMs, this.#lateMsMax] = [0, 0, 0];
    return sample;
  }

  #cpuShare(spanMs: number): number | null {
    const before = this.#cpuMs;
    const now = (this.#cpuMs = this.probe.cpuMs());
    return now === null || before === null ? null : shareOf(now - before, spanMs * this.#cores);
  }

  #machineShare(): number | null {
    const before = this.#machine;
    const now = (this.#machine = this.probe.machineMs());
    return now === null || before === null ? null : shareOf(now.busyMs - before.busyMs, now.totalMs - before.totalMs);
  }

  #loopShare(): number {
    const before = this.#loop;
    const now = (this.#loop = this.probe.loopMs());
    const activeMs = now.activeMs - before.activeMs;
    return shareOf(activeMs, activeMs + now.idleMs - before.idleMs);
  }

  #gcShare(spanMs: number): number {
    const before = this.#gcMs;
    this.#gcMs = this.probe.gcMs();
    return shareOf(this.#gcMs - before, spanMs);
  }
}

/** From 0 to 1: two clocks that are read one after the other may disagree by a little. */
function shareOf(part: number, whole: number): number {
  return whole > 0 ? Math.min(Math.max(part / whole, 0), 1) : 0;
}
