import { SYSTEM_CLOCK, type Clock } from '../../core/clock.js';
import { seededRandom } from '../../core/random.js';
import { createEngine } from '../../engine/engine.js';
import type { RefineRunOptions } from '../../engine/refine/options.js';
import type { RefineRun } from '../../engine/refine/refine-run.js';
import { CoarseningSeries } from '../../monitor/coarsening-series.js';
import { describeMachine } from '../../monitor/page/machine.js';
import type { ProcessSample } from '../../monitor/process-sample.js';
import { openProcessProbe, type ProcessProbe } from '../../monitor/process-probe.js';
import { ProcessSampler } from '../../monitor/process-sampler.js';
import type { Accounts, Counts } from './accounts.js';
import { BEFORE_REFINING, compareWithCalm, Missing, OutcomeSums, WHOLE_REPORT } from './calm.js';
import {
  blockLoop,
  Chaos,
  flipCacheBit,
  killWorker,
  pauseMock,
  resetSockets,
  type ChaosEvent,
  type Disturbance,
} from './chaos.js';
import { allMet, judge, type CalmComparison } from './criteria.js';
import { ArrivingDocuments } from './documents.js';
import { drive, type Drive } from './drive.js';
import { measurementsOf } from './measurements.js';
import type { ResolvedStressOptions } from './options.js';
import { runProbes } from './probes.js';
import { refineTarget } from './refine-target.js';
import type { CallFigures, Probes, StressProgress, StressResult } from './result.js';
import { scoreTarget } from './score-target.js';
import type { Stage } from './stage.js';
import type { OpenTarget } from './target.js';
import { mergeSpans, perMinute, pointOf, type ThroughputSpan } from './throughput.js';

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
/** With chaos documents repeat after so many, which is more than the cache in memory holds: they are looked up on disk. */
const CACHED_DOCUMENTS = 4096;

/** The mock is back within a second of its end; half a minute without calls would only show how long a breaker stays open. */
const BREAKER = Object.freeze({ openMs: 1000 });

/** What a run takes from outside, so that a test can hand over its own. */
export interface StressContext {
  /** @defaultValue that of the machine */
  readonly clock?: Clock;
  /** What tells of the process. @defaultValue that of the system */
  readonly openProbe?: () => ProcessProbe;
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
export class StressRun {
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
    const measurements = measurementsOf(this.#options, probes, driven, samples, calm);
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

  #callFigures(): CallFigures | null {
    const status = this.#refineRun?.status();
    if (status === undefined) return null;
    const { calls, retries, accepted, fastPath, caller } = status;
    return { calls, retries, accepted, fastPath, failures: caller?.failures ?? {} };
  }
}
