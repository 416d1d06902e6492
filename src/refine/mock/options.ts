import { MillraceError } from '../../core/errors.js';
import { checkInteger, checkKnown, checkOptions, checkString, describe, typeError } from '../../core/options.js';
import { ANSWERS, type AnswerKind } from './answers.js';

/** What can go wrong with a call. */
export const FAULTS = ['429', '429-retry', '500', '503', 'slow', 'malformed', 'reset', 'hang'] as const;
export type Fault = (typeof FAULTS)[number];

/** Options of `createMockServer`. */
export interface MockServerOptions {
  /** Integer, 0 to 65535; 0 takes a free one. @defaultValue 0 */
  readonly port?: number;
  /** @defaultValue '127.0.0.1' */
  readonly host?: string;
  /** How long an answer takes; its median with a `latencySigma`. Number, 0 to 600000. @defaultValue 50 */
  readonly latencyMs?: number;
  /** Sigma of log-normal latencies; 0: every answer takes the same time. Number, 0 to 4. @defaultValue 0 */
  readonly latencySigma?: number;
  /** Share of each kind of answer; what is left of 1 improves the text. @defaultValue { improve: 1 } */
  readonly answers?: Partial<Record<AnswerKind, number>>;
  /** Probability of each fault; together at most 1. @defaultValue {} */
  readonly faults?: Partial<Record<Fault, number>>;
  /** How long the rest of a slow body takes. Integer, 0 to 3600000. @defaultValue 30000 */
  readonly slowMs?: number;
  /** What `Retry-After` asks for with the fault `429-retry`. Integer, 0 to 3600. @defaultValue 1 */
  readonly retryAfterSeconds?: number;
  /** Requests a minute. @defaultValue no limit */
  readonly rpm?: number | undefined;
  /** Tokens a minute, read and written; a request reserves what it may write. @defaultValue no limit */
  readonly tpm?: number | undefined;
  /** Seconds of the limits that may be used at once. Number, above 0 to 60. @defaultValue 1 */
  readonly burstSeconds?: number;
  /** Tokens that prompt and answer may have together. @defaultValue no limit */
  readonly contextTokens?: number | undefined;
  /** The key that is accepted. @defaultValue any, or none */
  readonly key?: string | undefined;
  /** The model that is known. @defaultValue any */
  readonly model?: string | undefined;
  /** Calls after which the quota is used up. @defaultValue no limit */
  readonly quotaCalls?: number | undefined;
  /** US dollars for a million tokens, for the spend that the statistics report. @defaultValue nothing */
  readonly prices?: Partial<MockPrices>;
  /** File to which every call is appended, a line of JSON each. @defaultValue none */
  readonly log?: string | undefined;
  /** The same seed gives the same answers and faults to the same requests, in whatever order. Integer. @defaultValue 1 */
  readonly seed?: number;
}

export interface MockPrices {
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  readonly output: number;
}

export interface ResolvedMockOptions {
  readonly port: number;
  readonly host: string;
  readonly latencyMs: number;
  readonly latencySigma: number;
  readonly answers: readonly (readonly [AnswerKind, number])[];
  readonly faults: readonly (readonly [Fault, number])[];
  readonly slowMs: number;
  readonly retryAfterSeconds: number;
  readonly rpm: number | undefined;
  readonly tpm: number | undefined;
  readonly burstSeconds: number;
  readonly contextTokens: number | undefined;
  readonly key: string | undefined;
  readonly model: string | undefined;
  readonly quotaCalls: number | undefined;
  readonly prices: MockPrices;
  readonly log: string | undefined;
  readonly seed: number;
}

export const MOCK_DEFAULTS = Object.freeze({
  port: 0,
  host: '127.0.0.1',
  latencyMs: 50,
  latencySigma: 0,
  answers: Object.freeze({}),
  faults: Object.freeze({}),
  slowMs: 30_000,
  retryAfterSeconds: 1,
  rpm: undefined,
  tpm: undefined,
  burstSeconds: 1,
  contextTokens: undefined,
  key: undefined,
  model: undefined,
  quotaCalls: undefined,
  prices: Object.freeze({}),
  log: undefined,
  seed: 1,
});

