import {
  REFERENCE,
  type BenchPage,
  type LatencyDistribution,
  type Machine,
  type RunPage,
} from '../../../src/monitor/page/model.js';

const MACHINE: Machine = {
  cpu: 'AMD EPYC 7B13',
  cores: 2,
  memoryBytes: 8.2e9,
  platform: 'linux-x64',
  node: 'v20.20.0',
  millrace: '0.4.0',
  commit: 'dcab1ab',
};

/** Times that grow towards the greatest as those of a server do. */
function latencies(label: string, fastestMs: number): LatencyDistribution {
  const percentiles = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100].map((percentile, index) => ({
    percentile,
    ms: fastestMs * (1 + index * 0.2 + (index > 6 ? 2 ** (index - 5) : 0)),
  }));
  return { label, count: 248_000, percentiles };
}

function timeSeries(
  label: string,
  valueAt: (index: number) => number | null,
): { label: string; points: { seconds: number; value: number | null }[] } {
  return {
    label,
    points: Array.from({ length: 240 }, (_, index) => ({ seconds: index * 2.5, value: valueAt(index) })),
  };
}

/** A bench page with every section. */
export const BENCH_PAGE: BenchPage = {
  title: 'Millrace bench',
  summary:
    'How fast this machine scores documents: complete reports and entropy alone, by size and by workers, beside what one could use instead.',
  startedAt: '2026-01-31T12:05:00.000Z',
  seconds: 171,
  machine: MACHINE,
  method: [
    'Each case ran in seven rounds of one second after a warm-up, the cases of a suite one after the other in each round, so that a slow spell of the machine falls on all of them. What is shown is the median; the interval holds the middle of the rounds. Documents are all different, and every answer was checked before anything was timed.',
  ],
  headline: [
    { label: 'Complete report, 1 KB', value: 12_400_000, unit: 'docs/min', note: '50 × the reference' },
    { label: 'Entropy alone, 1 KB', value: 27_900_000, unit: 'docs/min', note: '112 × the reference' },
    { label: 'Two workers to one', value: 1.91, unit: 'ratio' },
    { label: 'Memory at the end', value: 241e6, unit: 'bytes', trend: [180, 200, 230, 240, 239, 241, 241] },
  ],
  notes: ['Another process took a tenth of the processor while this ran.'],
  reference: REFERENCE,
  throughputBySize: [
    { label: 'complete report', scale: 13e9 },
    { label: 'entropy', scale: 29e9 },
    { label: 'plain TypeScript', scale: 0.8e9 },
  ].map(({ label, scale }) => ({
    label,
    points: [256, 1024, 4096, 16_384, 65_536].map((documentBytes) => {
      const value = scale / (documentBytes + 400);
      return { documentBytes, docsPerMinute: { value, low: value * 0.9, high: value * 1.06 } };
    }),
  })),
  throughputByWorkers: [
    { label: 'library', each: 6.4e6 },
    { label: 'files', each: 5.2e6 },
  ].map(({ label, each }) => ({
    label,
    points: [1, 2, 3, 4].map((workers) => {
      const value = each * workers * (1 - 0.04 * (workers - 1));
      return { workers, docsPerMinute: { value, low: value * 0.97, high: value * 1.02 } };
    }),
  })),
  latencies: [latencies('score, one document', 0.02), latencies('scoreAll, 1,000', 1.9), latencies('cache hit', 0.004)],
  process: {
    memory: [
      timeSeries('resident', (index) => 240e6 - 60e6 / (1 + index / 4)),
      timeSeries('heap', (index) => 42e6 + (index % 9) * 3e6),
    ],
  },
  processMemory: [
    timeSeries('a file', (index) => (index < 60 ? 210e6 - 90e6 / (1 + index) : null)),
    timeSeries('a file of four times as many', (index) => 221e6 - 90e6 / (1 + index)),
  ],
  cases: [
    {
      suite: 'kernel',
      name: 'complete report',
      value: 12_400_000,
      unit: 'docs/min',
      rounds: [12.1e6, 12.4e6, 12.5e6, 12.3e6, 12.4e6, 11.2e6, 12.6e6],
      baselines: [
        { name: 'regular expressions and a Map', value: 0.84e6, ratio: { value: 14.8, low: 14.1, high: 15.3 } },
        { name: 'wc -w', value: 11.9e6, ratio: { value: 1.04, low: 0.99, high: 1.1 } },
      ],
    },
    {
      suite: 'cache',
      name: 'hit, 64 KB',
      value: 7.1,
      unit: 'us',
      rounds: [7.2, 7.1, 7.0, 7.4],
      baselines: [{ name: 'Map', value: 5.9, ratio: { value: 0.83, low: 0.8, high: 0.87 } }],
      note: 'A Map has no bound.',
    },
  ],
  comparison: {
    baseline: 'main',
    savedAt: '2026-01-12T09:00:00Z',
    isSameMachine: true,
    measures: [
      {
        name: 'kernel: complete report',
        unit: 'docs/min',
        before: 12.2e6,
        after: 12.4e6,
        ratio: { value: 1.016, low: 0.99, high: 1.04 },
        isSignificant: false,
        severity: 'none',
      },
      {
        name: 'files: complete report',
        unit: 'docs/min',
        before: 10.4e6,
        after: 7.3e6,
        ratio: { value: 0.7, low: 0.67, high: 0.73 },
        isSignificant: true,
        severity: 'critical',
      },
      {
        name: 'cache: hit, 64 KB',
        unit: 'us',
        before: 7.9,
        after: 7.1,
        ratio: { value: 1.11, low: 1.07, high: 1.15 },
        isSignificant: true,
        severity: 'none',
      },
      {
        name: 'jobs: 10,000 items',
        unit: 'ops/s',
        before: 41e3,
        after: 38e3,
        ratio: { value: 0.93, low: 0.9, high: 0.96 },
        isSignificant: true,
        severity: 'minor',
      },
    ],
  },
};

