import { setImmediate } from 'node:timers/promises';
import { checkAborted } from '../../core/abort.js';
import type { AllThresholds } from '../../core/filters.js';
import { resolveInputs } from '../../io/inputs.js';
import { STATS_SLOTS } from '../../workers/kernel/report-slots.js';
import { RUN_START, type RunState } from '../score-files/file-run.js';
import { resolveScoreFilesOptions, type RunSummary, type ScoreFilesOptions } from '../score-files/options.js';
import { Measured, rowSettings, runInputs } from '../score-files/score-files.js';
import type { Calibration } from './calibration.js';
import { distributionOf, type Distribution } from './distribution.js';
import { ROW_FIELDS } from './fields.js';
import { judgeFilter, shareOf } from './judge.js';
import { resolveCalibration, type CalibrateOptions, type CalibrationSettings } from './options.js';
import { Proposer } from './propose.js';
import { seededRandom } from '../../core/random.js';
import { Reservoir } from './reservoir.js';
import { SampleOutput } from './sample-output.js';
import { sortNumbers } from './sorted.js';
import { Totals } from './totals.js';

/**
 * Measures how every number of the report is distributed over a corpus, and proposes gates that keep a share of it.
 *
 * Documents are scored as by `scoreFiles`, on all cores, and nothing is written. Counts, ends, means and what the filters drop
 * are exact; quantiles, histograms and proposals are so up to `sampleMax` documents, and are those of a uniform sample beyond.
 * The answer depends on the corpus, its order and the options, not on the number of workers.
 *
 * @throws MillraceError `ERR_USAGE`, `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`, `ERR_INPUT_NOT_FOUND`,
 * `ERR_INPUT_UNREADABLE`, `ERR_ABORTED`.
 */
export async function calibrate(options: CalibrateOptions): Promise<Calibration> {
  const settings = resolveCalibration(options);
  const scoring = scoringOptions(options);
  const resolved = resolveScoreFilesOptions(scoring);
  const { filters } = resolved.settings;
  const { signal, exclude = [] } = options;
  const { inputs, skipped } = await resolveInputs(options.inputs, { exclude, ...(signal && { signal }) });
  const totals = new Totals(filters);
  const sample = new Reservoir(settings.sampleMax, STATS_SLOTS, seededRandom(settings.seed));
  const output = new SampleOutput(totals, sample);
  const measured = new Measured(scoring, inputs, RUN_START);
  const rows = { ...(await rowSettings(resolved)), emit: 'numbers' as const };
  const handling = { rows, repeats: undefined, dependencies: undefined, tally: undefined };
  const state = await runInputs(scoring, resolved, inputs, output, RUN_START, measured, handling);
  const summary = summaryOf(measured, state, resolved.workers, skipped);
  return calibrationOf(summary, settings, filters, totals, sample, output, signal);
}

function scoringOptions(options: CalibrateOptions): ScoreFilesOptions {
  const { keep: _keep, sampleMax: _sampleMax, seed: _seed, exclude: _exclude, ...rest } = options;
  return { ...rest, measures: 'all', stats: true };
}

function summaryOf(measured: Measured, state: RunState, workers: number, skippedFiles: number): RunSummary {
  const paths = {
    output: '-',
    rejected: undefined,
    failed: undefined,
    report: undefined,
    ledger: undefined,
    seen: undefined,
  };
  return measured.summary(state, paths, { workers, outputBytes: 0, skippedFiles });
}

async function calibrationOf(
  { failed, bytes, skippedFiles, seconds, workers }: RunSummary,
  { keep, seed }: CalibrationSettings,
  thresholds: AllThresholds,
  totals: Totals,
  sample: Reservoir,
  { deadLetters }: SampleOutput,
  signal: AbortSignal | undefined,
): Promise<Calibration> {
  const fields = await distributionsOf(totals, sample, signal);
  const proposer = new Proposer(sample, thresholds, keep);
  return {
    schema: 1,
    documents: totals.documents,
    failed,
    deadLetters,
    bytes,
    skippedFiles,
    seconds,
    workers,
    sample: { documents: sample.length, isComplete: sample.isComplete, seed },
    keep,
    fields,
    dropped: shareOf(totals.dropped, totals.documents),
    filters: {
      gopher_quality: judgeFilter('gopher_quality', thresholds, totals, proposer),
      gopher_repetition: judgeFilter('gopher_repetition', thresholds, totals, proposer),
      c4_quality: judgeFilter('c4_quality', thresholds, totals, proposer),
      fineweb_quality: judgeFilter('fineweb_quality', thresholds, totals, proposer),
    },
    proposals: proposer.proposals(),
  };
}

/** Sorting many columns takes a while, in which the process has to hear of an interrupt. */
async function distributionsOf(
  totals: Totals,
  sample: Reservoir,
  signal: AbortSignal | undefined,
): Promise<Record<string, Distribution>> {
  const fields: Record<string, Distribution> = {};
  for (const [index, { path, slot }] of ROW_FIELDS.entries()) {
    fields[path] = distributionOf(totals.moments(index), sortNumbers(sample.column(slot)));
    await setImmediate();
    checkAborted(signal);
  }
  return fields;
}