const PRICE_NAMES = ['input', 'cachedInput', 'cacheWrite', 'output'] as const;
const LATENCY_MS_MAX = 600_000;
const HOUR_MS = 3_600_000;

/**
 * Takes partial options, returns frozen and complete ones.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
 */
export function resolveMockOptions(options: MockServerOptions = {}): ResolvedMockOptions {
  checkKnown('mock', options, Object.keys(MOCK_DEFAULTS));
  const given: Record<keyof typeof MOCK_DEFAULTS, unknown> = {
    ...MOCK_DEFAULTS,
    ...checkOptions('mock', options, Object.keys(MOCK_DEFAULTS)),
  };
  return Object.freeze({
    port: checkInteger('mock.port', given.port, 0, 65_535),
    host: checkString('mock.host', given.host),
    latencyMs: checkNumber('mock.latencyMs', given.latencyMs, 0, LATENCY_MS_MAX),
    latencySigma: checkNumber('mock.latencySigma', given.latencySigma, 0, 4),
    answers: resolveShares('mock.answers', given.answers, ANSWERS),
    faults: resolveShares('mock.faults', given.faults, FAULTS),
    slowMs: checkInteger('mock.slowMs', given.slowMs, 0, HOUR_MS),
    retryAfterSeconds: checkInteger('mock.retryAfterSeconds', given.retryAfterSeconds, 0, 3600),
    rpm: optional(given.rpm, (value) => checkInteger('mock.rpm', value, 1)),
    tpm: optional(given.tpm, (value) => checkInteger('mock.tpm', value, 1)),
    burstSeconds: checkNumber('mock.burstSeconds', given.burstSeconds, Number.MIN_VALUE, 60),
    contextTokens: optional(given.contextTokens, (value) => checkInteger('mock.contextTokens', value, 1)),
    key: optional(given.key, (value) => checkString('mock.key', value)),
    model: optional(given.model, (value) => checkString('mock.model', value)),
    quotaCalls: optional(given.quotaCalls, (value) => checkInteger('mock.quotaCalls', value, 0)),
    prices: resolvePrices(given.prices),
    log: optional(given.log, (value) => checkString('mock.log', value)),
    seed: checkInteger('mock.seed', given.seed, 0),
  });
}

function optional<T>(value: unknown, check: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : check(value);
}

function checkNumber(path: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number') throw typeError(path, 'a number', value);
  if (value >= min && value <= max) return value;
  const lowest = min === Number.MIN_VALUE ? 'above 0' : `from ${min}`;
  throw new MillraceError('ERR_OPTION_RANGE', `${path} must be a number ${lowest} to ${max}, got ${describe(value)}`);
}

/** Shares of the whole by name, which together are at most 1. */
function resolveShares<T extends string>(
  path: string,
  value: unknown,
  names: readonly T[],
): readonly (readonly [T, number])[] {
  const given = checkOptions(path, value, names);
  const shares = names
    .filter((name) => given[name] !== undefined)
    .map((name) => [name, checkNumber(`${path}.${name}`, given[name], 0, 1)] as const);
  const sum = shares.reduce((total, [, share]) => total + share, 0);
  if (sum <= 1 + Number.EPSILON * names.length) return Object.freeze(shares);
  throw new MillraceError('ERR_OPTION_RANGE', `${path} must sum to 1 at most, got ${sum}`);
}

function resolvePrices(value: unknown): MockPrices {
  const given = checkOptions('mock.prices', value, PRICE_NAMES);
  const priceOf = (name: (typeof PRICE_NAMES)[number]): number =>
    checkNumber(`mock.prices.${name}`, given[name] ?? 0, 0, Number.MAX_SAFE_INTEGER);
  return Object.freeze({
    input: priceOf('input'),
    cachedInput: priceOf('cachedInput'),
    cacheWrite: priceOf('cacheWrite'),
    output: priceOf('output'),
  });
}
