import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { seededRandom } from '../../core/random.js';
import { checkWritable } from '../../io/file-sink.js';
import { outputError } from '../../io/fs-errors.js';
import { Baselines } from '../../monitor/baselines.js';
import { describeMachine } from '../../monitor/machine.js';
import { ProcessSampler } from '../../monitor/process-sampler.js';
import { DocumentGenerator } from '../documents.js';
import { sampleDocuments } from '../own-documents.js';
import { measuresOf, withComparison } from './compare.js';
import { BenchDocuments } from './documents.js';
import { DOCUMENTS_MIN, resolveBenchOptions, type BenchOptions, type ResolvedBenchOptions } from './options.js';
import { caseResults, type BenchResult, type SuiteResult } from './result.js';
import { measureInTurns } from './rounds.js';
import type { Suite } from './suite.js';
import { SUITES } from './suites/all.js';
import { WordCount } from './word-count.js';

/** Text of the inputs that is kept, in UTF-16 units. */
const TEXT_UNITS_MAX = 64 * 1024 * 1024;
/** Of larger inputs the sample is one of their beginning. */
const READ_BYTES_MAX = 512 * 1024 * 1024;

/** Memory is looked at while cases are timed: so seldom that it costs less than a thousandth of the main thread. */
const SAMPLE_MS = 250;
const SAMPLES_MAX = 64;

/**
 * Measures this machine: how fast documents are scored, looked up, processed and refined, each beside what could be used instead.
 *
 * Documents are distinct, outputs are checked before anything is timed, and cases run in turns; what is in the way of other work
 * is gone afterwards. Files are written to a temporary folder.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`; `ERR_INPUT_NOT_FOUND` for inputs without a
 * document, `ERR_INPUT_UNREADABLE`, `ERR_BASELINE`, `ERR_OUTPUT_UNWRITABLE`, `ERR_ABORTED`; `ERR_INTERNAL` where a case gave a wrong result.
 */
export async function runBench(options: BenchOptions = {}): Promise<BenchResult> {
  return benchSuites(SUITES, options);
}

/** The same with other suites than the built-in ones. @internal */
export async function benchSuites(known: readonly Suite[], options: BenchOptions = {}): Promise<BenchResult> {
  const resolved = resolveBenchOptions(options);
  const signal = options.signal ?? new AbortController().signal;
  const { baseline, compare, baselinesDir, clock } = resolved;
  const baselines = new Baselines(baselinesDir, { clock });
  // What could go wrong does so before minutes of work, not behind them.
  const before = compare === undefined ? undefined : await baselines.load(compare);
  if (baseline !== undefined) await checkPlace(baselinesDir, baseline);
  const result = await measureSuites(known, resolved, options, signal);
  if (baseline !== undefined) await baselines.save(baseline, measuresOf(result));
  return before === undefined ? result : withComparison(result, before);
}

/** Makes the directory of the baselines, and looks whether one can be written there. */
async function checkPlace(dir: string, name: string): Promise<void> {
  await mkdir(dir, { recursive: true }).catch((thrown: unknown) => {
    throw outputError(dir, thrown);
  });
  await checkWritable(join(dir, name));
}

