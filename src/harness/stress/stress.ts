import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SYSTEM_CLOCK, type Clock } from '../../core/clock.js';
import { seededRandom } from '../../core/random.js';
import { createEngine, type Engine } from '../../engine/engine.js';
import type { EngineOptions } from '../../engine/options.js';
import type { RefineRunOptions } from '../../engine/refine/options.js';
import type { RefineRun } from '../../engine/refine/refine-run.js';
import { CoarseningSeries } from '../../monitor/coarsening-series.js';
import { describeMachine } from '../../monitor/page/machine.js';
import type { ProcessSample } from '../../monitor/process-sample.js';
import { openProcessProbe, type ProcessProbe } from '../../monitor/process-probe.js';
import { ProcessSampler } from '../../monitor/process-sampler.js';
import { growthOf } from '../../monitor/statistics/slope.js';
import { MockProcess } from '../mock-process.js';
import type { Accounts, Counts } from './accounts.js';
import { BEFORE_REFINING, compareWithCalm, Missing, OutcomeSums, WHOLE_REPORT } from './calm.js';
import {
  blockLoop,
  Chaos,
  flipCacheBit,
  killWorker,
  pauseMock,
  resetSockets,
  Threads,
  type ChaosEvent,
  type Disturbance,
} from './chaos.js';
import { allMet, judge, type CalmComparison, type Measurements } from './criteria.js';
import { ArrivingDocuments, textsFor } from './documents.js';
import { drive, type Drive } from './drive.js';
import { resolveStressOptions, type ResolvedStressOptions, type StressOptions } from './options.js';
import { runProbes } from './probes.js';
import { refineTarget } from './refine-target.js';
import type { CallFigures, Probes, StressProgress, StressResult, ThroughputPoint } from './result.js';
import { scoreTarget } from './score-target.js';
import type { OpenTarget } from './target.js';

/** Samples of a run: enough for a slope, few enough to cost nothing in a short one. */
const SAMPLES_WANTED = 300;
const SAMPLE_MS_MIN = 100;
const SAMPLE_MS_MAX = 1000;
/** Disturbances of a run, at least; in a long one there is one every some seconds. */
const DISTURBANCES = 20;
const DISTURB_MS_MIN = 500;
const DISTURB_MS_MAX = 5000;
const PAUSE_MS = 500;
const BLOCK_MS = 200;
/** With chaos documents repeat after so many, and the cache in memory is smaller: they are looked up on disk. */
const CACHED_DOCUMENTS = 4096;
const CACHED_IN_MEMORY = 256;

/** The mock is back within a second of its end; half a minute without calls would only show how long a breaker stays open. */
const BREAKER = Object.freeze({ openMs: 1000 });

/** What a run takes from outside, so that a test can hand over its own. */
export interface StressContext {
  /** @defaultValue that of the machine */
  readonly clock?: Clock;
  /** What tells of the process. @defaultValue that of the system */
  readonly openProbe?: () => ProcessProbe;
}

/**
 * Puts an engine under a load that comes at a set rate whatever becomes of it, and judges how it stands that.
 *
 * An open loop: latencies count from the time at which a document was due, so a stall is not hidden by arrivals that wait for it.
 * Before the arrivals, an engine that does nothing else is asked for single documents, a batch and a crowd. With `chaos`, threads are
 * ended, entries of the cache damaged, connections reset and processes held up while documents arrive; afterwards outcomes are
 * compared with those of a calm run.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`, `ERR_USAGE`; `ERR_INPUT_NOT_FOUND` when the inputs
 * hold no document, `ERR_INPUT_UNREADABLE`, `ERR_INPUT_CORRUPT`; `ERR_PROVIDER_UNAVAILABLE` when the mock of a model does not start;
 * `ERR_ABORTED`.
 */
export async function runStress(options: StressOptions = {}, context: StressContext = {}): Promise<StressResult> {
  const resolved = resolveStressOptions(options);
  const { stdin = process.stdin, signal = new AbortController().signal } = options;
  const texts = await textsFor(resolved, stdin, signal);
  await using stage = await Stage.set(resolved, signal);
  const run = new StressRun(resolved, texts, stage, signal, context);
  return await run.go();
}

/** What a run plays on: engine, mock, threads and cache, taken down in the end whatever happened. */
class Stage implements AsyncDisposable {
  readonly engine: Engine;
  readonly mock: MockProcess | undefined;
  readonly threads: Threads;
  readonly cacheDir: string | undefined;

