import { MEASURE_DEFAULTS } from '../../core/measures.js';
import type { Input } from '../../io/input.js';
import { resolveInputs } from '../../io/inputs.js';
import { readRunHeader } from '../../ledger/calls/run-file.js';
import type { RunHeader } from '../../ledger/run.js';
import { refuseStreams } from '../dependencies/read-rows.js';
import { outputPaths, ownFiles, type OutputPaths, type OutputStreams } from '../score-files/run-output.js';
import { headerOf } from './header.js';
import { ModelPrices } from './model-prices.js';
import { resolveRefineFilesOptions, type RefineFilesOptions, type ResolvedRefineFilesOptions } from './options.js';
import { checkOutputs } from './outputs.js';

/** A run whose options are checked and whose inputs are known. */
export interface PlannedRun {
  readonly options: RefineFilesOptions;
  readonly resolved: ResolvedRefineFilesOptions;
  readonly inputs: readonly Input[];
  readonly skippedFiles: number;
  readonly paths: OutputPaths;
  readonly streams: OutputStreams;
  readonly prices: ModelPrices;
  readonly header: RunHeader;
  /** The year that recent years are counted back from. */
  readonly asOf: number;
}

/** @throws MillraceError as `resolveRefineFilesOptions`, `outputPaths`, `resolveInputs` and `readRunHeader` throw. */
export async function planRun(options: RefineFilesOptions): Promise<PlannedRun> {
  const resolved = resolveRefineFilesOptions(options);
  const prices = new ModelPrices(options.providers, options.prices);
  const { output, failed } = options;
  const paths = await outputPaths({
    ...(output !== undefined && { output }),
    ...(failed !== undefined && { failed }),
    report: resolved.report,
  });
  const { inputs, skipped } = await resolveInputs(options.inputs, {
    exclude: ownFiles(paths),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (resolved.dependsOnField !== undefined) refuseStreams(inputs);
  await checkOutputs(inputs, paths, resolved.run !== undefined);
  const asOf = await asOfRun(resolved);
  return {
    options,
    resolved,
    inputs,
    skippedFiles: skipped,
    paths,
    streams: { stdout: options.stdout ?? process.stdout, stderr: options.stderr ?? process.stderr },
    prices,
    header: headerOf(options, resolved, inputs, paths, asOf),
    asOf,
  };
}

/** A run that goes on measures as it did when it began, also in another year. */
async function asOfRun({ run }: ResolvedRefineFilesOptions): Promise<number> {
  const begun = run === undefined ? undefined : await readRunHeader(run);
  const asOf = begun?.options['asOf'];
  return typeof asOf === 'number' ? asOf : MEASURE_DEFAULTS.asOf;
}
