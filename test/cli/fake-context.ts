/** A command line without a process or an engine: captured streams, a clock set by hand, and an engine that is a function. */
import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import type { CliContext } from '../../src/cli/context.js';
import { NO_COUNTS } from '../../src/engine/refine/refiner.js';
import type { RefineEstimate, RefineFilesOptions, RefineFilesSummary } from '../../src/engine/refine-files/options.js';
import type { InputPlan, RunSummary, ScoreFilesOptions } from '../../src/engine/score-files/options.js';

export class Capture extends Writable {
  text = '';

  constructor(
    readonly isTTY = false,
    readonly columns = 80,
  ) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export const SUMMARY: RunSummary = {
  documents: 1_234_567,
  rejected: 0,
  rejections: [],
  unremembered: 0,
  cache: { l1: 0, l2: 0, l3: 0, miss: 0 },
  failed: 0,
  bytes: 2_345_678_901,
  inputBytes: 3_000_000_000,
  outputBytes: 600_000_000,
  seconds: 20,
  workers: 2,
  peakRssBytes: 123_456_789,
  output: 'out.jsonl',
  failedOutput: undefined,
  rejectedOutput: undefined,
  resumedDocuments: 0,
  skippedFiles: 0,
  restarts: 0,
  mainThreadUsPerDocument: 0.25,
};

const SCORE = 0.5;

export const REFINE_SUMMARY: RefineFilesSummary = {
  ...NO_COUNTS,
  documents: 1000,
  fastPath: 600,
  accepted: 300,
  rolledBack: 12,
  calls: 1234,
  retries: 34,
  inputTokens: 1_000_000,
  outputTokens: 500_000,
  usd: 3.5,
  failed: 0,
  bytes: 5_000_000,
  inputBytes: 6_000_000,
  outputBytes: 7_000_000,
  seconds: 60,
  workers: 2,
  peakRssBytes: 123_456_789,
  output: 'out.jsonl',
  failedOutput: undefined,
  skippedFiles: 0,
  resumedDocuments: 0,
  wasComplete: false,
  cache: { l1: 0, l2: 0, l3: 0, miss: 0 },
  saved: { promptCacheUsd: 0, answerCacheUsd: 0, gateUsd: null },
  stopped: { gate: 900, no_gain: 60, exhausted: 40, budget: 0 },
  before: { score: SCORE },
  after: { score: SCORE + 0.1234 },
  recommendations: [],
  mainThreadUsPerDocument: 80,
};

export const REFINE_ESTIMATE: RefineEstimate = {
  inputDocuments: 10_000,
  model: 'gpt-5-mini',
  documents: { low: 3800, high: 4200 },
  calls: { low: 3800, high: 29_400 },
  inputTokens: { low: 4_000_000, high: 60_000_000 },
  outputTokens: { low: 2_000_000, high: 30_000_000 },
  usd: { low: 5, high: 75 },
  seconds: { low: 300, high: 7200 },
  bottleneck: 'requestsPerMinute',
  isExact: false,
};

export const PLAN: InputPlan = {
  inputs: [
    { source: 'docs', kind: 'files', files: 12, bytes: 34_567 },
    { source: 'a.jsonl', kind: 'jsonl', files: 1, bytes: 1_234_567 },
  ],
  skippedFiles: 0,
};

export interface Fake {
  readonly context: CliContext;
  readonly stdout: Capture;
  readonly stderr: Capture;
  readonly signals: EventEmitter;
  /** What the engine was asked to do. */
  readonly runs: ScoreFilesOptions[];
  /** What it was asked to refine. */
  readonly refineRuns: RefineFilesOptions[];
  /** What `exit` was called with. */
  readonly exits: number[];
  readonly clock: { nowMs: number };
}

export interface FakeOptions {
  /** What stdin holds; nothing when left out. */
  readonly stdin?: string | Uint8Array;
  readonly stdout?: Capture;
  readonly stderr?: Capture;
  readonly env?: CliContext['env'];
  readonly scoreFiles?: (options: ScoreFilesOptions) => Promise<RunSummary>;
  readonly planInputs?: (inputs: readonly string[]) => Promise<InputPlan>;
  readonly calibrate?: CliContext['calibrate'];
  readonly bench?: CliContext['bench'];
  readonly stress?: CliContext['stress'];
  readonly refineFiles?: CliContext['refineFiles'];
  readonly estimateRefineFiles?: CliContext['estimateRefineFiles'];
  readonly verifyRefineRun?: CliContext['verifyRefineRun'];
  readonly inspectRun?: CliContext['inspectRun'];
}

export function createFake(options: FakeOptions = {}): Fake {
  const { stdout = new Capture(), stderr = new Capture() } = options;
  const { scoreFiles = () => Promise.resolve(SUMMARY), planInputs = () => Promise.resolve(PLAN) } = options;
  const refineRuns: RefineFilesOptions[] = [];
  const [signals, runs, exits, clock] = [new EventEmitter(), [] as ScoreFilesOptions[], [] as number[], { nowMs: 0 }];
  const context: CliContext = {
    stdin: Readable.from([Buffer.from(options.stdin ?? '')], { objectMode: false }),
    stdout,
    stderr,
    env: options.env ?? {},
    signals,
    exit: (code) => void exits.push(code),
    now: () => clock.nowMs,
    scoreFiles: (given) => {
      runs.push(given);
      return scoreFiles(given);
    },
    planInputs,
    bench: options.bench ?? missing('bench'),
    stress: options.stress ?? missing('stress'),
    calibrate: options.calibrate ?? missing('calibrate'),
    refineFiles: (given) => {
      refineRuns.push(given);
      return options.refineFiles?.(given) ?? Promise.resolve(REFINE_SUMMARY);
    },
    estimateRefineFiles: options.estimateRefineFiles ?? missing('estimateRefineFiles'),
    verifyRefineRun: options.verifyRefineRun ?? nothing,
    inspectRun: options.inspectRun ?? missing('inspectRun'),
  };
  return { context, stdout, stderr, signals, runs, refineRuns, exits, clock };
}

function missing(name: string): () => Promise<never> {
  return () => Promise.reject(new Error(`no ${name} was given`));
}

async function* nothing(): AsyncGenerator<never> {}
