import { HttpClient, type HttpAnswer } from './http.js';
import type { HttpProviderName, ResolvedProviderOptions } from './options.js';
import type { Completion, CompletionRequest, Provider } from './provider.js';
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
    this.#client = new HttpClient({ ...options, headers: { ...protocol.headers(options), ...options.headers } });
    this.#bodies = new RequestBodies(protocol.beginningOf, (request) => protocol.endOf(request, options));
    this.#secrets = options.secrets;
    this.#epochMs = epochMs;
  }

  async call(request: CompletionRequest, signal: AbortSignal): Promise<Completion> {
    const { path, completionOf } = this.#protocol;
    const answer = await this.#client.post(path, this.#bodies.of(request), signal);
    const url = this.#client.urlOf(path);
    if (answer.status !== 200) throw refusalOf(answer, url, this.#secrets, this.#epochMs());
    const completion = completionOf(answer, this.#epochMs());
    if (completion === undefined) throw noCompletion(answer.body, url, this.#secrets);
    return completion;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}
