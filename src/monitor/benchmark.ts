import { EventEmitter } from 'node:events';
import { checkAborted } from '../core/abort.js';
import { SYSTEM_CLOCK, type Clock } from '../core/clock.js';
import { MillraceError, messageOf } from '../core/errors.js';
import { checkInteger, checkNumber, checkOptions, checkString } from '../core/options.js';
import { seededRandom } from '../core/random.js';
import { describeMachine, type MachineFacts } from './machine.js';
import { ratioOfMedians, type RatioInterval } from './statistics/bootstrap.js';
import { spreadOf, type Spread } from './statistics/median.js';
import { takeTurns } from './turns.js';

/** What a run did, so that its time becomes a rate. */
export interface Work {
  /** Operations: documents, calls, look-ups. Above 0. */
  readonly operations: number;
  /** @defaultValue none: there is no rate in bytes */
  readonly bytes?: number;
  /** In place of the time from outside, where a part of it is meant. Above 0. */
  readonly ms?: number;
}

/** One thing that is measured. */
export interface BenchmarkCase {
  /** Unique in its suite. */
  readonly name: string;
  /** Once, before anything is timed: throws unless what the case makes is right. */
  readonly check?: () => void | Promise<void>;
  /** Before each run, not timed. */
  readonly prepare?: () => void | Promise<void>;
  /** What is timed. */
  readonly run: (signal: AbortSignal) => Work | Promise<Work>;
  /** Other cases of the suite that this one is shown beside: what a reader could use instead. @defaultValue none */
  readonly against?: readonly string[];
}

/** Cases that are measured side by side. */
export interface BenchmarkSuite {
  /** Unique in its benchmark. */
  readonly name: string;
  /** One or more. */
  readonly cases: readonly BenchmarkCase[];
  /** Before the first case, and behind the last whatever happened. */
  readonly open?: () => void | Promise<void>;
  readonly close?: () => void | Promise<void>;
}

export interface BenchmarkOptions {
  /** Timed runs of each case. Integer, 1 to 1000; with fewer than 4 no later comparison is ever sure. @defaultValue 7 */
  readonly rounds?: number;
  /** Runs of each case before that, not timed. Integer, 0 to 1000. @defaultValue 1 */
  readonly warmUpRounds?: number;
  /**
   * Time for all suites, shared evenly; a suite that has used up its share ends with the run that is under way, but not before each
   * of its cases ran once. Number, above 0. @defaultValue 120
   */
  readonly seconds?: number;
  /** Of the intervals. Integer, 0 to 2^32 - 1. @defaultValue 1 */
  readonly seed?: number;
  /** Ends the benchmark with `ERR_ABORTED` behind the run that is under way. */
  readonly signal?: AbortSignal;
}

export type ResolvedBenchmarkOptions = Required<Omit<BenchmarkOptions, 'signal'>> & { readonly signal: AbortSignal };

export const BENCHMARK_DEFAULTS = Object.freeze({ rounds: 7, warmUpRounds: 1, seconds: 120, seed: 1 });

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveBenchmarkOptions(options: BenchmarkOptions = {}, path = 'benchmark'): ResolvedBenchmarkOptions {
  const asked = checkOptions(path, options, [...Object.keys(BENCHMARK_DEFAULTS), 'signal']);
  const given = { ...BENCHMARK_DEFAULTS, ...asked };
  return Object.freeze({
    rounds: checkInteger(`${path}.rounds`, given.rounds, 1, 1000),
    warmUpRounds: checkInteger(`${path}.warmUpRounds`, given.warmUpRounds, 0, 1000),
    seconds: checkNumber(`${path}.seconds`, given.seconds, Number.MIN_VALUE),
    seed: checkInteger(`${path}.seed`, given.seed, 0, 2 ** 32 - 1),
    signal: options.signal ?? new AbortController().signal,
  });
}

/** What came of a benchmark; plain JSON. */
export interface BenchmarkResult {
  readonly schema: 1;
  /** ISO 8601, in UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly machine: MachineFacts;
  readonly suites: readonly SuiteResult[];
}

export interface SuiteResult {
  readonly name: string;
  readonly cases: readonly CaseResult[];
  /** Whether the time was up before all rounds were run. */
  readonly isCutShort: boolean;
  /** Why there are no cases: the suite could not be opened; null for one that could. */
  readonly error: string | null;
}

