import type { Readable, Writable } from 'node:stream';

import type { CalibrateOptions } from '../engine/calibrate/options.js';
import type { Calibration } from '../engine/calibrate/calibration.js';
import type { NamedOutputs } from '../engine/score-files/run-output.js';
import type { RefineEstimate, RefineFilesOptions, RefineFilesSummary } from '../engine/refine-files/options.js';
import type { VerifyRefineRunOptions } from '../engine/refine-files/verify.js';
import type { InputPlan, RunSummary, ScoreFilesOptions } from '../engine/score-files/options.js';
import type { BenchOptions } from '../harness/bench/options.js';
import type { BenchResult } from '../harness/bench/result.js';
import type { StressOptions } from '../harness/stress/options.js';
import type { StressResult } from '../harness/stress/result.js';
import type { Difference, InspectedRun } from '../ledger/calls/verify.js';

/** A stream that may be a terminal. */
export type TerminalStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Columns of a terminal; of what is none, or does not know (which can be 0), those of a common one. */
export function widthOf(stream: TerminalStream): number {
  const { columns = 0 } = stream;
  return columns > 0 ? columns : 80;
}

type SignalName = 'SIGINT' | 'SIGTERM';

/** The part of `process` that tells of signals. */
export interface Signals {
  on(name: SignalName, listener: () => void): unknown;
  off(name: SignalName, listener: () => void): unknown;
}

/** Everything of the process and of the engine that a command touches, so that a test can hand over its own. */
export interface CliContext {
  readonly stdin: Readable;
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signals: Signals;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly scoreFiles: (options: ScoreFilesOptions) => Promise<RunSummary>;
  readonly planInputs: (inputs: readonly string[], outputs: NamedOutputs) => Promise<InputPlan>;
  readonly calibrate: (options: CalibrateOptions) => Promise<Calibration>;
  readonly bench: (options: BenchOptions) => Promise<BenchResult>;
  readonly stress: (options: StressOptions) => Promise<StressResult>;
  readonly refineFiles: (options: RefineFilesOptions) => Promise<RefineFilesSummary>;
  readonly estimateRefineFiles: (options: RefineFilesOptions) => Promise<RefineEstimate>;
  readonly verifyRefineRun: (dir: string, options: VerifyRefineRunOptions) => AsyncIterable<Difference>;
  readonly inspectRun: (dir: string) => Promise<InspectedRun>;
}

/** One call of the command line. */
export interface Invocation {
  /** The arguments as they were given, without node and script. */
  readonly argv: readonly string[];
  readonly context: CliContext;
  /** Set by the command that ran. */
  exitCode: number;
}

/** The context of this process. The engine is loaded when it is first called, so that `--help` stays fast. */
export function processContext(): CliContext {
  return {
    // Opened when it is first asked for, which most commands never do.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signals: process,
    exit: (code) => process.exit(code),
    now: () => performance.now(),
    scoreFiles: async (options) => (await import('../engine/score-files/score-files.js')).scoreFiles(options),
    planInputs: async (...args) => (await import('../engine/score-files/score-files.js')).planInputs(...args),
    calibrate: async (options) => (await import('../engine/calibrate/calibrate.js')).calibrate(options),
    bench: async (options) => (await import('../harness/bench/run-bench.js')).runBench(options),
    stress: async (options) => (await import('../harness/stress/stress.js')).runStress(options),
    refineFiles: async (options) => (await import('../engine/refine-files/refine-files.js')).refineFiles(options),
    estimateRefineFiles: async (options) => {
      return (await import('../engine/refine-files/estimate.js')).estimateRefineFiles(options);
    },
    async *verifyRefineRun(...args) {
      yield* (await import('../engine/refine-files/verify.js')).verifyRefineRun(...args);
    },
    inspectRun: async (dir) => (await import('../ledger/calls/verify.js')).inspectRun(dir),
  };
}
