import { MillraceError } from '../../core/errors.js';
import { checkChoice, checkInteger, checkKnown, checkOptions, checkString, optionPath } from '../../core/options.js';

/** Providers that are reached over HTTP. */
export const HTTP_PROVIDERS = ['openai', 'anthropic'] as const;
export type HttpProviderName = (typeof HTTP_PROVIDERS)[number];

const MAX_TOKENS_FIELDS = ['max_completion_tokens', 'max_tokens'] as const;

/** Options of a provider that is reached over HTTP. */
export interface ProviderOptions {
  readonly provider: HttpProviderName;
  /** URL of the API, with its version: `http://localhost:8000/v1`. @defaultValue the provider's own */
  readonly baseUrl?: string;
  /** Optional with a `baseUrl`. @defaultValue `OPENAI_API_KEY` or `ANTHROPIC_API_KEY` of the environment */
  readonly apiKey?: string | undefined;
  /** Sent with every call; none that is of the connection or of the framing of messages. @defaultValue {} */
  readonly headers?: Readonly<Record<string, string>>;
  /** Connections that may be open at once. Integer, 1 to 10000. @defaultValue 1000 */
  readonly connectionsMax?: number;
  /** Bytes that an answer may have. Integer, 1024 to 1 GiB. @defaultValue 64 MiB */
  readonly answerBytesMax?: number;
  /** Name of the field that bounds the answer. @defaultValue `max_completion_tokens` for OpenAI itself, else `max_tokens` */
  readonly maxTokensField?: (typeof MAX_TOKENS_FIELDS)[number];
}

export interface ResolvedProviderOptions {
  readonly provider: HttpProviderName;
  readonly baseUrl: URL;
  readonly apiKey: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly connectionsMax: number;
  readonly answerBytesMax: number;
  readonly maxTokensField: (typeof MAX_TOKENS_FIELDS)[number];
  /** What must not be shown anywhere. */
  readonly secrets: readonly string[];
}

interface KnownProvider {
  readonly baseUrl: string;
  readonly keyVariable: string;
}

export const KNOWN_PROVIDERS: Readonly<Record<HttpProviderName, KnownProvider>> = {
  openai: { baseUrl: 'https://api.openai.com/v1', keyVariable: 'OPENAI_API_KEY' },
  anthropic: { baseUrl: 'https://api.anthropic.com/v1', keyVariable: 'ANTHROPIC_API_KEY' },
};

export const PROVIDER_DEFAULTS = Object.freeze({
  headers: Object.freeze({}),
  connectionsMax: 1000,
  answerBytesMax: 64 * 1024 * 1024,
});

const NAMES = ['provider', 'baseUrl', 'apiKey', 'maxTokensField', ...Object.keys(PROVIDER_DEFAULTS)];

/** Headers that hold a secret even when they are given by name. */
const SECRET_HEADERS = /authorization|key|token|secret|cookie/i;

/** These belong to whoever writes requests and reads answers. */
const FRAMING_HEADERS =
  /^(?:connection|content-length|expect|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Takes partial options, returns frozen and complete ones.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`; `ERR_PROVIDER_AUTH` where a key is needed and
 * there is none.
 */
export function resolveProviderOptions(
  options: ProviderOptions,
  env: Environment = process.env,
  path = 'provider',
): ResolvedProviderOptions {
  checkKnown(path, options, NAMES);
  const given: Record<string, unknown> = { ...PROVIDER_DEFAULTS, ...checkOptions(path, options, NAMES) };
  const provider = checkChoice(optionPath(path, 'provider'), given['provider'], HTTP_PROVIDERS);
  const known = KNOWN_PROVIDERS[provider];
  const baseUrl = checkUrl(optionPath(path, 'baseUrl'), given['baseUrl'] ?? known.baseUrl);
  const isVendor = given['baseUrl'] === undefined || baseUrl.origin === new URL(known.baseUrl).origin;
  const apiKey = keyOf(optionPath(path, 'apiKey'), given['apiKey'], known, env, isVendor);
  const headers = checkHeaders(optionPath(path, 'headers'), given['headers']);
  const field = given['maxTokensField'] ?? (isVendor ? 'max_completion_tokens' : 'max_tokens');
  return Object.freeze({
    provider,
    baseUrl,
    apiKey,
    headers,
    connectionsMax: checkInteger(optionPath(path, 'connectionsMax'), given['connectionsMax'], 1, 10_000),
    answerBytesMax: checkInteger(optionPath(path, 'answerBytesMax'), given['answerBytesMax'], 1024, 2 ** 30),
    maxTokensField: checkChoice(optionPath(path, 'maxTokensField'), field, MAX_TOKENS_FIELDS),
    secrets: Object.freeze(secretsOf(apiKey, headers, baseUrl)),
  });
}

function keyOf(
  path: string,
  given: unknown,
  known: KnownProvider,
  env: Environment,
  isNeeded: boolean,
): string | undefined {
  const key = given === undefined ? env[known.keyVariable] : checkString(path, given);
  if (key !== undefined && key !== '') {
    if (/^[\x21-\x7e]+$/.test(key)) return key;
    throw new MillraceError('ERR_PROVIDER_AUTH', `${path} must be printable ASCII without blanks, got something else`);
  }
  if (!isNeeded) return undefined;
  const expected = `${path} or ${known.keyVariable} in the environment must hold the key of ${known.baseUrl}`;
  throw new MillraceError('ERR_PROVIDER_AUTH', `${expected}, got none`);
}

function checkUrl(path: string, value: unknown): URL {
  const typed = checkString(path, value);
  const url = URL.canParse(typed) ? new URL(typed) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new MillraceError('ERR_OPTION_RANGE', `${path} must be a URL of http or https, got ${JSON.stringify(typed)}`);
}

function checkHeaders(path: string, value: unknown): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  for (const [name, header] of Object.entries(checkOptions(path, value, names))) {
    const text = checkString(optionPath(path, name), header);
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(text))
      throw new MillraceError(
        'ERR_OPTION_RANGE',
        `${optionPath(path, name)} must be a header of HTTP, got one that is not`,
      );
    if (FRAMING_HEADERS.test(name))
      throw new MillraceError(
        'ERR_OPTION_RANGE',
        `${optionPath(path, name)} must not be given, it is set for each call`,
      );
    headers[name.toLowerCase()] = text;
  }
  return Object.freeze(headers);
}

function secretsOf(apiKey: string | undefined, headers: Readonly<Record<string, string>>, baseUrl: URL): string[] {
  const secret = Object.entries(headers).filter(([name]) => SECRET_HEADERS.test(name));
  const ofHeaders = secret.flatMap(([, value]) => [value, value.replace(/^\S+\s+/, '')]);
  return [apiKey ?? '', ...ofHeaders, baseUrl.password].filter((each) => each !== '');
}
