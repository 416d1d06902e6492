import { Pool, type Dispatcher } from 'undici';
import { abortedError, checkAborted } from '../../core/abort.js';
import { messageOf } from '../../core/errors.js';
import { CallError } from './provider.js';

/** Headers of an answer, by their names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: string;
}

export interface HttpClientOptions {
  readonly baseUrl: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Connections that may be open at once; further calls wait for one. */
  readonly connectionsMax: number;
  /** Bytes of an answer, beyond which it is broken off. */
  readonly answerBytesMax: number;
}

/** Errors of a connection that was never there: nothing was sent. */
const UNSENT_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * JSON over HTTP to one server, on connections that are kept alive. One attempt a call, for as long as its signal allows; redirects
 * are not followed.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #pool: Pool;
  readonly #headers: Record<string, string>;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#headers = { ...options.headers, 'content-type': 'application/json', accept: 'application/json' };
    this.#pool = new Pool(options.baseUrl.origin, {
      connections: options.connectionsMax,
      pipelining: 1,
      headersTimeout: 0, // Whoever calls has one limit for the whole call: a body of one byte a minute keeps no such promise.
      bodyTimeout: 0,
    });
  }

  /**
   * @param path - behind the path of the base URL, with its `/`.
   * @throws CallError `ERR_PROVIDER_UNAVAILABLE`, `ERR_PROVIDER_ANSWER`; MillraceError `ERR_ABORTED`.
   */
  async post(path: string, body: string, signal: AbortSignal): Promise<HttpAnswer> {
    checkAborted(signal);
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(this.#options, signal, this.urlOf(path), resolve, reject);
      const target = `${this.#options.baseUrl.pathname.replace(/\/$/, '')}${path}`;
      try {
        this.#pool.dispatch({ path: target, method: 'POST', headers: this.#headers, body }, exchange);
      } catch (thrown) {
        exchange.fail(thrown);
      }
    });
  }

  /** The URL of a path as it may be shown: without user, password and query. */
  urlOf(path: string): string {
    const { origin, pathname } = this.#options.baseUrl;
    return `${origin}${pathname.replace(/\/$/, '')}${path}`;
  }

  /** Ends all connections; calls in flight are broken off. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** One request and its answer, as undici tells of them. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: HttpClientOptions;
  readonly #signal: AbortSignal;
  readonly #url: string;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (error: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  /** Set when the exchange is over before its answer is. */
  #ended: unknown;
  #status = 0;
  #headers: AnswerHeaders = {};
  #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(
    options: HttpClientOptions,
    signal: AbortSignal,
    url: string,
    resolve: (answer: HttpAnswer) => void,
    reject: (error: unknown) => void,
  ) {
    this.#options = options;
    this.#signal = signal;
    this.#url = url;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended !== undefined) controller.abort(asError(this.#ended)); // it ended while it waited for a connection
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#options.answerBytesMax) this.#chunks.push(chunk);
    else this.#end(this.#error('ERR_PROVIDER_ANSWER', `sent more than ${this.#options.answerBytesMax} bytes`));
  }

  onResponseEnd(): void {
    this.#release();
    const [first] = this.#chunks;
    const body = first !== undefined && this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks);
    this.#resolve({ status: this.#status, headers: this.#headers, body: body.toString() });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  /** Rejects, unless the exchange ended for a reason of ours already. */
  fail(thrown: unknown): void {
    if (this.#ended !== undefined) return;
    const code = codeOf(thrown);
    const reason = code === undefined ? messageOf(thrown) : `${messageOf(thrown)} (${code})`;
    const mayBeCharged = !UNSENT_CODES.has(code ?? '');
    const error = `cannot be reached or broke the connection: ${reason}`;
    this.#release();
    this.#reject(this.#error('ERR_PROVIDER_UNAVAILABLE', error, mayBeCharged));
  }

  readonly #onAbort = (): void => {
    this.#end(abortedError(this.#signal));
  };

  /** Breaks the exchange off, which frees its connection. */
  #end(error: unknown): void {
    this.#ended = error;
    this.#release();
    this.#controller?.abort(asError(error));
    this.#reject(error);
  }

  #release(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    if (this.#ended !== undefined) this.#chunks = [];
  }

  #error(code: CallError['code'], what: string, mayBeCharged = true): CallError {
    return new CallError(code, `${this.#url} ${what}`, { mayBeCharged });
  }
}

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown));
}
