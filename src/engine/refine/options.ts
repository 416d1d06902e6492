import { MillraceError } from '../../core/errors.js';
import { checkInteger, checkNumber, checkOptions, checkString, optionPath } from '../../core/options.js';
import type { TieredCache } from '../../cache/tiered-cache.js';
import type { BreakerOptions } from '../../refine/caller/breaker.js';
import type { CallRetryOptions } from '../../refine/caller/options.js';
import type { LimitsOptions } from '../../refine/caller/limits.js';
import {
  REFINE_DEFAULTS,
  resolveRefineOptions,
  type RefineOptions,
  type ResolvedRefineOptions,
} from '../../refine/options.js';
import type { PricesOptions } from '../../refine/prices.js';
import type { ProviderOptions } from '../../refine/providers/options.js';
import type { Provider } from '../../refine/providers/provider.js';
import { GATE_DEFAULT } from './gate.js';

/** A provider, made or to be made, and the model that is asked for there. */
export interface RefineProvider {
  /** `'rules'` repairs texts on this machine, without a model and at no cost. */
  readonly provider: Provider | ProviderOptions | 'rules';
  /** For `'rules'` any name. */
  readonly model: string;
  /** @defaultValue `limits` of the run */
  readonly limits?: LimitsOptions;
}

/** Options of `engine.refine`. */
export interface RefineRunOptions extends RefineOptions {
  /** In the order in which they are asked: the second when the first is out of service. One or more. */
  readonly providers: readonly RefineProvider[];
  /** Documents for which this holds are not sent to a model. @defaultValue 'documentation.overall >= 0.6' */
  readonly gate?: string;
  /** Number from 0 to 2. @defaultValue the provider's own */
  readonly temperature?: number | undefined;
  /** Calls in flight at each provider, at first and at most. Integer, 1 to 65536. @defaultValue 16 */
  readonly concurrency?: number;
  /** What a provider takes a minute. @defaultValue no limit */
  readonly limits?: LimitsOptions;
  readonly retry?: CallRetryOptions;
  readonly breaker?: BreakerOptions;
  /** One call that takes longer is given up. Integer, 1 to 3600000. @defaultValue 180000 */
  readonly callTimeoutMs?: number;
  /** USD that are never crossed. @defaultValue no cap */
  readonly budgetUsd?: number | undefined;
  /** In place of, and beside, those that are known. @defaultValue {} */
  readonly prices?: PricesOptions;
  /** Where answers are kept: `cache.namespace('responses')`. @defaultValue none */
  readonly cache?: TieredCache | undefined;
  /** Text between source and consumer, in UTF-16 units; the source waits beyond that. Integer, 1 or more. @defaultValue 64 MiB */
  readonly windowBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ResolvedRefineRunOptions {
  readonly refine: ResolvedRefineOptions;
  readonly providers: readonly RefineProvider[];
  readonly gate: string;
  readonly temperature: number | undefined;
  readonly windowBytes: number;
}

export const REFINE_RUN_DEFAULTS = Object.freeze({ gate: GATE_DEFAULT, windowBytes: 64 * 1024 * 1024 });

/** Those that are checked by the caller, which takes them as they are. */
const CALLER_NAMES = ['concurrency', 'limits', 'retry', 'breaker', 'callTimeoutMs', 'budgetUsd', 'prices'];
const NAMES = ['providers', 'temperature', 'cache', 'signal', ...Object.keys(REFINE_RUN_DEFAULTS), ...CALLER_NAMES];
/** Every option of `engine.refine`. */
export const REFINE_RUN_OPTION_NAMES: readonly string[] = [...NAMES, ...Object.keys(REFINE_DEFAULTS)];
const PROVIDERS_MAX = 16;

/**
 * Takes partial options, returns frozen and complete ones.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
 */
export function resolveRefineRunOptions(options: RefineRunOptions, path = 'refine'): ResolvedRefineRunOptions {
  const refineNames = Object.keys(REFINE_DEFAULTS);
  const asked = checkOptions(path, options, REFINE_RUN_OPTION_NAMES);
  const given: Record<string, unknown> = { ...REFINE_RUN_DEFAULTS, ...asked };
  const at = (name: string): string => optionPath(path, name);
  const ofDocuments = Object.fromEntries(Object.entries(asked).filter(([name]) => refineNames.includes(name)));
  const { providers } = options;
  if (!Array.isArray(providers) || providers.length === 0 || providers.length > PROVIDERS_MAX) {
    const expected = `${at('providers')} must hold 1 to ${PROVIDERS_MAX} providers`;
    throw new MillraceError(
      'ERR_OPTION_RANGE',
      `${expected}, got ${Array.isArray(providers) ? providers.length : 'none'}`,
    );
  }
  for (const [index, { model }] of providers.entries()) checkString(`${at('providers')}[${index}].model`, model);
  const { temperature } = given;
  return Object.freeze({
    refine: resolveRefineOptions(ofDocuments, path),
    providers,
    gate: checkString(at('gate'), given['gate']),
    temperature: temperature === undefined ? undefined : checkNumber(at('temperature'), temperature, 0, 2),
    windowBytes: checkInteger(at('windowBytes'), given['windowBytes'], 1),
  });
}
