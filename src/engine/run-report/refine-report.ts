import type { Monitor } from '../../monitor/monitor.js';
import { describeMachine } from '../../monitor/page/machine.js';
import type {
  Breakdown,
  BreakdownPart,
  CostFigures,
  Headline,
  LatencyDistribution,
  Outcome,
  RunPage,
} from '../../monitor/page/model.js';
import { ANSWER_REASONS } from '../../refine/answer.js';
import type { CallerStatus } from '../../refine/caller/caller.js';
import type { CallJournal } from '../../refine/caller/journal.js';
import { GUARD_REASONS } from '../../refine/guards/guard.js';
import { STEP_OUTCOMES, STOPPED, type StepOutcome } from '../../refine/row.js';
import type { RefineFilesSummary, RefineProgress } from '../refine-files/options.js';
import type { PlannedRun } from '../refine-files/plan-run.js';
import { MeteredJournal } from './call-meter.js';
import { RefineTally, type StepCount } from './refine-tally.js';
import { RunReport, writeRunPage } from './run-report.js';

/** The page about a run of `refineFiles`. */
export class RefineReport {
  readonly #path: string;
  readonly #plan: PlannedRun;
  readonly #report = new RunReport();
  readonly tally: RefineTally;
  #caller: CallerStatus | undefined;

  constructor(path: string, plan: PlannedRun) {
    this.#path = path;
    this.#plan = plan;
    this.tally = new RefineTally(plan.resolved.refining.refine.profile);
  }

  /** Has the stages of the engine shown, and the calls as one more; returns the journal to be told of them. */
  metering(monitor: Monitor, journal: CallJournal): CallJournal {
    const { concurrency } = this.#plan.resolved;
    const calls = this.#report.watch(monitor).stage('calls', { kind: 'calls', capacity: concurrency });
    return new MeteredJournal(journal, calls);
  }

  progress({ written, usd, caller }: RefineProgress): void {
    this.#report.progress({ documents: written, usd });
    this.#caller = caller;
  }

  stop(): void {
    this.#report.stop();
  }

