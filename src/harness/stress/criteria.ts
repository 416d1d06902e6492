import type { Growth } from '../../monitor/statistics/slope.js';
import type { Counts } from './accounts.js';

/** What a run is held to. */
export const CRITERIA = Object.freeze({
  /** Least share of the rate asked for. */
  throughputShare: 0.99,
  /** What failed, was shed or has no outcome, as a share of all arrivals: fewer than this. */
  errorShare: 0.01,
  /** Growth of resident memory behind the warm-up, in bytes an hour, at most. */
  growthBytesPerHour: 50_000_000,
  /** Share of all cores: less than this. */
  cpuShare: 0.8,
  /** Documents held at once, and the resident memory of the process meanwhile: less than this. */
  crowd: Object.freeze({ documents: 10_000, bytes: 2_000_000_000 }),
  /** One document, without a call, in less than this. */
  singleMs: 25,
  /** Documents in a batch, in less than this. */
  batch: Object.freeze({ documents: 1000, ms: 15_000 }),
});

/** What became of one criterion. */
export interface Criterion {
  /** Stable, for programs. */
  readonly name: CriterionName;
  /** For people. */
  readonly criterion: string;
  readonly verdict: 'met' | 'missed' | 'not measured';
  readonly required: string;
  readonly measured: string;
  /** What `limit` is compared with; `null` when it is not known. */
  readonly value: number | null;
  readonly limit: number;
  /** Why it was missed, or could not be measured. */
  readonly note?: string;
}

export type CriterionName =
  'throughput' | 'errors' | 'memoryGrowth' | 'cpu' | 'crowd' | 'single' | 'batch' | 'exactlyOnce' | 'calmOutcomes';

/** What the criteria are judged by; `null` is what could not be measured. */
export interface Measurements {
  /** Documents a minute. */
  readonly rateAsked: number;
  readonly rateHeld: number;
  readonly counts: Counts;
  /** Undefined: too few samples. `null`: the system does not tell. */
  readonly growth: Growth | undefined | null;
  /** Of all cores, 0 to 1, over the time that is judged. */
  readonly cpuShare: number | null;
  /** Highest resident memory while `CRITERIA.crowd.documents` were processed. */
  readonly crowdBytes: number | null;
  /** The 99th percentile of single documents. */
  readonly singleMs: number | null;
  /** `null`: not all documents of the batch ended well in time. */
  readonly batchMs: number | null;
  /** Of a run with chaos. */
  readonly calm?: CalmComparison | undefined;
}

/** The outcomes beside those of a calm run over the same documents. */
export interface CalmComparison {
  /** Ranges of 1,024 arrivals, and those of them in which an outcome differs. */
  readonly ranges: number;
  readonly different: number;
  /** Why nothing could be compared. */
  readonly note?: string | undefined;
}

const MB = 1e6;
/** A heap that fills up between two collections grows for some seconds as a leak does. */
const OBSERVED_MS_MIN = 30_000;
const MEMORY_UNKNOWN = 'the system does not tell the memory of the process';

/** Judges a run: a verdict for each criterion, in the order in which they are shown. */
export function judge(measured: Measurements): readonly Criterion[] {
  return Object.freeze([
    throughput(measured),
    errors(measured.counts),
    memoryGrowth(measured.growth),
    cpu(measured.cpuShare),
    crowd(measured.crowdBytes),
    single(measured.singleMs),
    batch(measured.batchMs),
    exactlyOnce(measured.counts),
    ...(measured.calm === undefined ? [] : [calmOutcomes(measured.calm)]),
  ]);
}

/** Whether a run holds: what was not measured has not been shown. */
export function allMet(criteria: readonly Criterion[]): boolean {
  return criteria.every(({ verdict }) => verdict === 'met');
}

function throughput({ rateAsked, rateHeld }: Measurements): Criterion {
  const limit = CRITERIA.throughputShare * rateAsked;
  const isHeld = rateHeld >= limit;
  return {
    name: 'throughput',
    criterion: 'throughput held',
    required: `at least ${percent(CRITERIA.throughputShare)} of ${count(rateAsked)} documents/min`,
    measured: `${count(rateHeld)} documents/min`,
    verdict: isHeld ? 'met' : 'missed',
    value: rateHeld,
    limit,
    ...(isHeld ? {} : { note: `the rate that was: ${percent(rateHeld / rateAsked)} of the one asked for` }),
  };
}

function errors({ arrived, failed, shed, outstanding }: Counts): Criterion {
  const share = arrived === 0 ? null : (failed + shed + outstanding) / arrived;
  const shedNote = `${count(shed)} arrivals were shed: as many as --queue-max allows were waiting`;
  return {
    name: 'errors',
    criterion: 'errors',
    required: `fewer than ${percent(CRITERIA.errorShare)} of the arrivals`,
    measured:
      share === null
        ? 'no arrivals'
        : `${percent(share)} (${count(failed)} failed, ${count(shed)} shed, ${count(outstanding)} lost)`,
    verdict: verdictOf(share, (value) => value < CRITERIA.errorShare),
    value: share,
    limit: CRITERIA.errorShare,
    ...(shed > 0 ? { note: shedNote } : {}),
  };
}