  private constructor(engine: Engine, mock: MockProcess | undefined, threads: Threads, cacheDir: string | undefined) {
    this.engine = engine;
    this.mock = mock;
    this.threads = threads;
    this.cacheDir = cacheDir;
  }

  static async set(options: ResolvedStressOptions, signal: AbortSignal): Promise<Stage> {
    const { mode, chaos } = options;
    const mock = mode === 'refine' ? await MockProcess.start(mockArguments(options), signal) : undefined;
    const threads = new Threads(); // Before the engine, whose threads it has to see.
    try {
      const cacheDir = chaos && mode === 'score' ? await mkdtemp(join(tmpdir(), 'millrace-stress-')) : undefined;
      return new Stage(await createEngine(engineOptions(options, cacheDir)), mock, threads, cacheDir);
    } catch (thrown) {
      threads.close();
      await mock?.close();
      throw thrown;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.threads.close();
    await this.engine.close({ drain: false });
    await this.mock?.close();
    if (this.cacheDir !== undefined) await rm(this.cacheDir, { recursive: true, force: true });
  }
}

/** Of the mock that answers the calls of a run. */
function mockArguments({ latencyMs, faults, seed }: ResolvedStressOptions): string[] {
  const shares = Object.entries(faults).map(([fault, share]) => `${fault}=${share.toFixed(9)}`);
  const fail = shares.length > 0 ? ['--fail', shares.join(',')] : [];
  return ['--latency-ms', String(latencyMs), '--seed', String(seed), ...fail];
}

/** Under chaos documents go to the threads, which are what is ended, and through the cache, which is what is damaged. */
function engineOptions(
  { workers, chaos }: ResolvedStressOptions,
  cacheDir: string | undefined,
): EngineOptions & { measures: 'all' } {
  if (!chaos) return { workers, measures: 'all' };
  const reports = { entriesMax: CACHED_IN_MEMORY, l2: false } as const;
  const cache = cacheDir === undefined ? false : { dir: cacheDir, bytesMin: 0, namespaces: { reports } };
  return { workers, measures: 'all', inlineBytesMax: 0, cache };
}

const NO_COUNTS: Counts = Object.freeze({
  arrived: 0,
  endedWell: 0,
  failed: 0,
  shed: 0,
  outstanding: 0,
  repeated: 0,
});

/** One run, from its probes to its verdicts. */
class StressRun {
  readonly #options: ResolvedStressOptions;
  readonly #stage: Stage;
  readonly #signal: AbortSignal;
  readonly #clock: Clock;
  readonly #openProbe: () => ProcessProbe;
  readonly #documents: ArrivingDocuments;
  readonly #sampler: ProcessSampler;
  readonly #throughput = new CoarseningSeries<ThroughputSpan>(SAMPLES_WANTED * 2, mergeSpans);
  readonly #sums = new OutcomeSums();
  readonly #missing = new Missing();
  #refineRun: RefineRun | undefined;
  #accounts: Accounts | undefined;
  #phase: StressProgress['phase'] = 'probes';
  #endedWell = 0;
  #startedAt = '';

  constructor(
    options: ResolvedStressOptions,
    texts: readonly string[],
    stage: Stage,
    signal: AbortSignal,
    { clock = SYSTEM_CLOCK, openProbe = openProcessProbe }: StressContext,
  ) {
    this.#options = options;
    this.#stage = stage;
    this.#signal = signal;
    this.#clock = clock;
    this.#openProbe = openProbe;
    this.#documents = new ArrivingDocuments(texts, stage.cacheDir === undefined ? undefined : CACHED_DOCUMENTS);
    const sampleMs = Math.round((options.minutes * 60_000) / SAMPLES_WANTED);
    this.#sampler = new ProcessSampler(
      {
        sampleMs: Math.min(Math.max(sampleMs, SAMPLE_MS_MIN), SAMPLE_MS_MAX),
        onSample: (sample) => {
          this.#onSample(sample);
        },
      },
      { clock, openProbe },
    );
  }