/** The page of a run with every section. */
export const RUN_PAGE: RunPage = {
  command: 'stress',
  title: 'Millrace stress: 248,000 documents a minute for 10 minutes',
  summary:
    'Documents arrived at a set rate, whether or not the ones before them were done, and each was refined through a server that fails now and then.',
  startedAt: '2026-01-31T12:05:00Z',
  seconds: 602,
  machine: MACHINE,
  method: ['Latency counts from the time at which a document was to arrive, so that a pause shows in all that waited.'],
  headline: [
    {
      label: 'Throughput',
      value: 247_900,
      unit: 'docs/min',
      note: '99.9 % of the rate',
      trend: [0, 240, 248, 247, 248, 180, 250, 248],
    },
    { label: 'p99', value: 212, unit: 'ms' },
    { label: 'Errors', value: 0.0031, unit: 'share' },
    { label: 'Growth of memory', value: 2.1e6, unit: 'bytes/hour' },
    { label: 'Handles at the end', value: null, unit: 'count' },
  ],
  settings: [
    { name: 'rate', value: '248000/min' },
    { name: 'faults', value: '1%' },
  ],
  reference: REFERENCE,
  verdicts: [
    { criterion: 'Throughput held', verdict: 'met', required: 'at least 99 % of 248,000/min', measured: '247,900/min' },
    { criterion: 'Errors', verdict: 'met', required: 'fewer than 1 %', measured: '0.31 %' },
    {
      criterion: 'Processor',
      verdict: 'missed',
      required: 'less than 80 % of the machine',
      measured: '86 %',
      note: 'The mock server ran on the same machine.',
    },
    {
      criterion: 'Open files',
      verdict: 'not measured',
      required: 'no growth',
      measured: '–',
      note: 'The platform does not tell.',
    },
  ],
  outcomes: [
    { label: 'refined', documents: 1_801_220, kind: 'good' },
    { label: 'good enough as they were', documents: 610_400, kind: 'neutral' },
    { label: 'failed', documents: 7_520, kind: 'bad' },
  ],
  throughput: [
    timeSeries('finished', (index) =>
      index === 120 ? null : 248_000 + 9000 * Math.sin(index / 5) - (index > 150 && index < 160 ? 90_000 : 0),
    ),
  ],
  stages: [
    {
      name: 'read',
      count: 9600,
      failed: 0,
      utilization: 0.04,
      busySeconds: 24,
      waitingSeconds: 1,
      p50Ms: 1.2,
      p95Ms: 2.5,
      p99Ms: 9,
      queueDepthMax: 3,
    },
    { name: 'score', count: 9600, utilization: 0.41, busySeconds: 240, p50Ms: 12 },
    {
      name: 'call',
      count: 1_801_220,
      failed: 7520,
      utilization: 0.93,
      p50Ms: 52,
      p95Ms: 75,
      p99Ms: 160,
      queueDepthMax: 812,
    },
    { name: 'write', count: 9600, utilization: null },
  ],
  bottleneck: {
    stage: 'call',
    severity: 'major',
    explanation: 'Calls were in flight up to the limit for 93 % of the time, while the workers idled.',
    advice: ['Raise --concurrency above 1,000.', 'A faster provider would help as much.'],
  },
  latencies: [latencies('from arrival', 40)],
  quality: [
    {
      measure: 'documentation.overall',
      description: 'How well the text is documented; more is better.',
      before: {
        edges: Array.from({ length: 21 }, (_, i) => i / 20),
        counts: [0, 2, 9, 31, 90, 210, 400, 520, 610, 480, 300, 210, 120, 60, 31, 12, 4, 1, 0, 0],
      },
      after: {
        edges: Array.from({ length: 21 }, (_, i) => i / 20),
        counts: [0, 0, 1, 4, 12, 40, 90, 170, 320, 510, 640, 560, 370, 220, 96, 40, 12, 5, 0, 0],
      },
      medianBefore: 0.41,
      medianAfter: 0.52,
    },
    {
      measure: 'words',
      before: {
        edges: [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048],
        counts: [1, 0, 2, 9, 30, 98, 400, 1200, 2100, 900, 120, 10],
      },
      isLogarithmic: true,
      medianBefore: 150,
    },
  ],
  breakdowns: [
    {
      title: 'Why documents went no further',
      counted: 'documents',
      parts: [
        { label: 'gate', count: 8000, kind: 'good', description: 'It passes.' },
        { label: 'failed', count: 12, kind: 'bad' },
      ],
    },
    { title: 'Nothing of the kind', counted: 'documents', parts: [] },
  ],
  rejections: [
    { by: 'gopher_quality', reason: 'too_few_stop_words', documents: 12_300 },
    { by: 'c4_quality', reason: 'lorem_ipsum', documents: 830 },
    { by: 'keep-if', reason: 'words > 50 and documentation.overall >= 0.3', documents: 4100 },
  ],
  cost: {
    usd: 12.34,
    budgetUsd: 20,
    estimatedUsd: { low: 9.1, high: 15.8 },
    calls: 1_801_220,
    retries: 18_900,
    savings: [{ by: 'by the gate', usd: 2.5 }],
    inputTokens: 4.1e8,
    outputTokens: 3.9e8,
    overTime: {
      label: 'spent',
      points: Array.from({ length: 100 }, (_, i) => ({ seconds: i * 6, value: i * 0.1234 })),
    },
  },
  slowest: [{ id: 'a-17', source: 'corpus.jsonl', line: 812, ms: 1830, bytes: 2_400_000 }],
  worst: [
    {
      measure: 'documentation.overall',
      documents: [
        { id: 42, source: 'corpus.jsonl', line: 9, value: 0.02, bytes: 88 },
        { source: 'notes/todo.md', value: 0.04 },
      ],
    },
  ],
  process: {
    memory: [
      timeSeries('resident', (index) => 310e6 - 100e6 / (1 + index / 4)),
      timeSeries('heap', (index) => 90e6 + (index % 7) * 6e6),
    ],
    cpu: [timeSeries('this process', (index) => 0.6 + 0.1 * Math.sin(index / 9))],
    eventLoopDelayMs: [timeSeries('p99 of each second', (index) => 1 + (index === 100 ? 220 : index % 3))],
    openFiles: [timeSeries('handles', (index) => 1000 + (index % 5))],
  },
};