/**
 * Judged by the interval of the slope, not by the slope: `met` when all of it is within the limit, `missed` when all of it is
 * beyond. An interval around the limit is that of a run too short, or too uneven, to tell.
 */
function memoryGrowth(growth: Measurements['growth']): Criterion {
  const limit = CRITERIA.growthBytesPerHour;
  const base = {
    name: 'memoryGrowth' as const,
    criterion: 'memory growth after warm-up',
    required: `at most ${megabytes(limit)} an hour`,
    limit,
  };
  if (growth === undefined || growth === null) {
    const tooShort = 'the run is too short to tell: too few samples behind the warm-up';
    const note = growth === null ? MEMORY_UNKNOWN : tooShort;
    return { ...base, verdict: 'not measured', measured: 'not measured', value: null, note };
  }
  const { bytesPerHour, low, high, observedMs } = growth;
  const measured = `${megabytes(bytesPerHour)} an hour (95 %: ${megabytes(low)} to ${megabytes(high)})`;
  if (observedMs < OBSERVED_MS_MIN) {
    const note = `the run is too short to tell: ${(observedMs / 1000).toFixed(0)} s behind the warm-up, of ${OBSERVED_MS_MIN / 1000} at least`;
    return { ...base, verdict: 'not measured', measured, value: bytesPerHour, note };
  }
  if (high <= limit) return { ...base, verdict: 'met', measured, value: bytesPerHour };
  if (low > limit) return { ...base, verdict: 'missed', measured, value: bytesPerHour };
  const note = 'the run is too short to tell: the limit lies within the interval of the slope';
  return { ...base, verdict: 'not measured', measured, value: bytesPerHour, note };
}

function cpu(share: number | null): Criterion {
  return {
    name: 'cpu',
    criterion: 'processor time',
    required: `less than ${percent(CRITERIA.cpuShare)} of the machine`,
    measured: share === null ? 'not measured' : percent(share),
    verdict: verdictOf(share, (value) => value < CRITERIA.cpuShare),
    value: share,
    limit: CRITERIA.cpuShare,
    ...(share === null ? { note: 'the system does not tell the processor time of the process' } : {}),
  };
}

function crowd(bytes: number | null): Criterion {
  const limit = CRITERIA.crowd.bytes;
  return {
    name: 'crowd',
    criterion: `${count(CRITERIA.crowd.documents)} documents at once`,
    required: `less than ${megabytes(limit)} of memory`,
    measured: bytes === null ? 'not measured' : megabytes(bytes),
    verdict: verdictOf(bytes, (value) => value < limit),
    value: bytes,
    limit,
    ...(bytes === null ? { note: `${MEMORY_UNKNOWN}, or not all documents ended well in time` } : {}),
  };
}

function single(ms: number | null): Criterion {
  const limit = CRITERIA.singleMs;
  return {
    name: 'single',
    criterion: 'one document, without calls',
    required: `less than ${limit} ms`,
    measured: ms === null ? 'not measured' : `${ms.toFixed(2)} ms (p99)`,
    verdict: verdictOf(ms, (value) => value < limit),
    value: ms,
    limit,
    ...(ms === null ? { note: 'no document was scored' } : {}),
  };
}

function batch(ms: number | null): Criterion {
  const { documents, ms: limit } = CRITERIA.batch;
  return {
    name: 'batch',
    criterion: `a batch of ${count(documents)} documents`,
    required: `less than ${limit / 1000} s`,
    measured: ms === null ? 'not measured' : `${(ms / 1000).toFixed(2)} s`,
    verdict: verdictOf(ms, (value) => value < limit),
    value: ms,
    limit,
    ...(ms === null ? { note: 'not all documents of the batch ended well in time' } : {}),
  };
}

function exactlyOnce({ outstanding, repeated }: Counts): Criterion {
  const odd = outstanding + repeated;
  return {
    name: 'exactlyOnce',
    criterion: 'one outcome for each arrival',
    required: 'none lost, none repeated',
    measured: `${count(outstanding)} lost, ${count(repeated)} repeated`,
    verdict: odd === 0 ? 'met' : 'missed',
    value: odd,
    limit: 0,
  };
}

function calmOutcomes({ ranges, different, note }: CalmComparison): Criterion {
  const base = {
    name: 'calmOutcomes' as const,
    criterion: 'outcomes equal those of a calm run',
    required: 'none differs',
    limit: 0,
  };
  if (ranges === 0) {
    const why = note ?? 'nothing ended well';
    return { ...base, verdict: 'not measured', measured: 'not measured', value: null, note: why };
  }
  return {
    ...base,
    measured: `${count(different)} of ${count(ranges)} ranges of 1,024 arrivals differ`,
    verdict: different === 0 ? 'met' : 'missed',
    value: different,
  };
}

function verdictOf(value: number | null, holds: (value: number) => boolean): Criterion['verdict'] {
  if (value === null) return 'not measured';
  return holds(value) ? 'met' : 'missed';
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

function megabytes(bytes: number): string {
  return `${count(bytes / MB)} MB`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
