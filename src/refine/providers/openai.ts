import { HttpClient, type HttpAnswer } from './http.js';
import { countOf, firstObject, isObject, parseObject, textOf, type JsonObject } from './json.js';
import type { ResolvedProviderOptions } from './options.js';
import type { Completion, CompletionRequest, FinishReason, Provider, Usage } from './provider.js';
import { rateLimitsOf } from './rate-limit-headers.js';
import { noCompletion, refusalOf } from './refusals.js';
import { RequestBodies } from './request-body.js';

const PATH = '/chat/completions';

/** Chat completions as OpenAI defines them, which vLLM, Ollama, llama.cpp and many others speak too. */
export class OpenAiProvider implements Provider {
  readonly name = 'openai';
  readonly #client: HttpClient;
  readonly #bodies: RequestBodies;
  readonly #secrets: readonly string[];
  readonly #epochMs: () => number;

  constructor(options: ResolvedProviderOptions, epochMs: () => number = Date.now) {
    const { apiKey, headers, maxTokensField } = options;
    const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
    this.#client = new HttpClient({ ...options, headers: { ...authorization, ...headers } });
    this.#secrets = options.secrets;
    this.#epochMs = epochMs;
    this.#bodies = new RequestBodies(
      beginningOf,
      ({ maxTokens }) => `}],"${maxTokensField}":${maxTokens},"stream":false}`,
    );
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
