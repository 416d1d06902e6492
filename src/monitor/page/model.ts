/**
 * What the report pages show: plain JSON, filled by whoever ran something, drawn by `bench-page.ts` and `run-page.ts`.
 *
 * Every section may be left out, and what is left out is not drawn. Numbers are in the unit that ends their name and are
 * finite; `null` stands for what could not be measured. All strings are shown as they are: the page escapes them.
 */

/** The throughput that the pages compare with, in documents a minute: the line that Millrace set out to pass. */
export const REFERENCE_DOCS_PER_MINUTE = 248_000;

/** A line that a chart of throughput is drawn against. */
export interface Reference {
  /** Such as `248,000 documents/min`. */
  readonly label: string;
  readonly docsPerMinute: number;
}

/** The line of {@link REFERENCE_DOCS_PER_MINUTE}. */
export const REFERENCE: Reference = Object.freeze({
  label: '248,000 documents/min',
  docsPerMinute: REFERENCE_DOCS_PER_MINUTE,
});

/** Where it ran. */
export interface Machine {
  readonly cpu: string | null;
  readonly cores: number;
  readonly memoryBytes: number | null;
  /** Such as `linux-x64`. */
  readonly platform: string;
  readonly node: string;
  readonly millrace: string;
  /** Of the source, where it is known. */
  readonly commit?: string | undefined;
}

/** What both pages have. */
export interface PageBase {
  readonly title: string;
  /** One or two sentences for somebody who did not run it: what was done, and to what. */
  readonly summary?: string | undefined;
  /** ISO 8601, in UTC. */
  readonly startedAt?: string | undefined;
  readonly seconds?: number | undefined;
  readonly machine?: Machine | undefined;
  /** How it was measured: paragraphs at the end of the page. */
  readonly method?: readonly string[] | undefined;
  /** The few figures that matter most, shown large at the top; six or fewer. */
  readonly headline?: readonly Headline[] | undefined;
  /** What the reader should know beforehand: shown below the headline, one sentence each. */
  readonly notes?: readonly string[] | undefined;
}

export interface Headline {
  readonly label: string;
  readonly value: number | null;
  readonly unit: Unit;
  /** Such as `3.4 × the reference`. */
  readonly note?: string | undefined;
  /** Its course over the run, drawn beside it without axes. */
  readonly trend?: readonly number[] | undefined;
}

/** How a number is written. A `ratio` is shown as `3.4 ×`, a `share` (0 to 1) in per cent. */
export type Unit =
  | 'count'
  | 'docs/min'
  | 'MB/s'
  | 'ops/s'
  | 'bytes'
  | 'ms'
  | 'us'
  | 'seconds'
  | 'share'
  | 'ratio'
  | 'usd'
  | 'tokens'
  | 'bytes/hour'
  | 'number';

/* ── Parts that both pages use ───────────────────────────────────────────────────────────────────────────────────────── */