  /** @throws MillraceError `ERR_OUTPUT_UNWRITABLE` naming the file. */
  async write(summary: RefineFilesSummary): Promise<void> {
    this.#report.stop();
    await writeRunPage(this.#path, refinePage(summary, this.#plan, this.#report, this.tally, this.#caller));
  }
}

function refinePage(
  summary: RefineFilesSummary,
  plan: PlannedRun,
  report: RunReport,
  tally: RefineTally,
  caller: CallerStatus | undefined,
): RunPage {
  const { options } = plan;
  const { spent, ...gathered } = report.page(summary.resumedDocuments);
  return {
    ...gathered,
    command: 'refine',
    title: `Millrace refine: ${options.inputs.join(', ')}`,
    summary:
      'Documents that did not pass the gate were sent to a language model; an answer was kept only where it is better and no guard objects.',
    seconds: summary.seconds,
    machine: describeMachine(),
    headline: headlineOf(summary),
    notes: notesOf(summary),
    settings: settingsOf(plan),
    outcomes: outcomesOf(summary),
    breakdowns: breakdownsOf(summary, tally, caller),
    quality: tally.quality(),
    worst: tally.worst(),
    slowest: tally.slowest(),
    cost: costOf(summary, options.budgetUsd, spent),
    latencies: [tally.latency('one document, from its first prompt to its row'), callLatency(caller)].filter(
      (latency) => latency !== undefined,
    ),
    method: METHOD,
  };
}

const METHOD = [
  'Histograms count every row written since the run was last started, as it came and as its best version is. Their buckets are as wide ' +
    'as the range of the values asks for; medians are read off them.',
  'The time of a document runs from when it is begun until its row is known: scoring its versions, waiting for permits and limits, ' +
    'calls and the pauses between attempts. The time of a call is that of one answered attempt. Percentiles are right to one in a hundred.',
  'Throughput, money, memory and processor were looked at four times a second, and less often the longer the run was. Where two looks ' +
    'were merged, memory is the higher of both.',
];

function headlineOf(summary: RefineFilesSummary): Headline[] {
  const { documents, resumedDocuments, seconds, accepted, failed, usd, calls, before, after } = summary;
  const perMinute = (count: number): number | null => (seconds > 0 ? (count / seconds) * 60 : null);
  return [
    { label: 'Documents', value: documents, unit: 'count' },
    { label: 'Improved', value: documents > 0 ? accepted / documents : null, unit: 'share' },
    { label: 'Mean score', value: after.score, unit: 'number', note: `${before.score.toFixed(3)} before` },
    { label: 'Spent', value: usd, unit: 'usd', note: `${calls} calls` },
    { label: 'Throughput', value: perMinute(documents - resumedDocuments), unit: 'docs/min' },
    { label: 'Dead letters', value: failed, unit: 'count' },
  ];
}

function notesOf(summary: RefineFilesSummary): string[] {
  const { resumedDocuments, skippedFiles, failedOutput, wasComplete, recommendations } = summary;
  const notes = [
    wasComplete && 'The run was complete before: nothing was done, and nothing measured.',
    !wasComplete &&
      resumedDocuments > 0 &&
      `This run went on with an earlier one. The ${resumedDocuments} documents done before count in outcome and cost, not in histograms and times.`,
    failedOutput !== undefined && `Dead letters, with their reasons, are in ${failedOutput}.`,
    skippedFiles > 0 && `${skippedFiles} files were passed over, since their names are none of documents.`,
    ...recommendations.map(({ message }) => message),
  ];
  return notes.filter((note) => note !== false);
}

function outcomesOf({ documents, fastPath, accepted, failed }: RefineFilesSummary): Outcome[] {
  const outcomes: Outcome[] = [
    { label: 'improved', documents: accepted, kind: 'good' },
    { label: 'passed the gate as they came', documents: fastPath, kind: 'good' },
    { label: 'left as they came', documents: documents - accepted - fastPath - failed, kind: 'neutral' },
    { label: 'dead letters', documents: failed, kind: 'bad' },
  ];
  return outcomes.filter((outcome) => outcome.documents > 0);
}

function breakdownsOf(summary: RefineFilesSummary, tally: RefineTally, caller: CallerStatus | undefined): Breakdown[] {
  return [
    {
      title: 'Why documents went no further',
      counted: 'documents of the whole run',
      parts: Object.entries(summary.stopped).map(([reason, count]) => ({
        label: reason,
        count,
        kind: reason === 'gate' ? 'good' : reason === 'failed' ? 'bad' : 'neutral',
        description: wordsOf(STOPPED, reason),
      })),
    },
    {
      title: 'What became of the answers',
      counted: 'iterations since the run was last started',
      parts: tally.steps().map(stepPart),
    },
    {
      title: 'Why attempts of calls failed',
      counted: 'failed attempts since the run was last started',
      parts: Object.entries(caller?.failures ?? {}).map(([code, count]) => {
        return { label: code, count, kind: 'bad', description: triedAgain(caller, code) };
      }),
    },
    {
      title: 'Why documents became dead letters',
      counted: 'dead letters since the run was last started',
      parts: tally.failures().map(([label, count]) => ({ label, count, kind: 'bad' })),
    },
  ];
}

const STEP_KINDS: Readonly<Record<StepOutcome, Outcome['kind']>> = {
  kept: 'good',
  no_gain: 'neutral',
  rolled_back: 'neutral',
  unchanged: 'neutral',
  rejected: 'neutral',
  unscored: 'bad',
  failed: 'bad',
};

function stepPart({ outcome, reason, count }: StepCount): BreakdownPart {
  const kind = STEP_KINDS[outcome];
  if (reason === undefined) return { label: outcome, count, kind, description: STEP_OUTCOMES[outcome] };
  const meaning = wordsOf(GUARD_REASONS, reason) ?? wordsOf(ANSWER_REASONS, reason) ?? STEP_OUTCOMES[outcome];
  return { label: `${outcome}: ${reason}`, count, kind, description: meaning };
}

function wordsOf(table: Readonly<Record<string, string>>, word: string): string | undefined {
  return Object.hasOwn(table, word) ? table[word] : undefined;
}

function triedAgain(caller: CallerStatus | undefined, code: string): string {
  const retries = Object.entries(caller?.retries ?? {}).find(([name]) => name === code)?.[1] ?? 0;
  return `${retries} of them were tried again.`;
}

function costOf(
  summary: RefineFilesSummary,
  budgetUsd: number | undefined,
  overTime: CostFigures['overTime'],
): CostFigures {
  const { usd, calls, retries, inputTokens, cachedInputTokens, outputTokens, saved } = summary;
  const savings: (readonly [by: string, usd: number | null])[] = [
    ['by the gate', saved.gateUsd],
    ['by known answers', saved.answerCacheUsd],
    ["by the provider's cache of prompts", saved.promptCacheUsd],
  ];
  return {
    ...{ usd, budgetUsd, calls, retries, inputTokens, cachedInputTokens, outputTokens, overTime },
    savings: savings.flatMap(([by, each]) => (each === null || each === 0 ? [] : [{ by, usd: each }])),
  };
}

function callLatency(caller: CallerStatus | undefined): LatencyDistribution | undefined {
  if (caller === undefined || caller.latencyMs === null) return undefined;
  const { p50, p99 } = caller.latencyMs;
  const percentiles = [
    { percentile: 50, ms: p50 },
    { percentile: 99, ms: p99 },
  ];
  return { label: 'one call, from sending to answer', count: caller.answered, percentiles };
}

/** What was asked for; no keys, no headers of requests, and nothing of a URL that may hold a password. */
function settingsOf({ header, resolved }: PlannedRun): { name: string; value: string }[] {
  const settings = Object.entries(header.options).flatMap(([name, value]) => {
    return value === null || value === '' ? [] : [{ name, value: String(value) }];
  });
  const { workers, concurrency } = resolved;
  return [
    ...settings,
    ...Object.entries({ workers, concurrency }).map(([name, value]) => ({ name, value: String(value) })),
  ];
}
