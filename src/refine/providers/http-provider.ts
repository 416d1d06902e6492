import { SYSTEM_CLOCK, type Clock } from '../../core/clock.js';
import type { HttpAnswer } from './answer-reader.js';
import { HttpClient } from './http.js';
import type { HttpProviderName, ResolvedProviderOptions } from './options.js';
import { callByBegin } from './call-by-begin.js';
import { CallError, type CallInFlight, type Completion, type CompletionRequest, type Provider } from './provider.js';
import { noCompletion, refusalOf } from './refusals.js';

/** How one vendor's API is spoken. */
export interface HttpProtocol {
  readonly name: HttpProviderName;
  /** Behind the path of the base URL. */
  readonly path: string;
  readonly headers: (options: ResolvedProviderOptions) => Readonly<Record<string, string>>;
  /** The JSON of a request up to where its user's text stands: the same in every call of a strategy. */
  readonly beginningOf: (request: CompletionRequest) => string;
  /** The JSON behind it, in ASCII. */
  readonly endOf: (request: CompletionRequest, options: ResolvedProviderOptions) => string;
  /** `undefined` when the answer holds no completion. */
  readonly completionOf: (answer: HttpAnswer, epochMs: number) => Completion | undefined;
}

/** A provider that is reached over HTTP. */
export class HttpProvider implements Provider {
  readonly name: string;
  readonly #protocol: HttpProtocol;
  readonly #client: HttpClient;
  readonly #secrets: readonly string[];
  readonly #clock: Clock;

  constructor(protocol: HttpProtocol, options: ResolvedProviderOptions, clock: Clock = SYSTEM_CLOCK) {
    this.name = protocol.name;
    this.#protocol = protocol;
    this.#client = new HttpClient({
      ...options,
      path: protocol.path,
      headers: { ...protocol.headers(options), ...options.headers },
      beginningOf: protocol.beginningOf,
      endOf: (request) => protocol.endOf(request, options),
      clock,
    });
    this.#secrets = options.secrets;
    this.#clock = clock;
  }

  call(request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
    return callByBegin(this, request, signal);
  }

  begin(request: CompletionRequest, done: (result: Completion | CallError) => void): CallInFlight {
    return this.#client.post(request, (answer) => {
      done(answer instanceof CallError ? answer : this.#read(answer));
    });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #read(answer: HttpAnswer): Completion | CallError {
    const { url } = this.#client;
    const epochMs = this.#clock.epochMs();
    if (answer.status !== 200) return refusalOf(answer, url, this.#secrets, epochMs);
    return this.#protocol.completionOf(answer, epochMs) ?? noCompletion(answer.body, url, this.#secrets);
  }
}