export interface CaseResult {
  readonly name: string;
  /** Of each round, in their order. Empty for a case that failed. */
  readonly ms: readonly number[];
  readonly operationsPerSecond: readonly number[];
  /** Empty where the case tells no bytes. */
  readonly bytesPerSecond: readonly number[];
  /** Of the operations per second; null for a case that failed. */
  readonly spread: Spread | null;
  readonly against: readonly AgainstResult[];
  /** What its check or a run threw; null for one that did well. */
  readonly error: string | null;
}

/** How many times as fast a case is as another one, by the medians of their operations per second. */
export interface AgainstResult extends RatioInterval {
  readonly name: string;
}

export interface BenchmarkEvents {
  readonly suite: [suite: string];
  /** A round of a case was timed; `round` counts from 1. */
  readonly round: [round: RoundEvent];
  readonly case: [suite: string, result: CaseResult];
  readonly done: [result: BenchmarkResult];
}

export interface RoundEvent {
  readonly suite: string;
  readonly name: string;
  readonly round: number;
  readonly rounds: number;
  readonly ms: number;
}

/** What a benchmark takes from outside. */
export interface BenchmarkContext {
  /** @defaultValue `SYSTEM_CLOCK` */
  readonly clock?: Clock;
  /** @defaultValue `describeMachine` */
  readonly machine?: () => MachineFacts;
}

/**
 * Measures cases side by side. All cases of a suite run once a round, each round beginning with another one, so that what else the
 * machine does meets all of them alike; garbage is collected before each run where the process allows it (`--expose-gc`).
 *
 * A case whose check or run throws is reported with its error, and the others go on.
 */
export class Benchmark extends EventEmitter<BenchmarkEvents> {
  readonly #suites: readonly BenchmarkSuite[];
  readonly #options: ResolvedBenchmarkOptions;
  readonly #clock: Clock;
  readonly #machine: () => MachineFacts;

  /** @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`. */
  constructor(
    suites: readonly BenchmarkSuite[],
    options?: BenchmarkOptions,
    { clock = SYSTEM_CLOCK, machine = describeMachine }: BenchmarkContext = {},
  ) {
    super();
    this.#options = resolveBenchmarkOptions(options);
    checkSuites(suites);
    this.#suites = suites;
    this.#clock = clock;
    this.#machine = machine;
  }

