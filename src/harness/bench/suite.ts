/** What a suite is: cases that are measured in turns, some of them baselines that a reader could use instead. */
import type { Clock } from '../../core/clock.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import type { LatencyDistribution, TimeSeries } from '../../monitor/page/model.js';
import type { BenchDocuments } from './documents.js';
import type { WordCount } from './word-count.js';

export const SUITE_NAMES = ['kernel', 'score', 'cache', 'jobs', 'refine', 'scaling', 'memory'] as const;
export type SuiteName = (typeof SUITE_NAMES)[number];

/** Of bytes less is better, of the others more. */
export type CaseUnit = 'docs/min' | 'ops/s' | 'bytes';

/** One thing that is measured. */
export interface BenchCase {
  readonly name: string;
  /** A `baseline` is there to be compared with. */
  readonly role: 'subject' | 'baseline';
  readonly unit: CaseUnit;
  /** Names of the baselines that it is compared with; none for a baseline. */
  readonly against: readonly string[];
  /** Mean text of a document, where documents are what is counted. */
  readonly documentBytes?: number;
  /** Threads that score, where that is what differs. */
  readonly workers?: number;
  /** What a reader should know of the number. */
  readonly note?: string;
  /** Runs once, and resolves with the value in its unit: finite and above 0. */
  run(): MaybePromise<number>;
}

/** A suite that is ready to be measured. */
export interface OpenSuite {
  readonly cases: readonly BenchCase[];
  /** What ran gave the right results; nothing is timed before it resolves. @throws MillraceError `ERR_INTERNAL`. */
  check(): Promise<void>;
  /** What single calls took, once all rounds are done. */
  latencies?(): LatencyDistribution[];
  /** Resident memory of processes that it ran, of the last run of each and since its start; likewise. */
  processMemory?(): TimeSeries[];
  close(): Promise<void>;
}

export interface Suite {
  readonly name: SuiteName;
  /** For a person. */
  readonly title: string;
  /** Seconds that it takes with all documents and the usual rounds, about: its share of the time. */
  readonly seconds: number;
  open(context: SuiteContext): Promise<OpenSuite>;
}

/** What suites are given. */
export interface SuiteContext {
  readonly documents: BenchDocuments;
  readonly workers: number;
  /** Share of the usual work that there is time for, above 0 to 1. */
  readonly scale: number;
  /** For files; removed afterwards. */
  readonly folder: string;
  readonly wordCount: WordCount | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How much there is to do, at least `min`, in the time that there is. */
export function scaled(count: number, { scale }: SuiteContext, min: number): number {
  return Math.max(min, Math.round(count * scale));
}

export interface RateOptions {
  readonly name: string;
  readonly role?: BenchCase['role'];
  readonly against?: readonly string[];
  readonly workers?: number;
  readonly note?: string;
}

/** A case of which so many operations a second are measured. */
export function operations(
  { name, role = 'subject', against = [], ...rest }: RateOptions,
  { clock }: SuiteContext,
  count: number,
  work: () => MaybePromise<unknown>,
): BenchCase {
  return {
    ...{ name, role, against, ...rest },
    unit: 'ops/s',
    run: async () => (1000 * count) / (await time(clock, work)),
  };
}

/** A case of which so many documents a minute are measured. */
export function scoring(
  { name, role = 'subject', against = [], ...rest }: RateOptions,
  { clock }: SuiteContext,
  { count, bytes }: { readonly count: number; readonly bytes: number },
  work: () => MaybePromise<unknown>,
): BenchCase {
  return {
    ...{ name, role, against, ...rest },
    unit: 'docs/min',
    documentBytes: bytes / count,
    run: async () => (60_000 * count) / (await time(clock, work)),
  };
}

/** Milliseconds that work took; no clock is so coarse that it is none. */
async function time(clock: Clock, work: () => MaybePromise<unknown>): Promise<number> {
  const started = clock.monotonicMs();
  await work();
  return Math.max(clock.monotonicMs() - started, 1e-3);
}
