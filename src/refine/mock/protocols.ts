/** The two protocols that the mock speaks: what it reads of a request, and how it writes answers and errors. */
import type { Answer } from './answers.js';

export interface MockUsage {
  /** All tokens read, cached ones among them. */
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
}

/** What is read of a request for a completion. */
export interface MockRequest {
  readonly model: string;
  readonly system: string;
  readonly user: string;
  readonly maxTokens: number;
  /** Whether the unchanging part may be kept in the provider's prompt cache. */
  readonly caches: boolean;
}

export interface Protocol {
  readonly name: 'openai' | 'anthropic';
  /** The key that came with a request. */
  keyOf(headers: ReadonlyMap<string, string>): string | undefined;
  /** `undefined` when the body is no request of this protocol. */
  parse(body: unknown): MockRequest | undefined;
  answer(id: string, model: string, answer: Answer, usage: MockUsage): string;
  error(type: string, code: string, message: string): string;
}

const MAX_TOKENS_DEFAULT = 4096;

export const OPENAI: Protocol = {
  name: 'openai',
  keyOf: (headers) => /^Bearer (.+)$/.exec(headers.get('authorization') ?? '')?.[1],
  parse: (body) => {
    if (!isRecord(body) || typeof body['model'] !== 'string' || !Array.isArray(body['messages'])) return undefined;
    const messages = body['messages'].filter(isRecord);
    const maxTokens = body['max_completion_tokens'] ?? body['max_tokens'];
    return {
      model: body['model'],
      system: textsOf(messages, (role) => role === 'system' || role === 'developer'),
      user: textsOf(messages, (role) => role === 'user'),
      maxTokens: typeof maxTokens === 'number' ? maxTokens : MAX_TOKENS_DEFAULT,
      caches: true,
    };
  },
  answer: (id, model, { text, finish }, usage) => {
    const isRefusal = finish === 'refusal';
    const message = { role: 'assistant', content: isRefusal ? null : text, refusal: isRefusal ? text : null };
    return JSON.stringify({
      id: `chatcmpl-${id}`,
      object: 'chat.completion',
      created: 0,
      model,
      choices: [{ index: 0, message, logprobs: null, finish_reason: isRefusal ? 'stop' : finish }],
      usage: {
        prompt_tokens: usage.inputTokens,
        completion_tokens: usage.outputTokens,
        total_tokens: usage.inputTokens + usage.outputTokens,
        prompt_tokens_details: { cached_tokens: usage.cachedInputTokens },
      },
    });
  },
  error: (type, code, message) => JSON.stringify({ error: { message, type, param: null, code } }),
};

export const ANTHROPIC: Protocol = {
  name: 'anthropic',
  keyOf: (headers) => headers.get('x-api-key'),
  parse: (body) => {
    if (!isRecord(body) || typeof body['model'] !== 'string' || !Array.isArray(body['messages'])) return undefined;
    if (typeof body['max_tokens'] !== 'number') return undefined;
    const { system } = body;
    const parts = Array.isArray(system) ? system.filter(isRecord) : [];
    return {
      model: body['model'],
      system: contentOf(system),
      user: textsOf(body['messages'].filter(isRecord), (role) => role === 'user'),
      maxTokens: body['max_tokens'],
      caches: parts.some((part) => 'cache_control' in part),
    };
  },
  answer: (id, model, { text, finish }, usage) =>
    JSON.stringify({
      id: `msg_${id}`,
      type: 'message',
      role: 'assistant',
      model,
      content: text === '' ? [] : [{ type: 'text', text }],
      stop_reason: STOP_REASONS[finish],
      stop_sequence: null,
      usage: {
        input_tokens: usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens,
        cache_creation_input_tokens: usage.cacheWriteTokens,
        cache_read_input_tokens: usage.cachedInputTokens,
        output_tokens: usage.outputTokens,
      },
    }),
  error: (type, _code, message) => JSON.stringify({ type: 'error', error: { type, message } }),
};

const STOP_REASONS = { stop: 'end_turn', length: 'max_tokens', refusal: 'refusal' } as const;

function textsOf(messages: readonly Record<string, unknown>[], isWanted: (role: unknown) => boolean): string {
  const texts: string[] = [];
  for (const { role, content } of messages) if (isWanted(role)) texts.push(contentOf(content));
  return texts.join('\n');
}

/** A content is a text or parts with texts. */
function contentOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('\n');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
