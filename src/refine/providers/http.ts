import type { Client, Dispatcher } from 'undici';
import { messageOf } from '../../core/errors.js';
import type { Ticket } from '../../core/flow/lanes.js';
import { Connections, type Passenger } from './connections.js';
import { CallError, type CallInFlight } from './provider.js';

/** Headers of an answer, by their names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: string;
}

export interface HttpClientOptions {
  readonly baseUrl: URL;
  /** Behind the path of the base URL, with its `/`. */
  readonly path: string;
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
 * Posts JSON to one URL, on connections that are kept alive. One attempt a call, for as long as whoever calls waits for it;
 * redirects are not followed.
 */
export class HttpClient {
  /** As it may be shown: without user, password and query. */
  readonly url: string;
  readonly answerBytesMax: number;
  readonly connections: Connections;
  readonly #request: Readonly<{ path: string; method: 'POST'; headers: Record<string, string> }>;

  constructor({ baseUrl, path, headers, connectionsMax, answerBytesMax }: HttpClientOptions) {
    const target = `${baseUrl.pathname.replace(/\/$/, '')}${path}`;
    this.url = `${baseUrl.origin}${target}`;
    this.answerBytesMax = answerBytesMax;
    this.connections = new Connections(baseUrl.origin, connectionsMax);
    const all = { ...headers, 'content-type': 'application/json', accept: 'application/json' };
    this.#request = { path: target, method: 'POST', headers: all };
  }

  /** @param done - is called once, unless the exchange is broken off before. */
  post(body: Buffer, done: (result: HttpAnswer | CallError) => void): CallInFlight {
    return new Exchange(this, { ...this.#request, body }, done);
  }

  /** Ends all connections; calls in flight are broken off. */
  async close(): Promise<void> {
    await this.connections.close();
  }
}

/** One request and its answer, as undici tells of them. It has a connection for itself. */
class Exchange implements CallInFlight, Passenger, Dispatcher.DispatchHandler {
  readonly #http: HttpClient;
  readonly #request: Dispatcher.DispatchOptions;
  readonly #done: (result: HttpAnswer | CallError) => void;
  readonly #place: Ticket | undefined;
  #client: Client | undefined;
  #isOver = false;
  #status = 0;
  #headers: AnswerHeaders = {};
  #chunk: Buffer | undefined;
  /** Where one is not all. */
  #chunks: Buffer[] | undefined;
  #bytes = 0;

  constructor(http: HttpClient, request: Dispatcher.DispatchOptions, done: (result: HttpAnswer | CallError) => void) {
    this.#http = http;
    this.#request = request;
    this.#done = done;
    this.#place = http.connections.take(this);
  }

  board(client: Client): void {
    this.#client = client;
    client.dispatch(this.#request, this);
  }

  refuse(error: Error): void {
    this.#fail(error, false);
  }

  breakOff(): void {
    if (!this.#isOver) this.#endEarly();
  }

  onRequestStart(): void {
    // Its presence tells undici which interface this is.
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#http.answerBytesMax) {
      this.#give('ERR_PROVIDER_ANSWER', `sent more than ${this.#http.answerBytesMax} bytes`);
    } else if (this.#chunk === undefined) {
      this.#chunk = chunk;
    } else {
      this.#chunks ??= [this.#chunk];
      this.#chunks.push(chunk);
    }
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    const body = this.#chunks === undefined ? this.#chunk : Buffer.concat(this.#chunks);
    const answer = { status: this.#status, headers: this.#headers, body: body?.toString() ?? '' };
    this.#end();
    if (this.#client !== undefined) this.#http.connections.giveBack(this.#client);
    this.#done(answer);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error, !UNSENT_CODES.has(codeOf(error) ?? ''));
  }

  #fail(error: Error, mayBeCharged: boolean): void {
    if (this.#isOver) return;
    const code = codeOf(error);
    const reason = code === undefined ? messageOf(error) : `${messageOf(error)} (${code})`;
    this.#give('ERR_PROVIDER_UNAVAILABLE', `cannot be reached or broke the connection: ${reason}`, mayBeCharged);
  }

  #give(code: CallError['code'], what: string, mayBeCharged = true): void {
    this.#endEarly();
    this.#done(new CallError(code, `${this.#http.url} ${what}`, { mayBeCharged }));
  }

  /** A connection that was not used to its end is of no further use. */
  #endEarly(): void {
    this.#end();
    if (this.#place !== undefined) this.#http.connections.leave(this.#place);
    if (this.#client !== undefined) this.#http.connections.drop(this.#client);
  }

  #end(): void {
    this.#isOver = true;
    this.#chunk = this.#chunks = undefined;
  }
}

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
