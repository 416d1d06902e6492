import { REFERENCE, type Outcome, type RunPage, type TimeSeries } from '../../monitor/page/model.js';
import type { ProcessSample } from '../../monitor/process-sample.js';
import type { StressResult } from './result.js';

/** A stress run as a page that explains itself. */
export function stressPage(result: StressResult): RunPage {
  const { settings, criteria, counts, latency, docsPerMinute, calls, chaos } = result;
  const { mode, ratePerMinute, minutes } = settings;
  const met = criteria.filter(({ verdict }) => verdict === 'met').length;
  const what = mode === 'score' ? 'scored' : 'scored and, where they did not pass the gate, sent to a mock of a model';
  return {
    command: 'stress',
    title: result.holds ? 'Stress run: it holds' : 'Stress run: not all criteria are met',
    summary:
      `Documents arrived at ${count(ratePerMinute)} a minute for ${minutes} minutes, whatever became of them, and were ${what}. ` +
      `${met} of ${criteria.length} criteria are met.`,
    startedAt: result.startedAt,
    seconds: result.totalSeconds,
    machine: result.machine,
    headline: [
      {
        label: 'Documents a minute',
        value: docsPerMinute,
        unit: 'docs/min',
        note: `of ${count(ratePerMinute)} asked for`,
      },
      {
        label: 'Latency, p99',
        value: latency?.p99Ms ?? null,
        unit: 'ms',
        note: 'from the time at which a document was due',
      },
      {
        label: 'Errors',
        value: counts.arrived === 0 ? null : (counts.failed + counts.shed) / counts.arrived,
        unit: 'share',
      },
    ],
    settings: Object.entries(settings).map(([name, value]) => ({
      name,
      value: settingText(value),
    })),
    reference: REFERENCE,
    verdicts: criteria.map(({ criterion, verdict, required, measured, note }) => ({
      criterion,
      verdict,
      required,
      measured,
      note,
    })),
    outcomes: outcomesOf(result),
    throughput: [
      {
        label: 'ended well',
        points: result.throughput.map(({ seconds, docsPerMinute: value }) => ({ seconds, value })),
      },
    ],
    latencies:
      latency === null ? [] : [{ label: 'from due to done', count: latency.count, percentiles: result.percentiles }],
    process: {
      memory: [
        series('resident memory', result.process, ({ rssBytes }) => rssBytes),
        series('heap in use', result.process, ({ heapUsedBytes }) => heapUsedBytes),
      ],
      cpu: [
        series('this process', result.process, ({ cpuShare }) => cpuShare),
        series('the whole machine', result.process, ({ machineCpuShare }) => machineCpuShare),
      ],
      eventLoopDelayMs: [series('longest', result.process, ({ loopDelayMaxMs }) => loopDelayMaxMs)],
      openFiles: [series('files and sockets', result.process, ({ openFiles }) => openFiles)],
    },
    ...(calls === null ? {} : { cost: { usd: null, calls: calls.calls, retries: calls.retries } }),
    notes: chaos.map(({ seconds, what: done }) => `At ${seconds.toFixed(1)} s: ${done}.`),
    method: METHOD,
  };
}

const METHOD: readonly string[] = [
  'An open loop: the time of each arrival is set by the rate before the run begins. A document that comes late because the process was ' +
    'busy counts as waiting from its time on, so a stall shows in the latencies of all documents that were due during it.',
  'Throughput is what ended well between the end of the warm-up and the last arrival. Memory growth is the median slope of resident ' +
    'memory in that time with its 95 % interval, and is judged by the interval. Processor time is that of this process; the mock of a ' +
    'model runs in another one.',
  'One document, a batch and a crowd were measured before the arrivals, on an engine that did nothing else.',
];

function outcomesOf({ counts, failures }: StressResult): Outcome[] {
  return [
    { label: 'ended well', documents: counts.endedWell, kind: 'good' },
    ...Object.entries(failures).map(([label, documents]): Outcome => ({ label, documents, kind: 'bad' })),
    { label: 'shed', documents: counts.shed, kind: 'bad' },
    { label: 'lost', documents: counts.outstanding, kind: 'bad' },
  ];
}

/** As it would be typed; a number that was computed without the noise of its last digits. */
function settingText(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(12)));
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function series(
  label: string,
  samples: readonly ProcessSample[],
  read: (sample: ProcessSample) => number | null,
): TimeSeries {
  return { label, points: samples.map((sample) => ({ seconds: sample.atMs / 1000, value: read(sample) })) };
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
