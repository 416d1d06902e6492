import { HttpClient, type HttpAnswer } from './http.js';
import type { HttpProviderName, ResolvedProviderOptions } from './options.js';
import { callByBegin } from './call-by-begin.js';
import { CallError, type CallInFlight, type Completion, type CompletionRequest, type Provider } from './provider.js';
import { noCompletion, refusalOf } from './refusals.js';
import { RequestBodies } from './request-body.js';

/** How one vendor's API is spoken. */
export interface HttpProtocol {
  readonly name: HttpProviderName;
  /** Behind the path of the base URL. */
  readonly path: string;
  readonly headers: (options: ResolvedProviderOptions) => Readonly<Record<string, string>>;
  /** The JSON of a request up to where its user's text stands: the same in every call of a strategy. */
  readonly beginningOf: (request: CompletionRequest) => string;
  /** The JSON behind it. */
  readonly endOf: (request: CompletionRequest, options: ResolvedProviderOptions) => string;
  /** `undefined` when the answer holds no completion. */
  readonly completionOf: (answer: HttpAnswer, epochMs: number) => Completion | undefined;
}

/** A provider that is reached over HTTP. */
export class HttpProvider implements Provider {
  readonly name: string;
  readonly #protocol: HttpProtocol;
  readonly #client: HttpClient;
  readonly #bodies: RequestBodies;
  readonly #secrets: readonly string[];
  readonly #epochMs: () => number;

  constructor(protocol: HttpProtocol, options: ResolvedProviderOptions, epochMs: () => number = Date.now) {
    this.name = protocol.name;
    this.#protocol = protocol;
    const headers = { ...protocol.headers(options), ...options.headers };
    this.#client = new HttpClient({ ...options, path: protocol.path, headers });
    this.#bodies = new RequestBodies(protocol.beginningOf, (request) => protocol.endOf(request, options));
    this.#secrets = options.secrets;
    this.#epochMs = epochMs;
  }

  call(request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
    return callByBegin(this, request, signal);
  }

  begin(request: CompletionRequest, done: (result: Completion | CallError) => void): CallInFlight {
    return this.#client.post(this.#bodies.of(request), (answer) => {
      done(answer instanceof CallError ? answer : this.#read(answer));
    });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #read(answer: HttpAnswer): Completion | CallError {
    const { url } = this.#client;
    if (answer.status !== 200) return refusalOf(answer, url, this.#secrets, this.#epochMs());
    return this.#protocol.completionOf(answer, this.#epochMs()) ?? noCompletion(answer.body, url, this.#secrets);
  }
}