/** A measured value with its spread over the rounds: the interval that is drawn around it. */
export interface Spread {
  readonly value: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** Time of one kind of operation by percentile. */
export interface LatencyDistribution {
  readonly label: string;
  readonly count: number;
  /** Ascending in both; up to some fifty points such as 0, 50, 90, 95, 99, 99.9, 99.99, 100. */
  readonly percentiles: readonly LatencyPoint[];
}

export interface LatencyPoint {
  /** 0 to 100. */
  readonly percentile: number;
  readonly ms: number;
}

/** Values over the time of a run; some hundred points at most are worth it. */
export interface TimeSeries {
  readonly label: string;
  readonly points: readonly TimePoint[];
}

export interface TimePoint {
  /** Since the run began. */
  readonly seconds: number;
  /** `null` leaves a gap. */
  readonly value: number | null;
}

/** What the process took, over time. */
export interface ProcessOverTime {
  /** Such as resident memory and heap, in bytes. */
  readonly memory?: readonly TimeSeries[] | undefined;
  /** Share of the whole machine, 0 to 1. */
  readonly cpu?: readonly TimeSeries[] | undefined;
  readonly eventLoopDelayMs?: readonly TimeSeries[] | undefined;
  readonly openFiles?: readonly TimeSeries[] | undefined;
}

/** Counts in buckets: bucket `i` holds what is from `edges[i]` on up to `edges[i + 1]`, the last one its upper edge too. */
export interface PageHistogram {
  /** One more than there are counts, ascending. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/* ── The page of `millrace bench` ────────────────────────────────────────────────────────────────────────────────────── */

export interface BenchPage extends PageBase {
  /** Line in the charts of throughput. Usually {@link REFERENCE}. */
  readonly reference?: Reference | undefined;
  readonly throughputBySize?: readonly SizeSeries[] | undefined;
  /** The speed-up curve is drawn from these as well. */
  readonly throughputByWorkers?: readonly WorkerSeries[] | undefined;
  readonly latencies?: readonly LatencyDistribution[] | undefined;
  readonly process?: ProcessOverTime | undefined;
  /** Resident bytes of other processes, each over the time since its own start. */
  readonly processMemory?: readonly TimeSeries[] | undefined;
  /** Everything that was measured, suite by suite. */
  readonly cases?: readonly BenchCaseFigures[] | undefined;
  readonly comparison?: BenchComparison | undefined;
}

/** Throughput of one way to score, by the size of a document. */
export interface SizeSeries {
  readonly label: string;
  readonly points: readonly { readonly documentBytes: number; readonly docsPerMinute: Spread }[];
}

/** The same by the number of workers. */
export interface WorkerSeries {
  readonly label: string;
  readonly points: readonly { readonly workers: number; readonly docsPerMinute: Spread }[];
}

export interface BenchCaseFigures {
  readonly suite: string;
  readonly name: string;
  /** The median of the rounds. */
  readonly value: number;
  readonly unit: Unit;
  /** Each round, for the picture of the spread. */
  readonly rounds?: readonly number[] | undefined;
  /** What a reader could use instead, and how many times as fast this case is. */
  readonly baselines?: readonly { readonly name: string; readonly value: number; readonly ratio: Spread }[] | undefined;
  readonly note?: string | undefined;
}

export type Severity = 'none' | 'minor' | 'major' | 'critical';

/** The run beside a saved one. */
export interface BenchComparison {
  /** Name of the saved baseline. */
  readonly baseline: string;
  /** ISO 8601. */
  readonly savedAt?: string | undefined;
  /** Whether it was saved on a machine like this one; if not, the page says that speeds do not compare. */
  readonly isSameMachine?: boolean | undefined;
  readonly measures: readonly ComparedMeasure[];
}

export interface ComparedMeasure {
  readonly name: string;
  readonly unit: Unit;
  readonly before: number;
  readonly after: number;
  /** How many times as good as before: below 1 is worse, whatever the unit. */
  readonly ratio: Spread;
  readonly isSignificant: boolean;
  /** Of a loss; `none` for a gain and for what does not differ. */
  readonly severity: Severity;
}

/* ── The page of a run: `score`, `refine`, `stress`, `bench` ─────────────────────────────────────────────────────────── */

export interface RunPage extends PageBase {
  /** Such as `score`. */
  readonly command: string;
  /** Shown as a table, in this order; values as they would be typed. */
  readonly settings?: readonly { readonly name: string; readonly value: string }[] | undefined;
  readonly reference?: Reference | undefined;
  /** Of `stress`: shown first. */
  readonly verdicts?: readonly Verdict[] | undefined;
  /** Where the documents went. */
  readonly outcomes?: readonly Outcome[] | undefined;
  /** Shown behind the outcomes. */
  readonly breakdowns?: readonly Breakdown[] | undefined;
  /** Documents a minute. */
  readonly throughput?: readonly TimeSeries[] | undefined;
  readonly stages?: readonly StageFigures[] | undefined;
  readonly bottleneck?: BottleneckFigures | undefined;
  readonly latencies?: readonly LatencyDistribution[] | undefined;
  readonly quality?: readonly QualityFigures[] | undefined;
  readonly rejections?: readonly RejectionFigures[] | undefined;
  readonly cost?: CostFigures | undefined;
  readonly slowest?: readonly SlowDocument[] | undefined;
  readonly worst?: readonly WorstDocuments[] | undefined;
  readonly process?: ProcessOverTime | undefined;
}

/** One criterion of a stress run. */
export interface Verdict {
  readonly criterion: string;
  readonly verdict: 'met' | 'missed' | 'not measured';
  /** As text, since criteria differ: `at least 99 % of 248,000/min`. */
  readonly required: string;
  readonly measured: string;
  /** Why it was missed or could not be measured. */
  readonly note?: string | undefined;
}

/** Documents that ended in one way; the kinds say how it is coloured. */
export interface Outcome {
  readonly label: string;
  readonly documents: number;
  readonly kind: 'good' | 'neutral' | 'bad';
}

/** How often something went which way, such as why documents went no further. */
export interface Breakdown {
  readonly title: string;
  /** What is counted, in the plural: `documents`. */
  readonly counted: string;
  readonly parts: readonly BreakdownPart[];
}

export interface BreakdownPart {
  readonly label: string;
  readonly count: number;
  readonly kind: Outcome['kind'];
  /** What the label means, in a sentence. */
  readonly description?: string | undefined;
}

/** What a stage of the run did. */
export interface StageFigures {
  readonly name: string;
  readonly count: number;
  readonly failed?: number | undefined;
  /** Busy share of its capacity, 0 to 1; `null` where that is not known. */
  readonly utilization: number | null;
  readonly busySeconds?: number | undefined;
  readonly waitingSeconds?: number | undefined;
  readonly p50Ms?: number | undefined;
  readonly p95Ms?: number | undefined;
  readonly p99Ms?: number | undefined;
  readonly queueDepthMax?: number | undefined;
}

export interface BottleneckFigures {
  /** Name of the stage that limits throughput; `null` where none stands out. */
  readonly stage: string | null;
  readonly severity: Severity;
  /** In a sentence. */
  readonly explanation: string;
  /** What to change, a sentence each. */
  readonly advice: readonly string[];
}

/** One measure over all documents, before and, where they were changed, after. */
export interface QualityFigures {
  /** Path in the report, such as `documentation.overall`. */
  readonly measure: string;
  /** What it says, in a few words, and which end is good. */
  readonly description?: string | undefined;
  /** Both over the same edges. */
  readonly before: PageHistogram;
  readonly after?: PageHistogram | undefined;
  /** The edges are drawn on a logarithmic axis: for counts and sizes. */
  readonly isLogarithmic?: boolean | undefined;
  readonly medianBefore?: number | undefined;
  readonly medianAfter?: number | undefined;
}

export interface RejectionFigures {
  /** A filter, `keep-if`, `dedup`, or a guard of refinement. */
  readonly by: string;
  readonly reason: string;
  readonly documents: number;
}

/** Money and tokens of the calls. */
export interface CostFigures {
  /** `null` where the model has no known price. */
  readonly usd: number | null;
  readonly budgetUsd?: number | undefined;
  readonly estimatedUsd?: { readonly low: number; readonly high: number } | undefined;
  readonly calls: number;
  readonly retries?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly cachedInputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** What was not spent, and thanks to what. */
  readonly savings?: readonly { readonly by: string; readonly usd: number }[] | undefined;
  /** Money spent so far, in dollars, over time. */
  readonly overTime?: TimeSeries | undefined;
}

/** Names a document to a person: its id as it came, and where it stands. */
export interface DocumentPlace {
  readonly id?: string | number | undefined;
  /** File or source. */
  readonly source: string;
  /** From 1; left out for a text file. */
  readonly line?: number | undefined;
}

export interface SlowDocument extends DocumentPlace {
  readonly ms: number;
  readonly bytes?: number | undefined;
}

/** The documents with the lowest values of one measure, the lowest first. */
export interface WorstDocuments {
  readonly measure: string;
  readonly documents: readonly (DocumentPlace & { readonly value: number; readonly bytes?: number | undefined })[];
}
