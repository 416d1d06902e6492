import type {
  DocumentPlace,
  LatencyDistribution,
  QualityFigures,
  SlowDocument,
  WorstDocuments,
} from '../../monitor/page/model.js';
import { NAMED_MAX, type NamedDocument, type Tally, type TallyBounds } from '../../workers/tally.js';
import {
  BUCKET_COUNT,
  edgesOf,
  TALLIED,
  TIME_BUCKETS,
  timeBucketMs,
  type TalliedMeasure,
} from '../../workers/tally-buckets.js';

type Placed = DocumentPlace & Pick<NamedDocument, 'value' | 'bytes'>;

/** What all documents of a run are like, added up from the answers of the workers: some kilobytes, however many they are. */
export class RunTally {
  readonly #counts = new Float64Array(BUCKET_COUNT);
  readonly #times = new Float64Array(TIME_BUCKETS);
  #lowest: readonly Placed[] = [];
  #slowest: readonly Placed[] = [];
  #busyMs = 0;

  /** What a document must be to be among the worst ones. */
  get bounds(): TallyBounds {
    return {
      lowerThan: this.#lowest[NAMED_MAX - 1]?.value ?? Infinity,
      slowerThanMs: this.#slowest[NAMED_MAX - 1]?.value ?? 0,
    };
  }

  /** @param placeOf - where a document of this part stands. */
  add({ counts, times, busyMs, lowest, slowest }: Tally, placeOf: (document: NamedDocument) => DocumentPlace): void {
    for (const [bucket, count] of counts.entries()) this.#counts[bucket]! += count;
    for (const [bucket, count] of times.entries()) this.#times[bucket]! += count;
    this.#busyMs += busyMs;
    const placed = (document: NamedDocument): Placed => {
      return { ...placeOf(document), value: document.value, bytes: document.bytes };
    };
    this.#lowest = firstOf([...this.#lowest, ...lowest.map(placed)], (one, other) => one.value - other.value);
    this.#slowest = firstOf([...this.#slowest, ...slowest.map(placed)], (one, other) => other.value - one.value);
  }

  /** Documents that were counted. */
  get documents(): number {
    return sumOf(this.#times);
  }

  /** Time of the workers for these documents. */
  get busySeconds(): number {
    return this.#busyMs / 1000;
  }

  /** The measures that documents had. */
  quality(): QualityFigures[] {
    return TALLIED.flatMap((measure) => {
      const counts = [...this.#counts.slice(measure.first, measure.first + measure.buckets)];
      return sumOf(counts) === 0 ? [] : [figuresOf(measure, counts)];
    });
  }

  /** Times by percentile, each at most 9 % too long; undefined before there were any. */
  latency(label: string): LatencyDistribution | undefined {
    const count = this.documents;
    if (count === 0) return undefined;
    const slowestMs = this.#slowest[0]?.value ?? Infinity;
    const percentiles = PERCENTILES.filter((percentile) => isKnown(percentile, count)).map((percentile) => {
      const ms = timeBucketMs(bucketAt(this.#times, (percentile / 100) * count));
      return { percentile, ms: percentile === 100 ? slowestMs : Math.min(ms, slowestMs) };
    });
    return { label, count, percentiles };
  }

  worst(): WorstDocuments[] {
    return this.#lowest.length === 0 ? [] : [{ measure: 'documentation.overall', documents: this.#lowest }];
  }

  slowest(): SlowDocument[] {
    return this.#slowest.map(({ value, ...document }) => ({ ...document, ms: value }));
  }
}

const PERCENTILES = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 99.999, 100] as const;

/** Whether there are documents beyond the percentile, so that it is not just the greatest one. */
function isKnown(percentile: number, count: number): boolean {
  return percentile === 100 || count * (1 - percentile / 100) >= 1;
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'documentation.overall': 'How well the text is documented, by surface evidence: 0 to 1, more is better.',
  miair: 'One score of entropy, coherence and completeness: 0 to 100.',
  coherence:
    'How much neighbouring sections have to do with each other: 0 to 1. Texts with a single section have none.',
  'entropy.token': 'How varied the words are, in bits: low is repetitive, high is long or random.',
  'readability.fleschReadingEase': 'How easily it reads: 60 to 70 is plain English, more is easier.',
  words: 'How long the documents are; each bar covers twice the range of the one before it.',
};

function figuresOf(measure: TalliedMeasure, counts: readonly number[]): QualityFigures {
  return {
    measure: measure.path,
    description: DESCRIPTIONS[measure.path],
    before: { edges: edgesOf(measure), counts },
    isLogarithmic: measure.isDoubling,
    medianBefore: medianOf(measure, counts),
  };
}

/**
 * Within its bucket by interpolation, as if the documents in it were evenly spread, to three figures; undefined where it lies
 * in a bucket without an end.
 */
function medianOf(measure: TalliedMeasure, counts: readonly number[]): number | undefined {
  const edges = edgesOf(measure);
  const half = sumOf(counts) / 2;
  const bucket = bucketAt(counts, half);
  if (measure.isOpen && (bucket === 0 || bucket === counts.length - 1)) return undefined;
  const before = sumOf(counts.slice(0, bucket));
  const [low = 0, high = 0] = [edges[bucket], edges[bucket + 1]];
  return Number((low + ((high - low) * (half - before)) / (counts[bucket] ?? 1)).toPrecision(3));
}

/** The bucket that holds the document of a rank. */
function bucketAt(counts: ArrayLike<number>, rank: number): number {
  let sum = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    sum += counts[bucket] ?? 0;
    if (sum > 0 && sum >= rank) return bucket;
  }
  return Math.max(counts.length - 1, 0);
}

function sumOf(counts: ArrayLike<number>): number {
  return Array.from(counts).reduce((sum, count) => sum + count, 0);
}

function firstOf(documents: readonly Placed[], compare: (one: Placed, other: Placed) => number): readonly Placed[] {
  return [...documents].sort(compare).slice(0, NAMED_MAX);
}