  /** @throws MillraceError `ERR_ABORTED`; whatever closing a suite throws. */
  async run(): Promise<BenchmarkResult> {
    checkAborted(this.#options.signal);
    const startedAt = new Date(this.#clock.epochMs()).toISOString();
    const startedAtMs = this.#clock.monotonicMs();
    const results: SuiteResult[] = [];
    for (const [index, suite] of this.#suites.entries()) {
      // What a suite leaves of its share, the ones behind it get.
      const leftMs = this.#options.seconds * 1000 - (this.#clock.monotonicMs() - startedAtMs);
      const untilMs = this.#clock.monotonicMs() + leftMs / (this.#suites.length - index);
      results.push(await this.#runSuite(suite, untilMs));
    }
    const seconds = (this.#clock.monotonicMs() - startedAtMs) / 1000;
    const result = { schema: 1 as const, startedAt, seconds, machine: this.#machine(), suites: results };
    this.emit('done', result);
    return result;
  }

  async #runSuite(suite: BenchmarkSuite, untilMs: number): Promise<SuiteResult> {
    this.emit('suite', suite.name);
    try {
      await suite.open?.();
    } catch (thrown) {
      return { name: suite.name, cases: [], isCutShort: false, error: messageOf(thrown) };
    }
    const contestants = suite.cases.map((each) => new Contestant(each, this.#clock, this.#options.signal));
    let isCutShort: boolean;
    try {
      isCutShort = await this.#runRounds(suite.name, contestants, untilMs);
    } finally {
      await suite.close?.();
    }
    const cases = contestants.map((contestant) => contestant.result(contestants, seededRandom(this.#options.seed)));
    for (const each of cases) this.emit('case', suite.name, each);
    return { name: suite.name, cases, isCutShort, error: null };
  }

  /** Returns whether the time was up before the end. */
  async #runRounds(suite: string, contestants: readonly Contestant[], untilMs: number): Promise<boolean> {
    const { rounds, warmUpRounds } = this.#options;
    for (const contestant of contestants) await contestant.check();
    const mayRun = (round: number): boolean => round === 0 || !this.#isOver(untilMs);
    await takeTurns(contestants, warmUpRounds, { mayRun, run: (contestant) => contestant.warmUp() });
    const isWhole = await takeTurns(contestants, rounds, {
      mayRun,
      run: async (contestant, round) => {
        const ms = await contestant.time();
        if (ms !== undefined) this.emit('round', { suite, name: contestant.name, round: round + 1, rounds, ms });
      },
    });
    return !isWhole;
  }

  #isOver(untilMs: number): boolean {
    return this.#clock.monotonicMs() >= untilMs;
  }
}

/** A case with what was measured of it. */
class Contestant {
  readonly #case: BenchmarkCase;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #ms: number[] = [];
  readonly #operationsPerSecond: number[] = [];
  readonly #bytesPerSecond: number[] = [];
  #error: string | null = null;

  constructor(benchmarkCase: BenchmarkCase, clock: Clock, signal: AbortSignal) {
    this.#case = benchmarkCase;
    this.#clock = clock;
    this.#signal = signal;
  }

  get name(): string {
    return this.#case.name;
  }

  async check(): Promise<void> {
    await this.#attempt(async () => this.#case.check?.());
  }

  async warmUp(): Promise<void> {
    await this.#attempt(async () => this.#timed());
  }

  /** The time of a round, which is noted; undefined for a case that failed. */
  async time(): Promise<number | undefined> {
    return this.#attempt(async () => {
      const { ms, operations, bytes } = await this.#timed();
      this.#ms.push(ms);
      this.#operationsPerSecond.push((operations / ms) * 1000);
      if (bytes !== undefined) this.#bytesPerSecond.push((bytes / ms) * 1000);
      return ms;
    });
  }

  result(all: readonly Contestant[], random: () => number): CaseResult {
    const failed = this.#error !== null;
    const rates = failed ? [] : this.#operationsPerSecond;
    const others = all.filter(({ name }) => this.#case.against?.includes(name) === true);
    return {
      name: this.name,
      ms: failed ? [] : this.#ms,
      operationsPerSecond: rates,
      bytesPerSecond: failed ? [] : this.#bytesPerSecond,
      spread: rates.length === 0 ? null : spreadOf(rates),
      against: others.flatMap((other) => this.#besides(other, random)),
      error: this.#error,
    };
  }

  #besides(other: Contestant, random: () => number): AgainstResult[] {
    if (this.#error !== null || other.#error !== null) return [];
    return [{ name: other.name, ...ratioOfMedians(this.#operationsPerSecond, other.#operationsPerSecond, { random }) }];
  }

  async #timed(): Promise<Work & { readonly ms: number }> {
    await this.#case.prepare?.();
    globalThis.gc?.();
    const startedAtMs = this.#clock.monotonicMs();
    const work = await this.#case.run(this.#signal);
    const ms = work.ms ?? this.#clock.monotonicMs() - startedAtMs;
    const path = `work of ${this.name}`;
    checkNumber(`${path}.operations`, work.operations, Number.MIN_VALUE);
    checkNumber(`${path}.ms`, ms, Number.MIN_VALUE); // too short to be timed has no rate
    if (work.bytes !== undefined) checkNumber(`${path}.bytes`, work.bytes, Number.MIN_VALUE);
    return { ...work, ms };
  }

  /** Does nothing once the case has failed. */
  async #attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    checkAborted(this.#signal);
    if (this.#error !== null) return undefined;
    try {
      return await work();
    } catch (thrown) {
      checkAborted(this.#signal);
      this.#error = messageOf(thrown);
      return undefined;
    }
  }
}

function checkSuites(suites: readonly BenchmarkSuite[]): void {
  checkUnique(
    'suite',
    suites.map(({ name }) => name),
  );
  for (const { name, cases } of suites) {
    const names = cases.map((each) => each.name);
    if (names.length === 0) throw new MillraceError('ERR_OPTION_RANGE', `suite ${name} must have a case, got none`);
    checkUnique(`case of suite ${name}`, names);
    for (const other of cases.flatMap(({ against = [] }) => against)) {
      if (names.includes(other)) continue;
      const expected = `against must name a case of suite ${name}: ${names.join(', ')}`;
      throw new MillraceError('ERR_OPTION_RANGE', `${expected}, got ${JSON.stringify(other)}`);
    }
  }
}

function checkUnique(what: string, names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    checkString(`name of a ${what}`, name);
    if (names.indexOf(name) === index) continue;
    throw new MillraceError('ERR_OPTION_RANGE', `each ${what} must have a name of its own, got ${name} twice`);
  }
}
