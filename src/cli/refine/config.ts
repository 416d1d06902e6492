import { checkInteger, checkNumber, checkOptions } from '../../core/options.js';
import {
  REFINE_RUN_OPTION_NAMES,
  resolveRefineRunOptions,
  type RefineRunOptions,
} from '../../engine/refine/options.js';
import { resolveBreakerOptions } from '../../refine/caller/breaker.js';
import { resolveLimitsOptions } from '../../refine/caller/limits.js';
import { resolveCallRetryOptions } from '../../refine/caller/options.js';
import { membersOf, readJsonFile } from '../json-file.js';
import { configuredProviders, type KeyPlace } from './providers.js';
import { pricesOf } from './values.js';

/** What the file of `--config` may hold: the options of `engine.refine` that can be written down. */
export type RefineConfig = Partial<Omit<RefineRunOptions, 'cache' | 'signal'>>;

const NAMES = REFINE_RUN_OPTION_NAMES.filter((name) => name !== 'cache' && name !== 'signal');

/**
 * Reads the file of `--config` and checks all that it holds.
 *
 * @throws MillraceError `ERR_USAGE`, `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`, naming the file.
 */
export function readRefineConfig(path: string, keys: KeyPlace): Promise<RefineConfig> {
  return readJsonFile('--config', path, (value) => configOf(value, keys));
}

function configOf(value: unknown, keys: KeyPlace): RefineConfig {
  const { providers, limits, retry, breaker, prices, ...plain } = checkOptions('', value, NAMES);
  resolveRefineRunOptions({ ...plain, providers: [{ provider: 'rules', model: 'rules' }] }, '');
  const { concurrency, callTimeoutMs, budgetUsd } = plain;
  if (concurrency !== undefined) checkInteger('concurrency', concurrency, 1);
  if (callTimeoutMs !== undefined) checkInteger('callTimeoutMs', callTimeoutMs, 1);
  if (budgetUsd !== undefined) checkNumber('budgetUsd', budgetUsd, 0);
  return {
    ...plain,
    ...(providers !== undefined && { providers: configuredProviders(providers, keys) }),
    ...(limits !== undefined && { limits: resolveLimitsOptions(membersOf('limits', limits)) }),
    ...(retry !== undefined && { retry: resolveCallRetryOptions(membersOf('retry', retry)) }),
    ...(breaker !== undefined && { breaker: resolveBreakerOptions(membersOf('breaker', breaker)) }),
    ...(prices !== undefined && { prices: pricesOf('prices', prices) }),
  };
}
