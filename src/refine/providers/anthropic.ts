import { HttpClient, type HttpAnswer } from './http.js';
import { countOf, isObject, parseObject, textOf } from './json.js';
import type { ResolvedProviderOptions } from './options.js';
import type { Completion, CompletionRequest, FinishReason, Provider, Usage } from './provider.js';
import { rateLimitsOf } from './rate-limit-headers.js';
import { noCompletion, refusalOf } from './refusals.js';
import { RequestBodies } from './request-body.js';

const PATH = '/messages';
const VERSION = '2023-06-01';

/** Messages as Anthropic defines them. What is the same in every call is marked for the prompt cache. */
export class AnthropicProvider implements Provider {
  readonly name = 'anthropic';
  readonly #client: HttpClient;
  readonly #bodies = new RequestBodies(beginningOf, ({ maxTokens }) => `}],"max_tokens":${maxTokens}}`);
  readonly #secrets: readonly string[];
  readonly #epochMs: () => number;

  constructor(options: ResolvedProviderOptions, epochMs: () => number = Date.now) {
    const { apiKey, headers } = options;
    const key = apiKey === undefined ? {} : { 'x-api-key': apiKey };
    this.#client = new HttpClient({ ...options, headers: { 'anthropic-version': VERSION, ...key, ...headers } });
    this.#secrets = options.secrets;
    this.#epochMs = epochMs;
  }

  async call(request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
    const answer = await this.#client.post(PATH, this.#bodies.of(request), signal);
    const url = this.#client.urlOf(PATH);
    if (answer.status !== 200) throw refusalOf(answer, url, this.#secrets, this.#epochMs());
    const completion = completionOf(answer, this.#epochMs());
    if (completion === undefined) throw noCompletion(answer.body, url, this.#secrets);
    return completion;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

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
