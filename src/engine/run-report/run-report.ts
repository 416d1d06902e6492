import { writeFile } from 'node:fs/promises';
import { SYSTEM_CLOCK, type Clock } from '../../core/clock.js';
import { outputError } from '../../io/fs-errors.js';
import { CoarseningSeries } from '../../monitor/coarsening-series.js';
import type { RunPage } from '../../monitor/page/model.js';
import { renderRunPage } from '../../monitor/page/run-page.js';
import { ProcessSampler } from '../../monitor/process-sampler.js';
import type { RunProgress } from '../score-files-options.js';
import { processOverTime, throughputOf, type DocumentsAt } from './over-time.js';
import { RunTally } from './run-tally.js';

/** Short enough for a run of seconds; longer ones get coarser. */
const SAMPLE_MS = 250;
const SAMPLES_MAX = 400;

/** Gathers, while a run goes on, what the page about it shows: in bounded room, however long it is. */
export class RunReport {
  readonly #sampler: ProcessSampler;
  readonly #finished = new CoarseningSeries<DocumentsAt>(SAMPLES_MAX, (_, later) => later);
  readonly #startedAtMs: number;
  #documents = 0;
  #tally = new RunTally();

  constructor(clock: Clock = SYSTEM_CLOCK) {
    this.#startedAtMs = clock.epochMs();
    const onSample = ({ atMs }: { readonly atMs: number }): void => {
      this.#finished.push({ seconds: atMs / 1000, documents: this.#documents });
    };
    this.#sampler = new ProcessSampler({ sampleMs: SAMPLE_MS, samplesMax: SAMPLES_MAX, onSample }, { clock });
    this.#sampler.start();
  }

  get tally(): RunTally {
    return this.#tally;
  }

  /** For a pass over the inputs: a run may have to begin anew, and then nothing counts twice. */
  beginTally(): RunTally {
    this.#tally = new RunTally();
    return this.#tally;
  }

  /** Takes how far the run is. */
  progress({ documents }: RunProgress): void {
    this.#documents = documents;
  }

  /** Ends the gathering; may be called more than once. */
  stop(): void {
    this.#sampler.stop();
  }

  /** What was gathered, as far as it does not depend on the kind of run. */
  page(
    documentsBefore: number,
  ): Pick<RunPage, 'startedAt' | 'throughput' | 'process' | 'quality' | 'worst' | 'slowest'> {
    const finished = this.#finished.points();
    return {
      startedAt: new Date(this.#startedAtMs).toISOString(),
      throughput: throughputOf(finished, documentsBefore),
      process: processOverTime(this.#sampler.samples()),
      quality: this.#tally.quality(),
      worst: this.#tally.worst(),
      slowest: this.#tally.slowest(),
    };
  }
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
