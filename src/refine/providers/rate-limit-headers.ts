import type { AnswerHeaders } from './answer-reader.js';
import type { LimitState, RateLimits } from './provider.js';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const DURATION_PARTS = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

interface LimitHeaders {
  readonly name: keyof RateLimits;
  readonly limit: readonly [openai: string, anthropic: string];
  readonly remaining: readonly [openai: string, anthropic: string];
  readonly reset: readonly [openai: string, anthropic: string];
}

const LIMIT_HEADERS: readonly LimitHeaders[] = [
  limitHeaders('requests', 'requests'),
  limitHeaders('tokens', 'tokens'),
  limitHeaders('inputTokens', 'input-tokens'),
  limitHeaders('outputTokens', 'output-tokens'),
];

function limitHeaders(name: keyof RateLimits, word: string): LimitHeaders {
  const names = (part: string): [string, string] => [
    `x-ratelimit-${part}-${word}`,
    `anthropic-ratelimit-${word}-${part}`,
  ];
  return { name, limit: names('limit'), remaining: names('remaining'), reset: names('reset') };
}

/** The limits that OpenAI (`x-ratelimit-*`) and Anthropic (`anthropic-ratelimit-*`) tell; what makes no sense is left out. */
export function rateLimitsOf(headers: AnswerHeaders, epochMs: number): RateLimits | undefined {
  if (!tellsLimits(headers)) return undefined;
  const limits: Partial<Record<keyof RateLimits, LimitState>> = {};
  for (const each of LIMIT_HEADERS) {
    const state = limitOf(headers, each, epochMs);
    if (state !== undefined) limits[each.name] = state;
  }
  return Object.keys(limits).length === 0 ? undefined : limits;
}

/** Most servers of one's own tell none, and to look for each costs some µs. */
function tellsLimits(headers: AnswerHeaders): boolean {
  for (const name of headers.keys()) if (name.includes('ratelimit')) return true;
  return false;
}

/**
 * Milliseconds that an answer asks to wait for: `retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).
 */
export function retryAfterMsOf(headers: AnswerHeaders, epochMs: number): number | undefined {
  const precise = numberOf(headers.get('retry-after-ms'));
  if (precise !== undefined) return precise;
  const told = headers.get('retry-after');
  const seconds = numberOf(told);
  if (seconds !== undefined) return seconds * 1000;
  const dateMs = told === undefined ? NaN : Date.parse(told);
  return Number.isNaN(dateMs) ? undefined : Math.max(dateMs - epochMs, 0);
}

function limitOf(headers: AnswerHeaders, names: LimitHeaders, epochMs: number): LimitState | undefined {
  const told = ([openai, anthropic]: readonly [string, string]): string | undefined =>
    headers.get(openai) ?? headers.get(anthropic);
  const limit = numberOf(told(names.limit));
  const remaining = numberOf(told(names.remaining));
  const resetMs = resetMsOf(told(names.reset), epochMs);
  if (limit === undefined && remaining === undefined && resetMs === undefined) return undefined;
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetMs === undefined ? {} : { resetMs }),
  };
}

/** A duration such as `6m0s`, a number of seconds, or a moment as in RFC 3339. */
function resetMsOf(told: string | undefined, epochMs: number): number | undefined {
  if (told === undefined) return undefined;
  const seconds = numberOf(told);
  if (seconds !== undefined) return seconds * 1000;
  if (DURATION.test(told)) {
    let ms = 0;
    for (const [, value, unit = ''] of told.matchAll(DURATION_PARTS)) ms += Number(value) * (UNIT_MS[unit] ?? 0);
    return ms;
  }
  const momentMs = Date.parse(told);
  return Number.isNaN(momentMs) ? undefined : Math.max(momentMs - epochMs, 0);
}

/** A number of digits, so that nothing that merely begins with one is taken for it. */
function numberOf(told: string | undefined): number | undefined {
  return told !== undefined && /^\d{1,15}(\.\d{1,9})?$/.test(told) ? Number(told) : undefined;
}
