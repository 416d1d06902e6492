import {
  SLOT_COHERENCE,
  SLOT_ENTROPY_TOKEN,
  SLOT_MIAIR,
  SLOT_OVERALL,
  SLOT_READING_EASE,
  SLOT_WORDS,
} from './kernel/report-slots.js';

/** A measure whose values are counted in buckets; what lies outside counts in the first or the last one. */
export interface TalliedMeasure {
  /** Its path in the report. */
  readonly path: string;
  readonly slot: number;
  readonly low: number;
  readonly high: number;
  readonly buckets: number;
  /** Values lie beyond the ends as well, so that the first and the last bucket say less than the others. */
  readonly isOpen: boolean;
  /** Buckets double in width instead of being equally wide: 0, 1, 2 to 3, 4 to 7 and so on. */
  readonly isDoubling: boolean;
  /** Where its buckets begin among those of all measures. */
  readonly first: number;
}

const LINEAR = { isDoubling: false, isOpen: false, buckets: 40 } as const;

const MEASURES = [
  { path: 'documentation.overall', slot: SLOT_OVERALL, low: 0, high: 1, ...LINEAR },
  { path: 'miair', slot: SLOT_MIAIR, low: 0, high: 100, ...LINEAR },
  { path: 'coherence', slot: SLOT_COHERENCE, low: 0, high: 1, ...LINEAR },
  { path: 'entropy.token', slot: SLOT_ENTROPY_TOKEN, low: 0, high: 12, ...LINEAR, isOpen: true },
  { path: 'readability.fleschReadingEase', slot: SLOT_READING_EASE, low: -50, high: 150, ...LINEAR, isOpen: true },
  { path: 'words', slot: SLOT_WORDS, low: 0, high: 2 ** 20, buckets: 21, isDoubling: true, isOpen: false },
] as const;

/** The measures that are counted, the most telling first. */
export const TALLIED: readonly TalliedMeasure[] = MEASURES.map((measure, index) => {
  const first = MEASURES.slice(0, index).reduce((sum, { buckets }) => sum + buckets, 0);
  return { ...measure, first };
});

/** Buckets of all measures together. */
export const BUCKET_COUNT = TALLIED.reduce((sum, { buckets }) => sum + buckets, 0);

/** The bucket of a value among those of all measures. */
export function bucketOf({ low, high, buckets, isDoubling, first }: TalliedMeasure, value: number): number {
  const bucket = isDoubling ? 32 - Math.clz32(value) : Math.floor(((value - low) / (high - low)) * buckets);
  return first + Math.min(Math.max(bucket, 0), buckets - 1);
}

/** The edges of a measure's buckets, one more than there are. */
export function edgesOf({ low, high, buckets, isDoubling }: TalliedMeasure): number[] {
  return Array.from({ length: buckets + 1 }, (_, edge) => {
    if (isDoubling) return edge === 0 ? 0 : 2 ** (edge - 1);
    return low + ((high - low) * edge) / buckets;
  });
}

/** Buckets of time for a factor of two: one is 9 % wide. */
const BUCKETS_PER_OCTAVE = 8;

/** The first bucket ends here; the last one begins at about 18 minutes. */
const TIME_MS_MIN = 2 ** -10;
export const TIME_BUCKETS = 30 * BUCKETS_PER_OCTAVE + 1;

/** The bucket of a time. */
export function timeBucketOf(ms: number): number {
  if (!(ms > TIME_MS_MIN)) return 0;
  return Math.min(Math.ceil(Math.log2(ms / TIME_MS_MIN) * BUCKETS_PER_OCTAVE), TIME_BUCKETS - 1);
}

/** The longest time that a bucket holds. */
export function timeBucketMs(bucket: number): number {
  return TIME_MS_MIN * 2 ** (bucket / BUCKETS_PER_OCTAVE);
}