  async go(): Promise<StressResult> {
    this.#tell(null);
    this.#startedAt = new Date(this.#clock.epochMs()).toISOString();
    const probes = await this.#probe();
    let chaos: Chaos | undefined;
    try {
      const driven = await this.#drive({
        onBegin: () => {
          chaos = this.#options.chaos ? this.#startChaos() : undefined;
        },
        onArrived: () => void chaos?.stop(),
      });
      const events = (await chaos?.stop()) ?? [];
      const calm = this.#options.chaos ? await this.#compareWithCalm(driven) : undefined;
      return this.#result(probes, driven, events, calm);
    } finally {
      this.#sampler.stop();
      await chaos?.stop();
    }
  }

  async #probe(): Promise<Probes> {
    const probe = this.#openProbe();
    try {
      return await runProbes({
        engine: this.#stage.engine,
        documents: this.#documents,
        refine: this.#refineOptions(),
        clock: this.#clock,
        signal: this.#signal,
        patienceMs: this.#options.patienceMs,
        rssBytes: () => probe.memory()?.rssBytes ?? null,
      });
    } finally {
      probe.close();
    }
  }

  async #drive({ onBegin, onArrived }: { onBegin: () => void; onArrived: () => void }): Promise<Drive> {
    const { ratePerMinute, minutes, warmUpSeconds, queueMax, patienceMs } = this.#options;
    this.#phase = 'arrivals';
    return drive(
      this.#watched(this.#target()),
      {
        perSecond: ratePerMinute / 60,
        arrivals: Math.round(ratePerMinute * minutes),
        warmUpMs: warmUpSeconds * 1000,
        queueMax,
        drainMs: patienceMs,
        clock: this.#clock,
        signal: this.#signal,
        onArrived: () => {
          onArrived();
          this.#sampler.stop();
          this.#phase = 'last outcomes';
          this.#tell(null);
        },
        onShed: (arrival) => {
          if (this.#options.chaos) this.#missing.add(arrival);
        },
      },
      (accounts) => {
        this.#accounts = accounts;
        this.#sampler.start();
        onBegin();
      },
    );
  }

  #target(): OpenTarget {
    const { engine } = this.#stage;
    const refine = this.#refineOptions();
    const isCompared = this.#options.chaos;
    if (refine === undefined) {
      return scoreTarget(engine, this.#documents, (arrival, report) => {
        if (isCompared) this.#sums.add(arrival, WHOLE_REPORT(report));
      });
    }
    return refineTarget(
      engine,
      refine,
      this.#documents,
      (arrival, row) => {
        if (isCompared) this.#sums.add(arrival, row.before);
      },
      (run) => {
        this.#refineRun = run;
      },
    );
  }

  /** Notes which arrivals did not end well, as far as outcomes are compared. */
  #watched(open: OpenTarget): OpenTarget {
    if (!this.#options.chaos) return open;
    return (onOutcome) =>
      open((arrival, outcome) => {
        if (outcome.code !== undefined) this.#missing.add(arrival);
        onOutcome(arrival, outcome);
      });
  }

  /** One call for a document; a run that asks for several has as many calls as its iterations allow. */
  #refineOptions(): RefineRunOptions | undefined {
    const { concurrency, callTimeoutMs, seed } = this.#options;
    const { mock } = this.#stage;
    if (mock === undefined) return undefined;
    // A key that the environment may hold is none of the mock's business.
    const provider = {
      provider: 'openai',
      baseUrl: `${mock.url}/v1`,
      apiKey: 'stress',
      connectionsMax: concurrency,
    } as const;
    const providers = [{ provider, model: 'mock' }];
    return { providers, iterations: 1, concurrency, callTimeoutMs, seed, breaker: BREAKER, signal: this.#signal };
  }

  #startChaos(): Chaos {
    const { minutes, seed } = this.#options;
    const { mock, threads, cacheDir } = this.#stage;
    const clock = this.#clock;
    const random = seededRandom(seed);
    const disturbances: Disturbance[] = [killWorker(threads, random), blockLoop(BLOCK_MS, clock)];
    if (cacheDir !== undefined) disturbances.push(flipCacheBit(cacheDir, random));
    if (mock !== undefined) disturbances.push(resetSockets(mock), pauseMock(mock, PAUSE_MS, clock));
    const everyMs = Math.min(Math.max((minutes * 60_000) / DISTURBANCES, DISTURB_MS_MIN), DISTURB_MS_MAX);
    return new Chaos({ disturbances, everyMs, clock });
  }

  async #compareWithCalm({ accounts }: Drive): Promise<CalmComparison> {
    this.#phase = 'calm run';
    this.#tell(null);
    const { mode, workers } = this.#options;
    await using engine = await createEngine({ workers });
    const essence = mode === 'score' ? WHOLE_REPORT : BEFORE_REFINING;
    const { arrived } = accounts.counts();
    return await compareWithCalm(engine, this.#documents, arrived, this.#sums, this.#missing, essence, this.#signal);
  }

  #onSample(sample: ProcessSample): void {
    const endedWell = this.#accounts?.counts().endedWell ?? 0;
    const span = { atMs: sample.atMs, spanMs: sample.spanMs, endedWell: endedWell - this.#endedWell };
    this.#endedWell = endedWell;
    this.#throughput.push(span);
    this.#tell(sample, perMinute(span));
  }

  #tell(sample: ProcessSample | null, docsPerMinute: number | null = null): void {
    this.#options.onProgress({
      phase: this.#phase,
      seconds: (sample?.atMs ?? 0) / 1000,
      secondsTotal: this.#options.minutes * 60,
      counts: this.#accounts?.counts() ?? NO_COUNTS,
      docsPerMinute,
      latency: this.#accounts?.latency() ?? null,
      sample,
    });
  }

  #result(probes: Probes, driven: Drive, chaos: readonly ChaosEvent[], calm: CalmComparison | undefined): StressResult {
    const { onProgress: _, ...settings } = this.#options;
    const { accounts, arrivalMs, totalMs } = driven;
    const samples = this.#sampler.samples();
    const measurements = this.#measurements(probes, driven, samples, calm);
    const criteria = judge(measurements);
    return {
      schema: 1,
      command: 'stress',
      holds: allMet(criteria),
      criteria,
      settings,
      texts: this.#documents.texts,
      startedAt: this.#startedAt,
      arrivalSeconds: arrivalMs / 1000,
      totalSeconds: totalMs / 1000,
      counts: measurements.counts,
      failures: accounts.failures(),
      docsPerMinute: measurements.rateHeld,
      latency: accounts.latency(),
      percentiles: accounts.percentiles(),
      throughput: this.#throughput.points().map(pointOf),
      process: samples,
      eventLoopDelay: this.#sampler.loopDelay(),
      memoryGrowth: measurements.growth ?? null,
      probes,
      chaos,
      calls: this.#callFigures(),
      machine: describeMachine(),
    };
  }

  #measurements(
    { singleMs, batchMs, crowdBytes }: Probes,
    { accounts, judgedWell, judgedMs }: Drive,
    samples: readonly ProcessSample[],
    calm: CalmComparison | undefined,
  ): Measurements {
    const { ratePerMinute, warmUpSeconds } = this.#options;
    const warm = samples.filter(({ atMs, spanMs }) => atMs - spanMs >= warmUpSeconds * 1000);
    return {
      rateAsked: ratePerMinute,
      rateHeld: judgedMs === 0 ? 0 : (judgedWell / judgedMs) * 60_000,
      counts: accounts.counts(),
      growth: growthIn(warm),
      cpuShare: cpuShareOf(warm),
      crowdBytes,
      singleMs: singleMs?.p99 ?? null,
      batchMs,
      calm,
    };
  }

  #callFigures(): CallFigures | null {
    const status = this.#refineRun?.status();
    if (status === undefined) return null;
    const { calls, retries, accepted, fastPath, caller } = status;
    return { calls, retries, accepted, fastPath, failures: caller?.failures ?? {} };
  }
}

