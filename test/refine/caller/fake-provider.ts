/** A provider that answers as a test says, on a clock moved by hand. */
import type { Clock } from '../../../src/core/clock.js';
import { sleep } from '../../../src/core/flow/sleep.js';
import type { AttemptId, CallJournal } from '../../../src/refine/caller/journal.js';
import type { CallerProvider } from '../../../src/refine/caller/options.js';
import { Prices } from '../../../src/refine/prices.js';
import type {
  CallError,
  Completion,
  CompletionRequest,
  Provider,
  Usage,
} from '../../../src/refine/providers/provider.js';

export const USAGE: Usage = { inputTokens: 50, cachedInputTokens: 10, cacheWriteTokens: 5, outputTokens: 20 };
export const COMPLETION: Completion = { text: 'better', finish: 'stop', usage: USAGE, limits: undefined };

export const REQUEST: CompletionRequest = {
  model: 'any',
  system: 'Improve it.',
  user: 'A text.',
  maxTokens: 100,
  temperature: undefined,
};

/** 1 USD a million tokens in, 2 written to the cache, 5 out. */
export const PRICE = new Prices({ m: { input: 1, cachedInput: 0.1, cacheWrite: 2, output: 5 } }).of('m')!;

export interface Sent {
  readonly request: CompletionRequest;
  readonly atMs: number;
}

export interface Reply {
  readonly afterMs: number;
  readonly result: Completion | CallError;
}

export class FakeProvider implements Provider {
  readonly name: string;
  readonly sent: Sent[] = [];
  inFlight = 0;
  inFlightMost = 0;
  isClosed = false;
  readonly #clock: Clock;
  readonly #reply: (request: CompletionRequest, count: number) => Reply;

  constructor(clock: Clock, reply: (request: CompletionRequest, count: number) => Reply, name = 'fake') {
    this.#clock = clock;
    this.#reply = reply;
    this.name = name;
  }

  async call(request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
    this.sent.push({ request, atMs: this.#clock.monotonicMs() });
    this.inFlightMost = Math.max(this.inFlightMost, ++this.inFlight);
    try {
      const { afterMs, result } = this.#reply(request, this.sent.length - 1);
      if (afterMs > 0) await sleep(afterMs, this.#clock, signal);
      if (result instanceof Error) throw result;
      return result;
    } finally {
      this.inFlight--;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

export function targetOf(provider: Provider, options: Partial<CallerProvider> = {}): CallerProvider {
  return { provider, model: 'm', price: PRICE, ...options };
}

/** What a ledger would hold, checked as it comes: an attempt is sent once and ends at most once. */
export class FakeJournal implements CallJournal {
  /** Of attempts that were sent, what they are charged with; the worst case until they end. */
  readonly charged = new Map<string, number>();
  readonly ended = new Set<string>();

  sent(attempt: AttemptId & { readonly worstNanoUsd: number }): void {
    const key = keyOf(attempt);
    if (this.charged.has(key)) throw new Error(`sent twice: ${key}`);
    this.charged.set(key, attempt.worstNanoUsd);
  }

  answered(attempt: AttemptId & { readonly chargedNanoUsd: number }): void {
    this.#end(attempt);
  }

  failed(attempt: AttemptId & { readonly chargedNanoUsd: number }): void {
    this.#end(attempt);
  }

  get nanoUsd(): number {
    return [...this.charged.values()].reduce((sum, each) => sum + each, 0);
  }

  #end(attempt: AttemptId & { readonly chargedNanoUsd: number }): void {
    const key = keyOf(attempt);
    if (!this.charged.has(key) || this.ended.has(key)) throw new Error(`ended without being sent, or twice: ${key}`);
    this.ended.add(key);
    this.charged.set(key, attempt.chargedNanoUsd);
  }
}

function keyOf({ ordinal, iteration, attempt }: AttemptId): string {
  return `${ordinal}/${iteration}/${attempt}`;
}
