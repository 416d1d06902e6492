import { MillraceError, messageOf } from '../../core/errors.js';
import type { Clock } from '../../core/clock.js';
import type { Ticket } from '../../core/flow/lanes.js';
import type { HttpAnswer } from './answer-reader.js';
import type { Connection, Sender } from './connection.js';
import { Connections, type Passenger } from './connections.js';
import { CallError, type CallInFlight, type CompletionRequest } from './provider.js';
import { RequestWriter } from './request-writer.js';

export interface HttpClientOptions {
  readonly baseUrl: URL;
  /** Behind the path of the base URL, with its `/`. */
  readonly path: string;
  /** By their names in lower case; none that says how a message is cut out of a connection. */
  readonly headers: Readonly<Record<string, string>>;
  /** See `RequestWriter`. */
  readonly beginningOf: (request: CompletionRequest) => string;
  readonly endOf: (request: CompletionRequest) => string;
  /** Connections that may be open at once; further calls wait for one. */
  readonly connectionsMax: number;
  /** Bytes of an answer, beyond which it is broken off. */
  readonly answerBytesMax: number;
  readonly clock: Clock;
}

/**
 * Posts JSON to one URL, on connections that are kept alive. One attempt a call, for as long as whoever calls waits for it;
 * redirects are not followed.
 *
 * It speaks HTTP/1.1 itself, on sockets that undici opens: one request in one write, one answer out of what is read, and nothing kept
 * between them but who waits. A call of undici's own dispatcher takes twice the processor time of all that.
 */
export class HttpClient {
  /** As it may be shown: without user, password and query. */
  readonly url: string;
  readonly connections: Connections;
  readonly writer: RequestWriter;

  constructor({ baseUrl, path, headers, beginningOf, endOf, connectionsMax, ...rest }: HttpClientOptions) {
    const target = `${baseUrl.pathname.replace(/\/$/, '')}${path}`;
    this.url = `${baseUrl.origin}${target}`;
    this.connections = new Connections({ ...rest, url: baseUrl, max: connectionsMax });
    this.writer = new RequestWriter(headOf(baseUrl.host, target, headers), beginningOf, endOf);
  }

  /** @param done - is called once, unless the exchange is broken off before. */
  post(request: CompletionRequest, done: (result: HttpAnswer | CallError) => void): CallInFlight {
    return new Exchange(this, request, done);
  }

  /** Ends all connections; calls in flight are broken off. */
  async close(): Promise<void> {
    await this.connections.close();
  }
}

function headOf(host: string, target: string, given: Readonly<Record<string, string>>): string {
  const headers = { host, ...given, 'content-type': 'application/json', accept: 'application/json' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${target} HTTP/1.1\r\n${lines.join('')}`;
}

/** One request and its answer. It has a connection for itself. */
class Exchange implements CallInFlight, Passenger, Sender {
  readonly #http: HttpClient;
  readonly #request: CompletionRequest;
  readonly #done: (result: HttpAnswer | CallError) => void;
  readonly #place: Ticket | undefined;
  #connection: Connection | undefined;
  #isOver = false;

  constructor(http: HttpClient, request: CompletionRequest, done: (result: HttpAnswer | CallError) => void) {
    this.#http = http;
    this.#request = request;
    this.#done = done;
    this.#place = http.connections.take(this);
  }

  board(connection: Connection): void {
    this.#connection = connection;
    connection.send(this.#http.writer.write(this.#request), this);
  }

  refuse(error: Error): void {
    this.#give('ERR_PROVIDER_UNAVAILABLE', `cannot be reached: ${reasonOf(error)}`, false);
  }

  answered(answer: HttpAnswer): void {
    this.#isOver = true;
    if (this.#connection !== undefined) this.#http.connections.giveBack(this.#connection);
    this.#done(answer);
  }

  failed(error: unknown): void {
    if (error instanceof MillraceError && error.code === 'ERR_PROVIDER_ANSWER') this.#give(error.code, error.message);
    else this.#give('ERR_PROVIDER_UNAVAILABLE', `broke the connection: ${reasonOf(error)}`);
  }

  /** A connection with an answer that nobody waits for is of no further use. */
  breakOff(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#connection !== undefined) this.#connection.close();
    else if (this.#place !== undefined) this.#http.connections.leave(this.#place);
  }

  #give(code: CallError['code'], what: string, mayBeCharged = true): void {
    this.#isOver = true;
    this.#done(new CallError(code, `${this.#http.url} ${what}`, { mayBeCharged }));
  }
}

function reasonOf(thrown: unknown): string {
  if (thrown instanceof Error && 'code' in thrown && !(thrown instanceof MillraceError))
    return `${messageOf(thrown)} (${String(thrown.code)})`;
  return messageOf(thrown);
}