async function measureSuites(
  known: readonly Suite[],
  resolved: ResolvedBenchOptions,
  options: BenchOptions,
  signal: AbortSignal,
): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  try {
    return await new Bench(known, resolved, options, folder, signal).run();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A suite's place in the run. */
interface Turn {
  readonly suitesDone: number;
  /** Since the bench began. */
  readonly startSeconds: number;
  /** Its share of the time that is left: what one suite does not need, those behind it have. */
  readonly seconds: number;
}

type MeasuredSuite = Omit<SuiteResult, 'memory'>;

function usualSeconds(suites: readonly Suite[]): number {
  return suites.reduce((sum, { seconds }) => sum + seconds, 0);
}

class Bench {
  readonly #suites: readonly Suite[];
  readonly #options: ResolvedBenchOptions;
  readonly #given: BenchOptions;
  readonly #folder: string;
  readonly #signal: AbortSignal;
  readonly #notes: string[] = [];

  constructor(
    known: readonly Suite[],
    options: ResolvedBenchOptions,
    given: BenchOptions,
    folder: string,
    signal: AbortSignal,
  ) {
    this.#suites = known.filter(({ name }) => options.suites.includes(name));
    this.#options = options;
    this.#given = given;
    this.#folder = folder;
    this.#signal = signal;
  }

  async run(): Promise<BenchResult> {
    const { clock, seed, workers } = this.#options;
    const startedAt = new Date(clock.epochMs()).toISOString();
    const started = clock.monotonicMs();
    const { documents, source } = await this.#documents();
    const wordCount = await WordCount.find(this.#folder);
    if (wordCount === undefined)
      this.#notes.push('This machine has no wc that reads UTF-8: that baseline is left out.');
    const suites: SuiteResult[] = [];
    for (const [index, suite] of this.#suites.entries()) {
      const startSeconds = (clock.monotonicMs() - started) / 1000;
      const share = suite.seconds / usualSeconds(this.#suites.slice(index));
      const seconds = (this.#options.seconds - startSeconds) * share;
      const turn = { suitesDone: index, startSeconds, seconds };
      suites.push(await this.#sampled(turn, () => this.#measure(suite, documents, wordCount, turn)));
    }
    return {
      schema: 1,
      command: 'bench',
      startedAt,
      seconds: (clock.monotonicMs() - started) / 1000,
      machine: describeMachine(),
      workers,
      documents: { source, count: documents.count, bytes: documents.bytes, seed },
      suites,
      notes: this.#notes,
      comparison: null,
    };
  }

  async #documents(): Promise<{ readonly documents: BenchDocuments; readonly source: string }> {
    const { inputs, textField, seed, bytes } = this.#options;
    const documentsMax = Math.max(DOCUMENTS_MIN, Math.round(this.#options.documents * this.#scale));
    if (inputs.length === 0) {
      const generator = new DocumentGenerator({ seed, bytes });
      return { documents: new BenchDocuments(generator.take(documentsMax), this.#folder), source: 'generated' };
    }
    const sample = await sampleDocuments({
      inputs,
      textField,
      documentsMax,
      textUnitsMax: TEXT_UNITS_MAX,
      readBytesMax: READ_BYTES_MAX,
      random: seededRandom(seed),
      stdin: this.#given.stdin ?? process.stdin,
      signal: this.#signal,
    });
    if (sample.refused > 0) this.#notes.push(`Rows of the inputs without a text, passed over: ${sample.refused}.`);
    if (!sample.isWhole) this.#notes.push(`Only the first ${READ_BYTES_MAX} bytes of the inputs were read.`);
    return { documents: new BenchDocuments(sample.documents, this.#folder), source: inputs.join(' ') };
  }

  /** Share of the usual work that there is time for. */
  get #scale(): number {
    return Math.min(1, this.#options.seconds / usualSeconds(this.#suites));
  }

  /** The result of a suite, with what memory it took. */
  async #sampled({ startSeconds }: Turn, measure: () => Promise<MeasuredSuite>): Promise<SuiteResult> {
    const { clock } = this.#options;
    const sampler = new ProcessSampler({ sampleMs: SAMPLE_MS, samplesMax: SAMPLES_MAX }, { clock });
    sampler.start();
    try {
      const measured = await measure();
      sampler.stop();
      const memory = sampler.samples().map(({ atMs, rssBytes, heapUsedBytes }) => {
        return { seconds: startSeconds + atMs / 1000, rssBytes, heapUsedBytes };
      });
      return { ...measured, memory };
    } finally {
      sampler.stop();
    }
  }

  async #measure(
    suite: Suite,
    documents: BenchDocuments,
    wordCount: WordCount | undefined,
    { suitesDone, startSeconds, seconds }: Turn,
  ): Promise<MeasuredSuite> {
    const { clock, workers, rounds } = this.#options;
    const started = clock.monotonicMs();
    const progress = (name: string, round: number): void =>
      this.#given.onProgress?.({
        suite: suite.name,
        case: name,
        round,
        rounds,
        suitesDone,
        suites: this.#suites.length,
      });
    progress('', 0);
    const open = await suite.open({
      ...{ documents, workers, wordCount, clock, signal: this.#signal },
      scale: this.#scale,
      folder: this.#folder,
    });
    try {
      await open.check();
      const takenSeconds = (clock.monotonicMs() - started) / 1000;
      const values = await measureInTurns(open.cases, {
        rounds,
        seconds: seconds - takenSeconds,
        clock,
        signal: this.#signal,
        onCase: progress,
      });
      const done = values[0]?.length ?? 0;
      if (done < rounds) this.#notes.push(`There was time for ${done} of ${rounds} rounds of the suite ${suite.name}.`);
      return {
        name: suite.name,
        title: suite.title,
        startSeconds,
        seconds: (clock.monotonicMs() - started) / 1000,
        cases: caseResults(open.cases, values),
        latencies: open.latencies?.() ?? [],
        processMemory: open.processMemory?.() ?? [],
      };
    } finally {
      await open.close();
    }
  }
}
