import { MEASURE_DEFAULTS } from '../../core/measures.js';
import { MillraceError } from '../../core/errors.js';
import type { RefineFilesOptions } from '../../engine/refine-files/options.js';
import { REFINEMENT_FIELD } from '../../engine/refine-files/output-row.js';
import type { PricesOptions } from '../../refine/prices.js';
import type { CliContext } from '../context.js';
import { readJsonFile } from '../json-file.js';
import { checkSummaryPath, outputFileOf, toStdout } from '../output-flags.js';
import { readRefineConfig, type RefineConfig } from './config.js';
import { checkPriced, providersOf } from './providers.js';
import { pricesOf, type ProviderFlags } from './values.js';

/** Flags that the engine has as options of the same name. */
const ENGINE_FLAGS = [
  'output',
  'emit',
  'failed',
  'report',
  'run',
  'retryFailed',
  'textField',
  'idField',
  'dependsOnField',
  'maxBytes',
  'workers',
  'gate',
  'iterations',
  'gainMin',
  'noGainMax',
  'strategies',
  'profile',
  'temperature',
  'seed',
  'concurrency',
  'callTimeoutMs',
] as const satisfies readonly (keyof RefineFilesOptions)[];

/** The options of `millrace refine` as commander hands them over. */
export interface RefineFlags extends Pick<RefineFilesOptions, (typeof ENGINE_FLAGS)[number]>, Partial<ProviderFlags> {
  readonly fallback?: readonly ProviderFlags[];
  readonly config?: string;
  readonly maxTokens?: number;
  readonly rpm?: number;
  readonly tpm?: number;
  readonly inputTpm?: number;
  readonly outputTpm?: number;
  readonly retries?: number;
  readonly budget?: number;
  readonly price?: PricesOptions;
  /** Path of a file. */
  readonly prices?: string;
  readonly estimate?: boolean;
  readonly cache?: string;
  readonly summary?: string;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

/**
 * What the engine is asked to do. Options that were not given stay away: the engine has the defaults. Flags come before the file
 * of `--config`.
 *
 * @throws MillraceError `ERR_USAGE`, `ERR_EXPRESSION`, `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`: all are bad usage.
 */
export async function readRefineOptions(
  inputs: readonly string[],
  flags: RefineFlags,
  env: CliContext['env'],
): Promise<RefineFilesOptions> {
  checkCombinations(inputs, flags);
  await checkGate(flags.gate);
  const keys = { env, isNeeded: flags.estimate !== true };
  const config = flags.config === undefined ? {} : await readRefineConfig(flags.config, keys);
  const listed =
    flags.prices === undefined ? {} : await readJsonFile('--prices', flags.prices, (list) => pricesOf('', list));
  const prices = { ...config.prices, ...listed, ...flags.price };
  const providers = providersOf(flags, config.providers, keys);
  const options = toRefineFilesOptions(inputs, flags, { ...config, prices, providers });
  if (options.budgetUsd !== undefined) checkPriced(providers, prices);
  return options;
}

function checkCombinations(inputs: readonly string[], flags: RefineFlags): void {
  const { run, retryFailed, output, emit, failed, report, summary } = flags;
  if (report === '-') throw new MillraceError('ERR_USAGE', '--report must be the path of a file, got -');
  if (retryFailed === true && run === undefined) {
    throw new MillraceError('ERR_USAGE', '--retry-failed needs the directory of the run (--run DIR), got no --run');
  }
  if (run !== undefined && outputFileOf(flags) === undefined) {
    throw new MillraceError('ERR_USAGE', `--run needs an output file (-o FILE), got ${toStdout(flags)}`);
  }
  if (emit === 'both') checkFields(flags);
  checkSummaryPath(summary, [...inputs, output, failed, report, run]);
}

/** The engine refuses these as well, by the names of its options. */
function checkFields({ textField, idField }: RefineFlags): void {
  for (const [flag, name] of Object.entries({ '--text-field': textField, '--id-field': idField })) {
    if (name !== REFINEMENT_FIELD) continue;
    const got = `${flag} ${name} with --emit both, which adds a field of that name`;
    throw new MillraceError('ERR_USAGE', `${flag} must be another field, got ${got}`);
  }
}

/** The engine reads it once more: here it is refused by the name of the option, and before anything else is looked at. */
async function checkGate(gate: string | undefined): Promise<void> {
  if (gate === undefined) return;
  const { parseExpression } = await import('../../engine/expression/parse.js');
  await parseExpression(gate, MEASURE_DEFAULTS, '--gate');
}

function toRefineFilesOptions(
  inputs: readonly string[],
  flags: RefineFlags,
  config: RefineConfig & Pick<RefineFilesOptions, 'providers'>,
): RefineFilesOptions {
  const { rpm, tpm, inputTpm, outputTpm, retries, maxTokens, budget, cache } = flags;
  const limits = {
    ...config.limits,
    ...(rpm !== undefined && { requestsPerMinute: rpm }),
    ...(tpm !== undefined && { tokensPerMinute: tpm }),
    ...(inputTpm !== undefined && { inputTokensPerMinute: inputTpm }),
    ...(outputTpm !== undefined && { outputTokensPerMinute: outputTpm }),
  };
  return {
    inputs,
    ...config,
    ...Object.fromEntries(ENGINE_FLAGS.flatMap((name) => (name in flags ? [[name, flags[name]]] : []))),
    limits,
    ...(retries !== undefined && { retry: { ...config.retry, retries } }),
    ...(maxTokens !== undefined && { answerTokensMax: maxTokens }),
    ...(budget !== undefined && { budgetUsd: budget }),
    ...(cache !== undefined && { cache: { dir: cache } }),
  };
}
