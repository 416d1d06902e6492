import { MillraceError } from '../../core/errors.js';
import { checkChoice, checkOptions, checkString, optionPath, typeError } from '../../core/options.js';
import type { RefineProvider } from '../../engine/refine/options.js';
import { resolveLimitsOptions } from '../../refine/caller/limits.js';
import { Prices, type PricesOptions } from '../../refine/prices.js';
import {
  HTTP_PROVIDERS,
  KNOWN_PROVIDERS,
  PROVIDER_DEFAULTS,
  resolveProviderOptions,
  type ProviderOptions,
} from '../../refine/providers/options.js';
import type { CliContext } from '../context.js';
import { membersOf } from '../json-file.js';
import type { RefineFlags } from './flags.js';
import { PROVIDER_NAMES, type ProviderFlags } from './values.js';

/** Flags that tell the first provider, and so do not go together with those of a configuration. */
const PROVIDER_FLAGS = ['provider', 'baseUrl', 'model', 'apiKeyEnv', 'header', 'fallback'] as const;

/** Where keys are found. */
export interface KeyPlace {
  readonly env: CliContext['env'];
  /** False where nothing will be sent. */
  readonly isNeeded: boolean;
}

/**
 * The providers of a run, from the flags, or as a configuration has them.
 *
 * @param configured - those of the file of `--config`.
 * @throws MillraceError `ERR_USAGE`, `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`.
 */
export function providersOf(
  flags: RefineFlags,
  configured: readonly RefineProvider[] | undefined,
  keys: KeyPlace,
): readonly RefineProvider[] {
  if (configured !== undefined) {
    const given = PROVIDER_FLAGS.find((name) => flags[name] !== undefined);
    if (given === undefined) return configured;
    const option = `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new MillraceError('ERR_USAGE', `${option} needs a --config without providers, got both`);
  }
  const { provider, fallback = [] } = flags;
  if (provider === undefined)
    throw new MillraceError('ERR_USAGE', `--provider must be one of ${PROVIDER_NAMES.join(', ')}, got none`);
  const named = [{ ...flags, provider }, ...fallback];
  return named.map((each, index) => providerOf(index === 0 ? '' : '--fallback: ', each, transportOf(flags), keys));
}

/** @param before - what messages put before the name of an option. */
function providerOf(before: string, given: ProviderFlags, transport: Transport, keys: KeyPlace): RefineProvider {
  const { provider, model, baseUrl, apiKeyEnv, header } = given;
  if (provider === 'rules') return { provider, model: model ?? provider };
  if (model === undefined) {
    throw new MillraceError('ERR_USAGE', `${before}--model must name the model of ${provider}, got none`);
  }
  const options = {
    provider,
    ...(baseUrl !== undefined && { baseUrl }),
    ...(header !== undefined && { headers: header }),
    ...transport,
  };
  return { provider: withKey(options, apiKeyEnv, `${before}--api-key-env`, keys), model };
}

type Transport = Pick<ProviderOptions, 'connectionsMax'>;

/** A client that has fewer connections than calls would be a second limit. */
function transportOf({ concurrency = 0 }: RefineFlags): Transport {
  return concurrency > PROVIDER_DEFAULTS.connectionsMax
    ? { connectionsMax: Math.min(concurrency, CONNECTIONS_MAX) }
    : {};
}

const CONNECTIONS_MAX = 10_000;

/**
 * The providers in a file of JSON: what the library takes, and `apiKeyEnv` for the variable that holds the key.
 *
 * @throws MillraceError `ERR_USAGE`, `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
 */
export function configuredProviders(value: unknown, keys: KeyPlace): readonly RefineProvider[] {
  if (!Array.isArray(value)) throw typeError('providers', 'an array', value);
  return value.map((each: unknown, index) => {
    const path = `providers[${index}]`;
    const { provider, model, limits } = checkOptions(path, each, ['provider', 'model', 'limits']);
    const limitsPath = optionPath(path, 'limits');
    return {
      provider: provider === 'rules' ? provider : configuredProvider(optionPath(path, 'provider'), provider, keys),
      model: checkString(optionPath(path, 'model'), model),
      ...(limits !== undefined && { limits: resolveLimitsOptions(membersOf(limitsPath, limits), limitsPath) }),
    };
  });
}

function configuredProvider(path: string, value: unknown, keys: KeyPlace): ProviderOptions {
  const { apiKeyEnv, provider, ...given } = membersOf(path, value);
  const options = { ...given, provider: checkChoice(optionPath(path, 'provider'), provider, HTTP_PROVIDERS) };
  const option = optionPath(path, 'apiKeyEnv');
  return withKey(options, apiKeyEnv === undefined ? undefined : checkString(option, apiKeyEnv), option, keys);
}

/**
 * Takes the key out of the environment, and checks what the provider is made of.
 *
 * @param named - the variable that holds the key; undefined for the provider's own.
 * @param option - what names it.
 */
function withKey(
  options: ProviderOptions,
  named: string | undefined,
  option: string,
  { env, isNeeded }: KeyPlace,
): ProviderOptions {
  const { baseUrl: vendorUrl, keyVariable } = KNOWN_PROVIDERS[options.provider];
  const found = env[named ?? keyVariable];
  const apiKey = options.apiKey ?? (found === '' ? undefined : found);
  if (apiKey === undefined && isNeeded) {
    const holds = `a variable of the environment that holds a key, got ${named}, which does not`;
    if (named !== undefined) throw new MillraceError('ERR_USAGE', `${option} must name ${holds}`);
    const expected = `a key for ${vendorUrl} must be in ${keyVariable}, or in the variable that ${option} names`;
    if (options.baseUrl === undefined) throw new MillraceError('ERR_USAGE', `${expected}, got none`);
  }
  const complete = apiKey === undefined ? options : { ...options, apiKey };
  if (isNeeded) resolveProviderOptions(complete, env, options.provider);
  return complete;
}

/**
 * Refuses a budget that could not hold, since what a model costs is not known.
 *
 * @throws MillraceError `ERR_USAGE`.
 */
export function checkPriced(providers: readonly RefineProvider[], given: PricesOptions): void {
  const prices = new Prices(given);
  const unpriced = providers.find(({ provider, model }) => provider !== 'rules' && prices.of(model) === undefined);
  if (unpriced === undefined) return;
  const { model } = unpriced;
  const how = `give it with --price '${model}=INPUT,OUTPUT', in USD per million tokens`;
  throw new MillraceError('ERR_USAGE', `--budget needs the price of each model, got none for ${model}; ${how}`);
}
