/** A command line without a process or an engine: captured streams, a clock set by hand, and an engine that is a function. */
import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import type { CliContext } from '../../src/cli/context.js';
import type { InputPlan, RunSummary, ScoreFilesOptions } from '../../src/engine/score-files-options.js';

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
}

export function createFake(options: FakeOptions = {}): Fake {
  const { stdout = new Capture(), stderr = new Capture() } = options;
  const { scoreFiles = () => Promise.resolve(SUMMARY), planInputs = () => Promise.resolve(PLAN) } = options;
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
    calibrate: options.calibrate ?? (() => Promise.reject(new Error('no calibrate was given'))),
    bench: options.bench ?? (() => Promise.reject(new Error('no bench was given'))),
    stress: options.stress ?? (() => Promise.reject(new Error('no stress was given'))),
  };
  return { context, stdout, stderr, signals, runs, exits, clock };
}