interface ThroughputSpan {
  readonly atMs: number;
  readonly spanMs: number;
  readonly endedWell: number;
}

function mergeSpans(earlier: ThroughputSpan, later: ThroughputSpan): ThroughputSpan {
  return {
    atMs: later.atMs,
    spanMs: earlier.spanMs + later.spanMs,
    endedWell: earlier.endedWell + later.endedWell,
  };
}

function pointOf(span: ThroughputSpan): ThroughputPoint {
  return { seconds: span.atMs / 1000, docsPerMinute: perMinute(span) };
}

function perMinute({ endedWell, spanMs }: ThroughputSpan): number {
  return (endedWell / spanMs) * 60_000;
}

/** `null` where the system did not tell the memory of the process, undefined where there are too few samples. */
function growthIn(samples: readonly ProcessSample[]): Measurements['growth'] {
  const points = samples.flatMap(({ atMs, rssBytes }) => (rssBytes === null ? [] : [{ atMs, bytes: rssBytes }]));
  return samples.length > 0 && points.length === 0 ? null : growthOf(points);
}

/** By the time that each sample stands for; `null` where the system did not tell, or there are no samples. */
function cpuShareOf(samples: readonly ProcessSample[]): number | null {
  const known = samples.flatMap(({ cpuShare, spanMs }) => (cpuShare === null ? [] : [{ cpuShare, spanMs }]));
  const totalMs = known.reduce((sum, { spanMs }) => sum + spanMs, 0);
  if (totalMs === 0) return null;
  return known.reduce((sum, { cpuShare, spanMs }) => sum + cpuShare * spanMs, 0) / totalMs;
}
