import type { AnswerHeaders } from './http.js';
import type { LimitState, RateLimits } from './provider.js';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const DURATION_PARTS = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/** The limits that OpenAI (`x-ratelimit-*`) and Anthropic (`anthropic-ratelimit-*`) tell; what makes no sense is left out. */
export function rateLimitsOf(headers: AnswerHeaders, epochMs: number): RateLimits | undefined {
  const limits = {
    requests: limitOf(headers, 'requests', epochMs),
    tokens: limitOf(headers, 'tokens', epochMs),
    inputTokens: limitOf(headers, 'input-tokens', epochMs),
    outputTokens: limitOf(headers, 'output-tokens', epochMs),
  };
  const told = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  return told.length === 0 ? undefined : Object.fromEntries(told);
}

/**
 * Milliseconds that an answer asks to wait for: `retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).
 */
export function retryAfterMsOf(headers: AnswerHeaders, epochMs: number): number | undefined {
  const precise = numberOf(headers['retry-after-ms']);
  if (precise !== undefined) return precise;
  const told = headers['retry-after'];
  const seconds = numberOf(told);
  if (seconds !== undefined) return seconds * 1000;
  const dateMs = typeof told === 'string' ? Date.parse(told) : NaN;
  return Number.isNaN(dateMs) ? undefined : Math.max(dateMs - epochMs, 0);
}

function limitOf(headers: AnswerHeaders, name: string, epochMs: number): LimitState | undefined {
  const state = {
    limit: numberOf(headers[`x-ratelimit-limit-${name}`] ?? headers[`anthropic-ratelimit-${name}-limit`]),
    remaining: numberOf(headers[`x-ratelimit-remaining-${name}`] ?? headers[`anthropic-ratelimit-${name}-remaining`]),
    resetMs: resetMsOf(headers[`x-ratelimit-reset-${name}`] ?? headers[`anthropic-ratelimit-${name}-reset`], epochMs),
  };
  const told = Object.entries(state).filter(([, value]) => value !== undefined);
  return told.length === 0 ? undefined : Object.fromEntries(told);
}

/** A duration such as `6m0s`, a number of seconds, or a moment as in RFC 3339. */
function resetMsOf(told: string | string[] | undefined, epochMs: number): number | undefined {
  if (typeof told !== 'string') return undefined;
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
function numberOf(told: string | string[] | undefined): number | undefined {
  return typeof told === 'string' && /^\d{1,15}(\.\d{1,9})?$/.test(told) ? Number(told) : undefined;
}
