/** A bench as the page that `--html` writes. */
import {
  REFERENCE,
  type BenchCaseFigures,
  type BenchPage,
  type Headline,
  type TimeSeries,
} from '../../monitor/page/model.js';
import type { BenchResult, CaseResult, MemoryPoint, SuiteResult } from './result.js';

const METHOD = [
  'All documents are distinct: a repeated text would be scored from warm tables and caches. What a case gives is checked first; what is wrong is not timed.',
  'The cases of a suite run in turns, once unmeasured and then once a round, so that whatever else the machine does meets them all. Shown are the median of the rounds, and as the spread the least and the greatest. A ratio is the median of the ratios of the rounds: it depends less on the machine than a speed does.',
  'Memory is that of this process, which runs all suites and their baselines one after the other; what a process of its own takes that only scores a file is in the suite memory.',
  'Nothing is cached but in the suite that measures the cache. A change is called a loss when two tests agree (Mann and Whitney, and a bootstrap interval of the ratio of medians) and it is 5 % or more; from 10 % on it is major, from 20 % critical.',
];

export function benchPage(result: BenchResult): BenchPage {
  const { documents, machine, startedAt, seconds, suites, notes, comparison } = result;
  const kilobytes = (documents.bytes / documents.count / 1000).toFixed(1);
  return {
    title: 'Millrace bench',
    summary: `${documents.count} distinct documents of ${kilobytes} KB on average (${documents.source}), ${result.workers} workers; each result beside what could be used instead.`,
    startedAt,
    seconds,
    machine,
    method: METHOD,
    notes,
    headline: headlines(suites),
    reference: REFERENCE,
    throughputBySize: bySize(suites),
    throughputByWorkers: byWorkers(suites),
    latencies: suites.flatMap(({ latencies }) => latencies),
    process: { memory: memoryOf(suites) },
    processMemory: suites.flatMap(({ processMemory }) => processMemory),
    cases: suites.flatMap((suite) => suite.cases.filter(isSubject).map((each) => figuresOf(suite, each))),
    ...(comparison === null ? {} : { comparison }),
  };
}

function isSubject({ role }: CaseResult): boolean {
  return role === 'subject';
}

/** The first case of each suite. */
function headlines(suites: readonly SuiteResult[]): Headline[] {
  return suites.slice(0, HEADLINES_MAX).flatMap(({ title, cases }) => {
    const first = cases.find(isSubject);
    if (first === undefined) return [];
    const [ratio] = first.ratios;
    const note = ratio === undefined ? undefined : `${ratio.ratio.value.toPrecision(3)} × ${ratio.baseline}`;
    return { label: `${title}: ${first.name}`, value: first.value.value, unit: first.unit, note };
  });
}

const HEADLINES_MAX = 6;

/** What scores documents of whatever size with one engine is a line: its cases are named alike up to a comma. */
function bySize(suites: readonly SuiteResult[]): NonNullable<BenchPage['throughputBySize']> {
  const sized = casesOf(suites, 'score').filter(({ name }) => name === 'library' || /^library, \d+ KB$/.test(name));
  const points = sized.flatMap(({ documentBytes, value }) =>
    documentBytes === null ? [] : { documentBytes, docsPerMinute: value },
  );
  points.sort((left, right) => left.documentBytes - right.documentBytes);
  return points.length === 0 ? [] : [{ label: 'library, complete report', points }];
}

function byWorkers(suites: readonly SuiteResult[]): NonNullable<BenchPage['throughputByWorkers']> {
  const points = casesOf(suites, 'scaling').flatMap(({ workers, value }) =>
    workers === null ? [] : { workers, docsPerMinute: value },
  );
  return points.length === 0 ? [] : [{ label: 'library, complete report', points }];
}

/** Resident memory, a line for each suite, so that it is seen which takes what; and the heap behind them. */
function memoryOf(suites: readonly SuiteResult[]): TimeSeries[] {
  const seriesOf = (label: string, points: readonly MemoryPoint[], read: (point: MemoryPoint) => number | null) => {
    return { label, points: points.map((point) => ({ seconds: point.seconds, value: read(point) })) };
  };
  const all = suites.flatMap(({ memory }) => memory);
  return [
    ...suites.map(({ name, memory }) => seriesOf(`resident, ${name}`, memory, ({ rssBytes }) => rssBytes)),
    seriesOf('heap in use', all, ({ heapUsedBytes }) => heapUsedBytes),
  ].filter(({ points }) => points.some(({ value }) => value !== null));
}

function casesOf(suites: readonly SuiteResult[], wanted: SuiteResult['name']): readonly CaseResult[] {
  return suites.find(({ name }) => name === wanted)?.cases ?? [];
}

function figuresOf({ title, cases }: SuiteResult, each: CaseResult): BenchCaseFigures {
  return {
    suite: title,
    name: each.name,
    value: each.value.value,
    unit: each.unit,
    rounds: each.rounds,
    baselines: each.ratios.map(({ baseline, ratio }) => ({
      name: baseline,
      value: cases.find(({ name }) => name === baseline)?.value.value ?? 0,
      ratio,
    })),
    ...(each.note === null ? {} : { note: each.note }),
  };
}
