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
import { Foremost } from './foremost.js';
import { bucketAt, medianOf, sumOf } from './median.js';

type Placed = DocumentPlace & Pick<NamedDocument, 'value' | 'bytes'>;

/** What all documents of a run are like, added up from the answers of the workers: some kilobytes, however many they are. */
export class RunTally {
  readonly #counts = new Float64Array(BUCKET_COUNT);
  readonly #times = new Float64Array(TIME_BUCKETS);
  readonly #lowest = new Foremost<Placed>(NAMED_MAX, (one, other) => one.value - other.value);
  readonly #slowest = new Foremost<Placed>(NAMED_MAX, (one, other) => other.value - one.value);

  /** What a document must be to be among the worst ones. */
  get bounds(): TallyBounds {
    return {
      lowerThan: this.#lowest.bound?.value ?? Infinity,
      slowerThanMs: this.#slowest.bound?.value ?? 0,
    };
  }

  /** @param placeOf - where a document of this part stands. */
  add({ counts, times, lowest, slowest }: Tally, placeOf: (document: NamedDocument) => DocumentPlace): void {
    for (const [bucket, count] of counts.entries()) this.#counts[bucket]! += count;
    for (const [bucket, count] of times.entries()) this.#times[bucket]! += count;
    const placed = (document: NamedDocument): Placed => {
      return { ...placeOf(document), value: document.value, bytes: document.bytes };
    };
    for (const document of lowest) this.#lowest.add(placed(document));
    for (const document of slowest) this.#slowest.add(placed(document));
  }

  /** Documents that were counted. */
  get documents(): number {
    return sumOf(this.#times);
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
    const slowestMs = this.#slowest.values[0]?.value ?? Infinity;
    const percentiles = PERCENTILES.filter((percentile) => isKnown(percentile, count)).map((percentile) => {
      const ms = timeBucketMs(bucketAt(this.#times, (percentile / 100) * count));
      return { percentile, ms: percentile === 100 ? slowestMs : Math.min(ms, slowestMs) };
    });
    return { label, count, percentiles };
  }

  worst(): WorstDocuments[] {
    const { values: documents } = this.#lowest;
    return documents.length === 0 ? [] : [{ measure: 'documentation.overall', documents }];
  }

  slowest(): SlowDocument[] {
    return this.#slowest.values.map(({ value, ...document }) => ({ ...document, ms: value }));
  }
}

const PERCENTILES = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 99.999, 100] as const;

/** Whether there are documents beyond the percentile, so that it is not just the greatest one. */
function isKnown(percentile: number, count: number): boolean {
  return percentile === 100 || count * (1 - percentile / 100) >= 1;
}

/** What a measure says, and which end is good. */
export const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'documentation.overall': 'How well the text is documented, by surface evidence: 0 to 1, more is better.',
  miair: 'One score of entropy, coherence and completeness: 0 to 100.',
  coherence:
    'How much neighbouring sections have to do with each other: 0 to 1. Texts with a single section have none.',
  'entropy.token': 'How varied the words are, in bits: low is repetitive, high is long or random.',
  'readability.fleschReadingEase': 'How easily it reads: 60 to 70 is plain English, more is easier.',
  words: 'How long the documents are; each bar covers twice the range of the one before it.',
};

function figuresOf(measure: TalliedMeasure, counts: readonly number[]): QualityFigures {
  const before = { edges: edgesOf(measure), counts };
  return {
    measure: measure.path,
    description: DESCRIPTIONS[measure.path],
    before,
    isLogarithmic: measure.isDoubling,
    medianBefore: isBeyond(measure, counts) ? undefined : medianOf(before),
  };
}

/** Whether the median lies in a bucket without an end. */
function isBeyond({ isOpen }: TalliedMeasure, counts: readonly number[]): boolean {
  const bucket = bucketAt(counts, sumOf(counts) / 2);
  return isOpen && (bucket === 0 || bucket === counts.length - 1);
}
