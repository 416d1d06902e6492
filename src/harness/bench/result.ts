/** What a bench found: plain JSON, the content of `--json`. Fields may be added, none is renamed. */
import type { MachineFacts } from '../../monitor/machine.js';
import type { BenchComparison, LatencyDistribution, Spread, TimeSeries } from '../../monitor/page/model.js';
import { spreadOf as spread } from '../../monitor/statistics/median.js';
import type { BenchCase, CaseUnit, SuiteName } from './suite.js';

export interface BenchResult {
  readonly schema: 1;
  readonly command: 'bench';
  /** ISO 8601, in UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly machine: MachineFacts;
  readonly workers: number;
  readonly documents: BenchedDocuments;
  readonly suites: readonly SuiteResult[];
  /** What a reader should know: baselines that this machine does not have, rounds that there was no time for. */
  readonly notes: readonly string[];
  /** With `compare`. */
  readonly comparison: BenchComparison | null;
}

/** What was measured with. */
export interface BenchedDocuments {
  /** `generated`, or the inputs as they were named. */
  readonly source: string;
  readonly count: number;
  /** UTF-8, of all texts. */
  readonly bytes: number;
  readonly seed: number;
}

export interface SuiteResult {
  readonly name: SuiteName;
  readonly title: string;
  /** Since the bench began. */
  readonly startSeconds: number;
  readonly seconds: number;
  readonly cases: readonly CaseResult[];
  readonly latencies: readonly LatencyDistribution[];
  /** Of this process while the suite was opened, checked and measured; 64 points at most. */
  readonly memory: readonly MemoryPoint[];
  /** Resident bytes of processes that the suite ran, each over the time since its start; empty where the system does not tell. */
  readonly processMemory: readonly TimeSeries[];
}

/** The most that was seen since the point before. */
export interface MemoryPoint {
  /** Since the bench began. */
  readonly seconds: number;
  /** `null` where the system does not tell. */
  readonly rssBytes: number | null;
  readonly heapUsedBytes: number | null;
}

export interface CaseResult {
  readonly name: string;
  readonly role: BenchCase['role'];
  readonly unit: CaseUnit;
  /** Mean text of a document; null where documents are not what is counted. */
  readonly documentBytes: number | null;
  /** Threads; null where that is not what differs. */
  readonly workers: number | null;
  /** Median of the rounds, the least and the greatest. */
  readonly value: Required<{ readonly [K in keyof Spread]: number }>;
  readonly rounds: readonly number[];
  /** How many times as good as each of its baselines. */
  readonly ratios: readonly BaselineRatio[];
  readonly note: string | null;
}

export interface BaselineRatio {
  readonly baseline: string;
  /** Median of the ratios of the rounds, the least and the greatest: above 1 is better, whatever the unit. */
  readonly ratio: CaseResult['value'];
}

/** The results of a suite's cases; of cases that are measured in turns, the rounds belong together. */
export function caseResults(cases: readonly BenchCase[], rounds: readonly (readonly number[])[]): CaseResult[] {
  const valuesOf = new Map(cases.map(({ name }, index) => [name, rounds[index] ?? []]));
  return cases.map((each, index) => {
    const values = rounds[index] ?? [];
    return {
      name: each.name,
      role: each.role,
      unit: each.unit,
      documentBytes: each.documentBytes ?? null,
      workers: each.workers ?? null,
      value: spreadOf(values),
      rounds: values,
      ratios: each.against.map((baseline) => ({
        baseline,
        ratio: spreadOf(ratiosOf(values, valuesOf.get(baseline) ?? [], each.unit)),
      })),
      note: each.note ?? null,
    };
  });
}

/** Of what takes less, less is better. */
export function isLessBetter(unit: CaseUnit): boolean {
  return unit === 'bytes';
}

function ratiosOf(values: readonly number[], baseline: readonly number[], unit: CaseUnit): number[] {
  return values.map((value, round) => {
    const other = baseline[round] ?? NaN;
    return isLessBetter(unit) ? other / value : value / other;
  });
}

function spreadOf(values: readonly number[]): CaseResult['value'] {
  const { median, min, max } = spread(values);
  return { value: median, low: min, high: max };
}
