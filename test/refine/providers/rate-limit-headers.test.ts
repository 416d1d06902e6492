/** Proves that limits and waits are read from the headers of both vendors, and that what makes no sense is left out. */
import { describe, expect, it } from 'vitest';
import { rateLimitsOf, retryAfterMsOf } from '../../../src/refine/providers/rate-limit-headers.js';

/** As they are handed over. */
function headersOf(headers: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers));
}

const NOW = Date.parse('2026-01-01T00:00:00Z');

describe('rateLimitsOf', () => {
  it('reads those of OpenAI', () => {
    const headers = {
      'x-ratelimit-limit-requests': '5000',
      'x-ratelimit-remaining-requests': '4999',
      'x-ratelimit-reset-requests': '12ms',
      'x-ratelimit-limit-tokens': '800000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '6m1.5s',
    };
    expect(rateLimitsOf(headersOf(headers), NOW)).toEqual({
      requests: { limit: 5000, remaining: 4999, resetMs: 12 },
      tokens: { limit: 800_000, remaining: 0, resetMs: 361_500 },
    });
  });

  it('reads those of Anthropic', () => {
    const headers = {
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-requests-reset': '2026-01-01T00:00:02Z',
      'anthropic-ratelimit-input-tokens-remaining': '1000',
      'anthropic-ratelimit-output-tokens-reset': '2025-12-31T23:59:59Z',
    };
    expect(rateLimitsOf(headersOf(headers), NOW)).toEqual({
      requests: { limit: 50, remaining: 49, resetMs: 2000 },
      inputTokens: { remaining: 1000 },
      outputTokens: { resetMs: 0 },
    });
  });

  it.each(['', 'soon', '-5', '1e9', 'NaN', '12 apples', '999999999999999999999'])('leaves %j out', (garbled) => {
    expect(rateLimitsOf(headersOf({ 'x-ratelimit-remaining-tokens': garbled }), NOW)).toBeUndefined();
  });

  it('is nothing where nothing is told', () => {
    expect(rateLimitsOf(headersOf({ 'content-type': 'application/json' }), NOW)).toBeUndefined();
  });
});

describe('retryAfterMsOf', () => {
  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:03 GMT' }, 3000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 0],
    [{ 'retry-after': '7', 'retry-after-ms': '250' }, 250],
    [{ 'retry-after': 'later' }, undefined],
    [{}, undefined],
  ] satisfies [Record<string, string>, number | undefined][])('%j is %s ms', (headers, expected) => {
    expect(retryAfterMsOf(headersOf(headers), NOW)).toBe(expected);
  });
});
