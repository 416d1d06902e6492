import type { HttpAnswer } from './answer-reader.js';
import type { HttpProtocol } from './http-provider.js';
import { countOf, isObject, parseObject, textOf } from './json.js';
import type { Completion, CompletionRequest, FinishReason, Usage } from './provider.js';
import { rateLimitsOf } from './rate-limit-headers.js';

const VERSION = '2023-06-01';

/** Messages as Anthropic defines them. What is the same in every call is marked for the prompt cache. */
export const ANTHROPIC: HttpProtocol = {
  name: 'anthropic',
  path: '/messages',
  headers: ({ apiKey }) => ({ 'anthropic-version': VERSION, ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }) }),
  beginningOf,
  endOf: ({ maxTokens }) => `}],"max_tokens":${maxTokens}}`,
  completionOf,
};

function beginningOf({ model, system, temperature }: CompletionRequest): string {
  const part = { type: 'text', text: system, cache_control: { type: 'ephemeral' } };
  const head = JSON.stringify({ model, temperature, system: [part] }).slice(0, -1);
  return `${head},"messages":[{"role":"user","content":`;
}

function completionOf({ body, headers }: HttpAnswer, epochMs: number): Completion | undefined {
  const answer = parseObject(body);
  if (answer?.['type'] !== 'message' || !Array.isArray(answer['content'])) return undefined;
  const text = textOf(answer['content']) ?? '';
  const finish = finishOf(answer['stop_reason']);
  return { text, finish, usage: usageOf(answer['usage']), limits: rateLimitsOf(headers, epochMs) };
}

function finishOf(reason: unknown): FinishReason {
  if (reason === 'end_turn' || reason === 'stop_sequence') return 'stop';
  if (reason === 'max_tokens' || reason === 'model_context_window_exceeded') return 'length';
  return reason === 'refusal' ? 'refusal' : 'other';
}

/** Anthropic counts tokens that are read from the prompt cache, or written to it, beside the input tokens. */
function usageOf(usage: unknown): Usage | undefined {
  if (!isObject(usage) || usage['input_tokens'] === undefined) return undefined;
  const freshTokens = countOf(usage['input_tokens']);
  const cacheWriteTokens = countOf(usage['cache_creation_input_tokens']);
  const cachedInputTokens = countOf(usage['cache_read_input_tokens']);
  const outputTokens = countOf(usage['output_tokens']);
  if (freshTokens === undefined || cacheWriteTokens === undefined) return undefined;
  if (cachedInputTokens === undefined || outputTokens === undefined) return undefined;
  const inputTokens = freshTokens + cacheWriteTokens + cachedInputTokens;
  return { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens };
}
