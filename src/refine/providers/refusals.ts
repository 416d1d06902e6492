import { CallError, type CallErrorCode } from './provider.js';
import type { HttpAnswer } from './answer-reader.js';
import { rateLimitsOf, retryAfterMsOf } from './rate-limit-headers.js';

/** How much of an answer is shown in a message. */
const EXCERPT_CHARS = 200;

const QUOTA = /insufficient_quota|billing|credit balance|quota (?:has been )?exceeded|exceeded your current quota/i;
const UNKNOWN_MODEL =
  /model_not_found|model.{0,80}(?:not (?:found|exist)|does not exist)|unknown model|not_found_error/i;
const WRONG_KEY = /invalid_api_key|authentication_error|incorrect api key/i;

/** The error for an answer that is not a success. */
export function refusalOf(answer: HttpAnswer, url: string, secrets: readonly string[], epochMs: number): CallError {
  const { status, headers, body } = answer;
  const retryAfterMs = retryAfterMsOf(headers, epochMs);
  const limits = rateLimitsOf(headers, epochMs);
  return new CallError(codeOf(status, body), `${url} answered ${status}: ${excerptOf(body, secrets)}`, {
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(limits === undefined ? {} : { limits }),
  });
}

/** The error for a success that holds no completion. */
export function noCompletion(body: string, url: string, secrets: readonly string[]): CallError {
  const message = `${url} answered with no completion: ${excerptOf(body, secrets)}`;
  return new CallError('ERR_PROVIDER_ANSWER', message, { status: 200, mayBeCharged: true });
}

function codeOf(status: number, body: string): CallErrorCode {
  if (status === 402 || ((status === 429 || status === 403 || status === 400) && QUOTA.test(body)))
    return 'ERR_PROVIDER_QUOTA';
  if (status === 429) return 'ERR_PROVIDER_RATE_LIMITED';
  if (status === 401 || status === 403 || (status === 400 && WRONG_KEY.test(body))) return 'ERR_PROVIDER_AUTH';
  if (status === 404 || (status === 400 && UNKNOWN_MODEL.test(body))) return 'ERR_PROVIDER_NOT_FOUND';
  if (status === 405 || (status >= 300 && status < 400)) return 'ERR_PROVIDER_NOT_FOUND';
  if (status === 408 || status >= 500) return 'ERR_PROVIDER_UNAVAILABLE';
  if (status < 300) return 'ERR_PROVIDER_ANSWER';
  return 'ERR_PROVIDER_REQUEST';
}

/** The beginning of an answer in one line, without the secrets that a server may have echoed. */
function excerptOf(body: string, secrets: readonly string[]): string {
  let text = body.slice(0, EXCERPT_CHARS * 20);
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '[key]');
  text = text.replace(/\s+/g, ' ').trim();
  if (text === '') return 'nothing';
  return text.length > EXCERPT_CHARS ? `${text.slice(0, EXCERPT_CHARS)}…` : text;
}
