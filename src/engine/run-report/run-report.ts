import { writeFile } from 'node:fs/promises';
import { SYSTEM_CLOCK, type Clock } from '../../core/clock.js';
import { outputError } from '../../io/fs-errors.js';
import { findBottleneck } from '../../monitor/bottleneck.js';
import { CoarseningSeries } from '../../monitor/coarsening-series.js';
import { Monitor } from '../../monitor/monitor.js';
import type { RunPage } from '../../monitor/page/model.js';
import { renderRunPage } from '../../monitor/page/run-page.js';
import { mergeSamples, type ProcessSample } from '../../monitor/process-sample.js';
import { ProcessSampler } from '../../monitor/process-sampler.js';
import { deltaOf, type MonitorDelta, type MonitorSnapshot } from '../../monitor/snapshot.js';
import { processOverTime, spendingOf, throughputOf, type ReachedAt } from './over-time.js';
import { stageFigures } from './stages.js';

/** Short enough for a run of seconds; longer ones get coarser. */
const SAMPLE_MS = 250;
const SAMPLES_MAX = 400;

/** How far a run has come. */
export type Reached = Omit<ReachedAt, 'seconds'>;

/** Gathers, while a run goes on, what the page about it shows: in bounded room, however long it is. */
export class RunReport {
  readonly #sampler: ProcessSampler;
  readonly #series = new CoarseningSeries<ReachedAt>(SAMPLES_MAX, (_, later) => later);
  readonly #startedAtMs: number;
  #reached: Reached = { documents: 0 };
  #monitor: Monitor;
  #began: MonitorSnapshot;
  #ended: MonitorSnapshot | undefined;

  constructor(clock: Clock = SYSTEM_CLOCK) {
    this.#startedAtMs = clock.epochMs();
    const onSample = ({ atMs }: ProcessSample): void => {
      this.#series.push({ seconds: atMs / 1000, ...this.#reached });
    };
    this.#sampler = new ProcessSampler({ sampleMs: SAMPLE_MS, samplesMax: SAMPLES_MAX, onSample }, { clock });
    this.#sampler.start();
    this.#monitor = new Monitor({}, { clock });
    this.#began = this.#monitor.snapshot();
  }

  /** The stages of this monitor are shown, as they are from now on. @defaultValue one of its own */
  watch(monitor: Monitor = new Monitor()): Monitor {
    this.#monitor = monitor;
    this.#began = monitor.snapshot();
    return monitor;
  }

  /** Takes how far the run is. */
  progress(reached: Reached): void {
    this.#reached = reached;
  }

  /** Ends the gathering; may be called more than once. */
  stop(): void {
    this.#sampler.stop();
    this.#ended ??= this.#monitor.snapshot();
  }

  /** What was gathered, as far as it does not depend on the kind of run. To be called behind `stop`. */
  page(
    documentsBefore: number,
  ): Pick<RunPage, 'startedAt' | 'throughput' | 'process' | 'stages' | 'bottleneck'> & SpentOverTime {
    const reached = this.#series.points();
    const samples = this.#sampler.samples();
    const delta = this.#delta(samples);
    const { stage, severity, explanation, advice } = findBottleneck(delta);
    return {
      startedAt: new Date(this.#startedAtMs).toISOString(),
      throughput: throughputOf(reached, documentsBefore),
      spent: spendingOf(reached),
      process: processOverTime(samples),
      stages: stageFigures(delta, this.#began, this.#ended ?? this.#began),
      bottleneck: { stage, severity, explanation, advice },
    };
  }

  /** The whole run; of the process that is all samples as one. */
  #delta(samples: readonly ProcessSample[]): MonitorDelta {
    const [first, ...others] = samples;
    const process = first === undefined ? null : others.reduce(mergeSamples, first);
    return { ...deltaOf(this.#began, this.#ended ?? this.#began), process };
  }
}

interface SpentOverTime {
  readonly spent: ReturnType<typeof spendingOf>;
}

/**
 * Writes the page of a run.
 *
 * @throws MillraceError `ERR_OUTPUT_UNWRITABLE` naming the file.
 */
export async function writeRunPage(path: string, model: RunPage): Promise<void> {
  await writeFile(path, renderRunPage(model)).catch((thrown: unknown) => {
    throw outputError(path, thrown);
  });
}
