import type { HttpAnswer } from './answer-reader.js';
import type { HttpProtocol } from './http-provider.js';
import { countOf, firstObject, isObject, parseObject, textOf, type JsonObject } from './json.js';
import type { Completion, CompletionRequest, FinishReason, Usage } from './provider.js';
import { rateLimitsOf } from './rate-limit-headers.js';

/** Chat completions as OpenAI defines them, which vLLM, Ollama, llama.cpp and many others speak too. */
export const OPENAI: HttpProtocol = {
  name: 'openai',
  path: '/chat/completions',
  headers: ({ apiKey }) => (apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  beginningOf,
  endOf: ({ maxTokens }, { maxTokensField }) => `}],"${maxTokensField}":${maxTokens},"stream":false}`,
  completionOf,
};

function beginningOf({ model, system, temperature }: CompletionRequest): string {
  const head = JSON.stringify({ model, temperature }).slice(0, -1);
  return `${head},"messages":[{"role":"system","content":${JSON.stringify(system)}},{"role":"user","content":`;
}

function completionOf({ body, headers }: HttpAnswer, epochMs: number): Completion | undefined {
  const answer = parseObject(body);
  const choice = firstObject(answer?.['choices']);
  const message = choice?.['message'];
  if (answer === undefined || choice === undefined || !isObject(message)) return undefined;
  const refusal = message['refusal'];
  const isRefusal = typeof refusal === 'string' && refusal !== '';
  const text = isRefusal ? refusal : (textOf(message['content']) ?? '');
  const finish = isRefusal ? 'refusal' : finishOf(choice['finish_reason']);
  return { text, finish, usage: usageOf(answer['usage']), limits: rateLimitsOf(headers, epochMs) };
}

function finishOf(reason: unknown): FinishReason {
  if (reason === 'stop' || reason === 'length') return reason;
  return reason === 'content_filter' ? 'refusal' : 'other';
}

function usageOf(usage: unknown): Usage | undefined {
  if (!isObject(usage) || usage['prompt_tokens'] === undefined) return undefined;
  const details: JsonObject = isObject(usage['prompt_tokens_details']) ? usage['prompt_tokens_details'] : {};
  const inputTokens = countOf(usage['prompt_tokens']);
  const outputTokens = countOf(usage['completion_tokens']);
  const cachedInputTokens = countOf(details['cached_tokens']);
  if (inputTokens === undefined || outputTokens === undefined || cachedInputTokens === undefined) return undefined;
  return {
    inputTokens,
    cachedInputTokens: Math.min(cachedInputTokens, inputTokens),
    cacheWriteTokens: 0,
    outputTokens,
  };
}
