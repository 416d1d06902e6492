import { describeMachine } from '../../monitor/page/machine.js';
import { REFERENCE, type Headline, type Outcome, type RunPage } from '../../monitor/page/model.js';
import type { RunSummary, ScoreFilesOptions } from '../score-files/options.js';
import { RunReport, writeRunPage } from './run-report.js';
import { RunTally } from './run-tally.js';

/** The page about a run of `scoreFiles`. */
export class ScoreReport {
  readonly #path: string;
  readonly #report = new RunReport();
  #tally = new RunTally();

  constructor(path: string) {
    this.#path = path;
  }

  /** For a pass over the inputs: a run may have to begin anew, and then nothing counts twice. */
  beginTally(): RunTally {
    this.#tally = new RunTally();
    return this.#tally;
  }

  /** Hears of the progress, and of the stages, beside whoever else does. */
  observing(options: ScoreFilesOptions): ScoreFilesOptions {
    return {
      ...options,
      monitor: this.#report.watch(options.monitor),
      onProgress: (progress) => {
        this.#report.progress({ documents: progress.documents });
        options.onProgress?.(progress);
      },
    };
  }

  stop(): void {
    this.#report.stop();
  }

  /** @throws MillraceError `ERR_OUTPUT_UNWRITABLE` naming the file. */
  async write(summary: RunSummary, options: ScoreFilesOptions): Promise<void> {
    this.#report.stop();
    await writeRunPage(this.#path, scorePage(summary, options, this.#report, this.#tally));
  }
}

/** What a run did and what was gathered of it, as the page shows it. */
function scorePage(summary: RunSummary, options: ScoreFilesOptions, report: RunReport, tally: RunTally): RunPage {
  const latency = tally.latency('one document');
  const { spent: _, ...gathered } = report.page(summary.resumedDocuments);
  return {
    ...gathered,
    command: 'score',
    title: `Millrace score: ${options.inputs.join(', ')}`,
    summary:
      'Every document was measured: its entropy, its quality, and whether common filters for training data would keep it.',
    seconds: summary.seconds,
    machine: describeMachine(),
    headline: headlineOf(summary, gathered),
    notes: notesOf(summary),
    settings: settingsOf(summary, options),
    reference: REFERENCE,
    outcomes: outcomesOf(summary),
    quality: tally.quality(),
    worst: tally.worst(),
    slowest: tally.slowest(),
    latencies: latency === undefined ? [] : [latency],
    rejections: summary.rejections.map(({ filter, reason, documents }) => ({ by: filter, reason, documents })),
    method: METHOD,
  };
}

const METHOD = [
  'Histograms count every document that this run measured, in buckets of fixed width; what lies beyond the first or the last one ' +
    'counts in it. Medians are read off the buckets.',
  'The time of a document is that of the thread which read its line, measured it and wrote its row; percentiles are at most 9 % too ' +
    'long. Time that it waited for a thread is not in it.',
  'Throughput, memory and processor were looked at four times a second, and less often the longer the run was. Where two looks were ' +
    'merged, memory is the higher of both.',
];

function headlineOf(summary: RunSummary, { throughput }: Pick<RunPage, 'throughput'>): Headline[] {
  const { documents, resumedDocuments, bytes, seconds, rejected, failed, peakRssBytes } = summary;
  const trend = throughput?.[0]?.points.flatMap(({ value }) => (value === null ? [] : [value]));
  const docsPerMinute = seconds > 0 ? ((documents - resumedDocuments) / seconds) * 60 : null;
  return [
    { label: 'Documents', value: documents, unit: 'count' },
    { label: 'Throughput', value: docsPerMinute, unit: 'docs/min', trend },
    { label: 'Text', value: bytes, unit: 'bytes' },
    { label: 'Rejected', value: documents > 0 ? rejected / documents : null, unit: 'share' },
    { label: 'Dead letters', value: failed, unit: 'count' },
    { label: 'Most memory', value: peakRssBytes, unit: 'bytes' },
  ];
}

function notesOf({ resumedDocuments, skippedFiles, restarts, unremembered, failedOutput }: RunSummary): string[] {
  const notes = [
    resumedDocuments > 0 &&
      `This run went on with an earlier one. The ${resumedDocuments} documents done before count in the outcome, not in histograms and times.`,
    failedOutput !== undefined && `Dead letters, with their reasons, are in ${failedOutput}.`,
    skippedFiles > 0 && `${skippedFiles} files were passed over, since their names are none of documents.`,
    restarts > 0 && `Workers were replaced ${restarts} times.`,
    unremembered > 0 && `The memory for repeated documents was full: ${unremembered} were not remembered.`,
  ];
  return notes.filter((note) => note !== false);
}

function outcomesOf({ documents, rejected, failed }: RunSummary): Outcome[] {
  const outcomes: Outcome[] = [
    { label: 'kept', documents: documents - rejected - failed, kind: 'good' },
    { label: 'rejected', documents: rejected, kind: 'neutral' },
    { label: 'dead letters', documents: failed, kind: 'bad' },
  ];
  return outcomes.filter((outcome) => outcome.documents > 0);
}

/** What was asked for, and not by default; streams and functions aside. */
function settingsOf(summary: RunSummary, options: ScoreFilesOptions): { name: string; value: string }[] {
  const { inputs, measures, emit, output, failed, rejected, rejectBy, keepIf, dedup, clean, textField, idField } =
    options;
  const given = {
    inputs,
    output,
    emit,
    measures,
    rejectBy,
    keepIf,
    dedup,
    clean,
    rejected,
    failed,
    textField,
    idField,
  };
  const settings = Object.entries(given).flatMap(([name, value]) => {
    return value === undefined ? [] : [{ name, value: Array.isArray(value) ? value.join(', ') : String(value) }];
  });
  return [...settings, { name: 'workers', value: String(summary.workers) }];
}
