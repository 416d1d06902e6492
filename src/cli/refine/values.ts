import { MillraceError } from '../../core/errors.js';
import { checkChoice, checkNumber, checkOptions, checkString, optionPath } from '../../core/options.js';
import type { PriceOptions, PricesOptions } from '../../refine/prices.js';
import { resolveProfile, type ResolvedProfile } from '../../refine/profile.js';
import { HTTP_PROVIDERS } from '../../refine/providers/options.js';
import { membersOf } from '../json-file.js';
import { numberOf, type ValueParser } from '../values.js';

/** What `--provider` takes. */
export const PROVIDER_NAMES = [...HTTP_PROVIDERS, 'rules'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** A provider as it is named on the command line. */
export interface ProviderFlags {
  readonly provider: ProviderName;
  readonly model?: string;
  readonly baseUrl?: string;
  /** Variable of the environment that holds the key. */
  readonly apiKeyEnv?: string;
  readonly header?: Readonly<Record<string, string>>;
}

/** A URL of http or https. */
export function urlOf(option: string): ValueParser<string> {
  return (typed) => {
    if (/^https?:\/\//i.test(typed) && URL.canParse(typed)) return typed;
    const expected = 'a URL such as http://localhost:8000/v1';
    throw new MillraceError('ERR_OPTION_RANGE', `${option} must be ${expected}, got ${JSON.stringify(typed)}`);
  };
}

/** `Name: value`. It may hold a secret, so that a refusal does not repeat it. */
export function headerOf(option: string): ValueParser<Readonly<Record<string, string>>> {
  return (typed) => {
    const [, name, value] = /^([^\s:]+):\s*(\S.*?)\s*$/.exec(typed) ?? [];
    if (name !== undefined && value !== undefined) return { [name]: value };
    throw new MillraceError('ERR_OPTION_RANGE', `${option} must be like 'Name: value', got something else`);
  };
}

/** `model=input,output` or `model=input,output,cachedInput`, in USD per million tokens. */
export function priceOf(option: string): ValueParser<PricesOptions> {
  return (typed) => {
    const [, model, numbers = ''] = /^(.+)=([^=]*)$/.exec(typed) ?? [];
    const typedUsd = numbers.split(',').map((each) => each.trim());
    if (model === undefined || typedUsd.length < 2 || typedUsd.length > 3) {
      const expected = "like 'model=input,output' or 'model=input,output,cachedInput', in USD per million tokens";
      throw new MillraceError('ERR_OPTION_RANGE', `${option} must be ${expected}, got ${JSON.stringify(typed)}`);
    }
    const [input = 0, output = 0, cachedInput] = typedUsd.map(numberOf(`${option} ${model}`, 0));
    return { [model]: { input, output, ...(cachedInput !== undefined && { cachedInput }) } };
  };
}

/** Prices by model out of a file of JSON. @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`. */
export function pricesOf(path: string, value: unknown): PricesOptions {
  const given = Object.entries(membersOf(path, value));
  return Object.fromEntries(given.map(([model, price]) => [model, checkPrice(optionPath(path, model), price)]));
}

function checkPrice(path: string, value: unknown): PriceOptions {
  const { input, output, cachedInput, cacheWrite } = checkOptions(path, value, PRICE_NAMES);
  const usd = (name: string, given: unknown): number => checkNumber(optionPath(path, name), given, 0);
  return {
    input: usd('input', input),
    output: usd('output', output),
    ...(cachedInput !== undefined && { cachedInput: usd('cachedInput', cachedInput) }),
    ...(cacheWrite !== undefined && { cacheWrite: usd('cacheWrite', cacheWrite) }),
  };
}

const PRICE_NAMES = ['input', 'cachedInput', 'cacheWrite', 'output'] as const satisfies readonly (keyof PriceOptions)[];

/** A number of the report, such as `documentation.overall`, or several with their weights: `miair=1,coherence=10`. */
export function profileOf(option: string): ValueParser<ResolvedProfile> {
  return (typed) => {
    if (!typed.includes('=')) return resolveProfile(option, typed);
    const weights = pairsOf(option, typed).map(([field, weight]): [string, number] => [
      field,
      weightOf(option, field, weight),
    ]);
    return resolveProfile(option, Object.fromEntries(weights));
  };
}

function weightOf(option: string, field: string, typed: string): number {
  return numberOf(`${option} ${field}`, -Infinity)(typed);
}

/** `provider=openai,baseUrl=…,model=…,apiKeyEnv=…`: a provider to fall back on. */
export function fallbackOf(option: string): ValueParser<ProviderFlags> {
  return (typed) => {
    const given = checkOptions(option, Object.fromEntries(pairsOf(option, typed)), FALLBACK_NAMES);
    const text = (name: string): string => checkString(optionPath(option, name), given[name]);
    return {
      provider: checkChoice(optionPath(option, 'provider'), given['provider'], PROVIDER_NAMES),
      ...('model' in given && { model: text('model') }),
      ...('baseUrl' in given && { baseUrl: urlOf(optionPath(option, 'baseUrl'))(text('baseUrl')) }),
      ...('apiKeyEnv' in given && { apiKeyEnv: text('apiKeyEnv') }),
    };
  };
}

const FALLBACK_NAMES = [
  'provider',
  'baseUrl',
  'model',
  'apiKeyEnv',
] as const satisfies readonly (keyof ProviderFlags)[];

/** `name=value`s with commas between them. */
function pairsOf(option: string, typed: string): [name: string, value: string][] {
  return typed.split(',').map((part) => {
    const at = part.indexOf('=');
    if (at > 0) return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    throw new MillraceError(
      'ERR_OPTION_RANGE',
      `${option} must be like 'name=value,name=value', got ${JSON.stringify(part)}`,
    );
  });
}

/** A key on the command line is seen by whoever may list processes, and is kept by the shell. */
export function refuseKey(): never {
  const instead = 'set OPENAI_API_KEY or ANTHROPIC_API_KEY, or name another variable with --api-key-env';
  throw new MillraceError('ERR_USAGE', `--api-key would show the key to all who can list processes: ${instead}`);
}
