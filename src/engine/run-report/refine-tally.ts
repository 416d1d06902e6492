import { SYSTEM_CLOCK, type Clock } from '../../core/clock.js';
import type { ErrorCode } from '../../core/errors.js';
import { LatencyHistogram } from '../../monitor/latency-histogram.js';
import type {
  DocumentPlace,
  LatencyDistribution,
  QualityFigures,
  SlowDocument,
  WorstDocuments,
} from '../../monitor/page/model.js';
import type { ResolvedProfile } from '../../refine/profile.js';
import type { EssentialNumbers, RefinedRow, Step, StepOutcome } from '../../refine/row.js';
import { NAMED_MAX } from '../../workers/tally.js';
import { Foremost } from './foremost.js';
import { medianOf } from './median.js';
import { DESCRIPTIONS } from './run-tally.js';
import { WideningHistogram } from './widening-histogram.js';

/** Steps that ended alike. */
export interface StepCount extends Pick<Step, 'outcome' | 'reason'> {
  readonly count: number;
}

type Worst = WorstDocuments['documents'][number];

/** What the documents of a session were like before and after: some kilobytes, however many they are. */
export class RefineTally {
  readonly #clock: Clock;
  readonly #profile: string;
  readonly #measures: readonly TalliedNumber[];
  readonly #steps = new Map<string, StepCount>();
  readonly #failures = new Map<ErrorCode, number>();
  readonly #times = new LatencyHistogram();
  readonly #worst = new Foremost<Worst>(NAMED_MAX, (one, other) => one.value - other.value);
  readonly #slowest = new Foremost<SlowDocument>(NAMED_MAX, (one, other) => other.ms - one.ms);

  /** @param profile - what versions are judged by. */
  constructor(profile: ResolvedProfile, clock: Clock = SYSTEM_CLOCK) {
    this.#clock = clock;
    this.#profile = nameOf(profile);
    const score = { measure: this.#profile, read: ({ score: value }: EssentialNumbers): number => value };
    const others = NUMBERS.filter(({ measure }) => measure !== this.#profile);
    this.#measures = [score, ...others].map((each) => ({ ...each, histogram: new WideningHistogram() }));
  }

  /** A document is begun; hand what this returns to `refined`. */
  begin(): number {
    return this.#clock.monotonicMs();
  }

  refined({ id, source, line }: DocumentPlace, { before, after, steps }: RefinedRow, beganAtMs: number): void {
    for (const { read, histogram } of this.#measures) {
      const [first, last] = [read(before), read(after)];
      if (first !== null && last !== null) histogram.add(first, last);
    }
    for (const step of steps) this.#addStep(step);
    const ms = this.#clock.monotonicMs() - beganAtMs;
    const place = { id, source, line };
    this.#times.record(ms);
    this.#slowest.add({ ...place, ms, bytes: before.bytes });
    this.#worst.add({ ...place, value: after.score, bytes: after.bytes });
  }

  /** A document has become a dead letter. */
  lost(code: ErrorCode): void {
    this.#failures.set(code, (this.#failures.get(code) ?? 0) + 1);
  }

  /** The measures that documents had, that of the profile first. */
  quality(): QualityFigures[] {
    return this.#measures.flatMap(({ measure, histogram }) => {
      const histograms = histogram.histograms();
      if (histograms === undefined) return [];
      const medians = { medianBefore: medianOf(histograms.before), medianAfter: medianOf(histograms.after) };
      return [{ measure, description: DESCRIPTIONS[measure], ...histograms, ...medians }];
    });
  }

  /** How versions ended, the most frequent way first. */
  steps(): StepCount[] {
    return [...this.#steps.values()].sort((one, other) => other.count - one.count);
  }

  /** Steps that ended in one way. */
  stepsOf(outcome: StepOutcome): number {
    return this.steps().reduce((sum, step) => (step.outcome === outcome ? sum + step.count : sum), 0);
  }

  /** Dead letters by code, the most frequent first. */
  failures(): [code: ErrorCode, documents: number][] {
    return [...this.#failures].sort(([, one], [, other]) => other - one);
  }

  latency(label: string): LatencyDistribution | undefined {
    const { count } = this.#times;
    return count === 0 ? undefined : { label, count, percentiles: this.#times.points() };
  }

  worst(): WorstDocuments[] {
    const { values: documents } = this.#worst;
    return documents.length === 0 ? [] : [{ measure: `${this.#profile}, after`, documents }];
  }

  slowest(): readonly SlowDocument[] {
    return this.#slowest.values;
  }

  #addStep({ outcome, reason }: Step): void {
    const key = `${outcome} ${reason ?? ''}`;
    const count = (this.#steps.get(key)?.count ?? 0) + 1;
    this.#steps.set(key, { outcome, count, ...(reason !== undefined && { reason }) });
  }
}

interface TalliedNumber {
  readonly measure: string;
  readonly read: (numbers: EssentialNumbers) => number | null;
  readonly histogram: WideningHistogram;
}

/** What a row has beside its score, the most telling first. */
const NUMBERS: readonly Omit<TalliedNumber, 'histogram'>[] = [
  { measure: 'documentation.overall', read: ({ documentation }) => documentation.overall },
  { measure: 'miair', read: ({ miair }) => miair },
  { measure: 'coherence', read: ({ coherence }) => coherence },
  { measure: 'readability.fleschReadingEase', read: ({ readability }) => readability.fleschReadingEase },
];

/** A profile of one measure is called by it. */
function nameOf(profile: ResolvedProfile): string {
  const [first, ...others] = Object.entries(profile);
  return first !== undefined && others.length === 0 && first[1] === 1 ? first[0] : 'score';
}
