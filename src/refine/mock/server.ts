import type { AddressInfo } from 'node:net';
import { MillraceError, messageOf } from '../../core/errors.js';
import { answerTo, type Answer, type AnswerKind } from './answers.js';
import { CallLog, digestOf } from './call-log.js';
import { Draws, choose, normal, type Draw } from './draws.js';
import { createHttpServer, type HttpAnswer, type HttpReply, type HttpRequest } from './http.js';
import { MockLimits } from './limits.js';
import { resolveMockOptions, type Fault, type MockServerOptions, type ResolvedMockOptions } from './options.js';
import { ANTHROPIC, OPENAI, type MockRequest, type MockUsage, type Protocol } from './protocols.js';

/** A token is taken for so many bytes. */
const TOKEN_BYTES = 4;

/** Unchanging parts that are remembered as cached; the oldest goes first. */
const PREFIXES_MAX = 1000;

const MILLION = 1_000_000;

/** What a mock server has been asked for. */
export interface MockStats {
  /** Requests for a completion, those that were refused among them. */
  readonly calls: number;
  /** How many ended how: `ok` with the kind of answer, a fault, or the reason of a refusal. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly usd: number;
  readonly inFlight: number;
  readonly inFlightMax: number;
}

export interface MockServer {
  /** Base URL, without a path: `http://127.0.0.1:49152`. */
  readonly url: string;
  readonly port: number;
  stats(): MockStats;
  /** Ends the server; open connections are broken off. */
  close(): Promise<void>;
}

/**
 * Starts a server that speaks the protocols of OpenAI's chat completions and of Anthropic's messages, and answers, limits and
 * fails as it is told to. `GET /__mock/stats` tells what it was asked for.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`; `ERR_OPTION_RANGE` for a port that is in use;
 * `ERR_OUTPUT_UNWRITABLE` for a log that cannot be opened.
 */
export async function createMockServer(options: MockServerOptions = {}): Promise<MockServer> {
  const resolved = resolveMockOptions(options);
  const mock = new Mock(resolved);
  const server = createHttpServer((request, reply) => {
    mock.handle(request, reply);
  });
  const sockets = new Set<{ destroy(): unknown }>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      mock.close();
      reject(
        new MillraceError(
          'ERR_OPTION_RANGE',
          `mock.port must be a free one, got ${resolved.port}: ${messageOf(error)}`,
        ),
      );
    });
    server.listen({ port: resolved.port, host: resolved.host, backlog: 4096 }, resolve);
  });
  const { port } = addressOf(server.address());
  const host = resolved.host.includes(':') ? `[${resolved.host}]` : resolved.host;
  return {
    url: `http://${host}:${port}`,
    port,
    stats: () => mock.stats(),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      mock.close();
    },
  };
}

/** A model, its limits and its faults. */
class Mock {
  readonly #options: ResolvedMockOptions;
  readonly #draws: Draws;
  readonly #limits: MockLimits;
  readonly #log: CallLog | undefined;
  readonly #prefixes = new Map<string, number>();
  /** The last one; one string for all requests that have it, whose hash is computed once. */
  #system = '';
  #systemTokens = 0;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #outcomes = new Map<string, number>();
  #calls = 0;
  #inputTokens = 0;
  #cachedInputTokens = 0;
  #outputTokens = 0;
  #usd = 0;
  #inFlight = 0;
  #inFlightMax = 0;

  constructor(options: ResolvedMockOptions) {
    this.#options = options;
    this.#draws = new Draws(options.seed);
    this.#limits = new MockLimits(options, performance.now());
    this.#log = options.log === undefined ? undefined : openLog(options.log);
  }

  handle(request: HttpRequest, reply: HttpReply): void {
    const { method, path } = request;
    const protocol = PROTOCOLS.get(path);
    if (protocol !== undefined && method === 'POST') this.#complete(request, protocol, reply);
    else if (path === '/__mock/stats') reply.send({ status: 200, body: JSON.stringify(this.stats()) });
    else if (path.endsWith('/models') && method === 'GET') reply.send({ status: 200, body: this.#models() });
    else
      reply.send({
        status: 404,
        body: OPENAI.error('invalid_request_error', 'unknown_url', `no ${method} ${path} here`),
      });
  }

  stats(): MockStats {
    return {
      calls: this.#calls,
      outcomes: Object.fromEntries([...this.#outcomes].sort(([a], [b]) => (a < b ? -1 : 1))),
      inputTokens: this.#inputTokens,
      cachedInputTokens: this.#cachedInputTokens,
      outputTokens: this.#outputTokens,
      usd: this.#usd,
      inFlight: this.#inFlight,
      inFlightMax: this.#inFlightMax,
    };
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#log?.close();
  }

  #complete({ headers, body }: HttpRequest, protocol: Protocol, reply: HttpReply): void {
    this.#calls++;
    const asked = parseBody(body, protocol);
    const digest = this.#log === undefined ? '' : digestOf(asked === undefined ? '' : `${asked.system}\0${asked.user}`);
    const call = new Call(digest, this.#draws.for(body), protocol, reply);
    const refusal = this.#refusalOf(asked, protocol, headers);
    if (refusal !== undefined) this.#refuse(call, refusal);
    else if (asked !== undefined) this.#answer(call, asked);
  }

  #answer(call: Call, asked: MockRequest): void {
    const { draw } = call;
    const fault = choose(this.#options.faults, draw());
    const kind = choose(this.#options.answers, draw()) ?? 'improve';
    const delayMs = this.#latencyMs(draw);
    this.#inFlight++;
    this.#inFlightMax = Math.max(this.#inFlightMax, this.#inFlight);
    if (fault !== undefined && fault !== 'slow' && fault !== 'malformed') {
      this.#later(delayMs, () => {
        this.#fail(call, fault);
      });
      return;
    }
    // Made now, so that no prompt is kept while its answer takes its time: a thousand of them are copied about otherwise.
    const answer = cutAt(answerTo(asked.user, kind), asked.maxTokens);
    const heard = this.#hear(asked);
    this.#later(delayMs, () => {
      this.#inFlight--;
      this.#deliver(call, heard, answer, kind, fault);
    });
  }

  /** Sends a completion, whole, slowly, or cut in the middle of its JSON. */
  #deliver(call: Call, heard: Heard, answer: Answer, kind: AnswerKind, fault: 'slow' | 'malformed' | undefined): void {
    const { protocol, reply } = call;
    const usage = this.#usageOf(heard, answer);
    const usd = this.#charge(usage);
    this.#note(call, fault ?? `ok:${kind}`, usage, usd);
    if (!reply.isOpen) return;
    const body = protocol.answer(this.#calls.toString(36), heard.model, answer, usage);
    const whole: HttpAnswer = { status: 200, headers: this.#limits.headers(protocol.name, Date.now()), body };
    if (fault === 'slow') this.#later(this.#options.slowMs, reply.sendBeginning(whole, 1 / 2));
    else reply.send(fault === 'malformed' ? { ...whole, body: body.slice(0, body.length >> 1) } : whole);
  }

  #fail(call: Call, fault: Exclude<Fault, 'slow' | 'malformed'>): void {
    const { protocol, reply } = call;
    this.#note(call, fault, NO_USAGE, 0);
    if (fault === 'hang') return;
    this.#inFlight--;
    if (!reply.isOpen) return;
    if (fault === 'reset') {
      reply.reset();
      return;
    }
    const status = Number.parseInt(fault, 10);
    const headers = fault === '429-retry' ? { 'retry-after': String(this.#options.retryAfterSeconds) } : {};
    const [type, code] = status === 429 ? RATE_LIMITED : SERVER_ERROR;
    reply.send({ status, headers, body: protocol.error(type, code, `a fault of the mock server: ${fault}`) });
  }

  #refuse(call: Call, { status, type, code, message, retryAfterMs }: Refusal): void {
    const { protocol, reply } = call;
    this.#note(call, code, NO_USAGE, 0);
    const retry =
      retryAfterMs === undefined
        ? {}
        : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)), 'retry-after-ms': String(Math.ceil(retryAfterMs)) };
    const headers = { ...this.#limits.headers(protocol.name, Date.now()), ...retry };
    reply.send({ status, headers, body: protocol.error(type, code, message) });
  }

  /** Why a request is refused before it is thought about; otherwise its tokens are taken from the limits. */
  #refusalOf(
    asked: MockRequest | undefined,
    protocol: Protocol,
    headers: ReadonlyMap<string, string>,
  ): Refusal | undefined {
    const { key, model, contextTokens, quotaCalls } = this.#options;
    if (key !== undefined && protocol.keyOf(headers) !== key)
      return { status: 401, type: 'authentication_error', code: 'invalid_api_key', message: 'the key is not valid' };
    if (asked === undefined)
      return { status: 400, type: 'invalid_request_error', code: 'invalid_request', message: 'this is no request' };
    if (model !== undefined && asked.model !== model)
      return {
        status: 404,
        type: 'not_found_error',
        code: 'model_not_found',
        message: `there is no model ${asked.model}`,
      };
    if (quotaCalls !== undefined && this.#calls > quotaCalls) return QUOTA[protocol.name];
    const tokens = tokensOf(asked.system) + tokensOf(asked.user) + asked.maxTokens;
    if (contextTokens !== undefined && tokens > contextTokens)
      return {
        status: 400,
        type: 'invalid_request_error',
        code: 'context_length_exceeded',
        message: 'the prompt is too long',
      };
    const retryAfterMs = this.#limits.take(tokens, performance.now());
    if (retryAfterMs === 0) return undefined;
    const message = 'too many requests or tokens a minute';
    if (retryAfterMs === Infinity)
      return { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded', message };
    return { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded', message, retryAfterMs };
  }

  /** What has to be known of a request until it is answered. */
  #hear({ model, system, user, maxTokens, caches }: MockRequest): Heard {
    if (system !== this.#system) {
      this.#system = system;
      this.#systemTokens = tokensOf(system);
    }
    return {
      model,
      system: this.#system,
      systemTokens: this.#systemTokens,
      userTokens: tokensOf(user),
      maxTokens,
      caches,
    };
  }

  #usageOf({ system, systemTokens, userTokens, maxTokens, caches }: Heard, answer: Answer): MockUsage {
    const isCached = caches && this.#prefixes.has(system);
    if (caches && !isCached) this.#remember(system, systemTokens);
    const outputTokens = tokensOf(answer.text);
    this.#limits.giveBackTokens(Math.max(maxTokens - outputTokens, 0));
    return {
      inputTokens: systemTokens + userTokens,
      cachedInputTokens: isCached ? systemTokens : 0,
      cacheWriteTokens: caches && !isCached ? systemTokens : 0,
      outputTokens,
    };
  }

  #remember(prefix: string, tokens: number): void {
    const [oldest] = this.#prefixes.keys();
    if (this.#prefixes.size >= PREFIXES_MAX && oldest !== undefined) this.#prefixes.delete(oldest);
    this.#prefixes.set(prefix, tokens);
  }

  /** Adds what was used; returns its price in US dollars. */
  #charge({ inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens }: MockUsage): number {
    const { prices } = this.#options;
    const fresh = inputTokens - cachedInputTokens - cacheWriteTokens;
    const read = fresh * prices.input + cachedInputTokens * prices.cachedInput + cacheWriteTokens * prices.cacheWrite;
    const usd = (read + outputTokens * prices.output) / MILLION;
    this.#inputTokens += inputTokens;
    this.#cachedInputTokens += cachedInputTokens;
    this.#outputTokens += outputTokens;
    this.#usd += usd;
    return usd;
  }

  #note(call: Call, outcome: string, usage: MockUsage, usd: number): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    if (this.#log === undefined) return;
    const { inputTokens, outputTokens } = usage;
    this.#log.write({ atMs: call.atMs, digest: call.digest, outcome, inputTokens, outputTokens, usd });
  }

  #latencyMs(draw: Draw): number {
    const { latencyMs, latencySigma } = this.#options;
    return latencySigma === 0 ? latencyMs : Math.round(latencyMs * Math.exp(latencySigma * normal(draw)));
  }

  #later(delayMs: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, delayMs);
    this.#timers.add(timer);
  }

  #models(): string {
    return JSON.stringify({ object: 'list', data: [{ id: this.#options.model ?? 'mock', object: 'model' }] });
  }
}

/** A request without its user's text. */
interface Heard extends Omit<MockRequest, 'user'> {
  readonly systemTokens: number;
  readonly userTokens: number;
}

/** One call from its request to its answer. */
class Call {
  readonly atMs = Date.now();
  /** Of its prompt, for the log. */
  readonly digest: string;
  readonly draw: Draw;
  readonly protocol: Protocol;
  readonly reply: HttpReply;

  constructor(digest: string, draw: Draw, protocol: Protocol, reply: HttpReply) {
    this.digest = digest;
    this.draw = draw;
    this.protocol = protocol;
    this.reply = reply;
  }
}

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

const QUOTA: Readonly<Record<Protocol['name'], Refusal>> = {
  openai: { status: 429, type: 'insufficient_quota', code: 'insufficient_quota', message: 'you exceeded your quota' },
  anthropic: { status: 402, type: 'billing_error', code: 'insufficient_quota', message: 'your credit is too low' },
};

const RATE_LIMITED = ['rate_limit_error', 'rate_limit_exceeded'] as const;
const SERVER_ERROR = ['server_error', 'server_error'] as const;
const NO_USAGE: MockUsage = { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0 };

const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map([
  ['/v1/chat/completions', OPENAI],
  ['/chat/completions', OPENAI],
  ['/v1/messages', ANTHROPIC],
  ['/messages', ANTHROPIC],
]);

function parseBody(body: Buffer, protocol: Protocol): MockRequest | undefined {
  try {
    return protocol.parse(JSON.parse(body.toString()));
  } catch {
    return undefined;
  }
}

/** No text has more tokens than bytes, and few have fewer than a quarter of them. */
function tokensOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / TOKEN_BYTES);
}

/** The answer as far as it may go. */
function cutAt(answer: Answer, maxTokens: number): Answer {
  if (tokensOf(answer.text) <= maxTokens) return answer;
  const cut = Buffer.from(answer.text)
    .subarray(0, maxTokens * TOKEN_BYTES)
    .toString();
  return { text: cut.replace(/\uFFFD$/, ''), finish: 'length' };
}

function openLog(path: string): CallLog {
  try {
    return new CallLog(path);
  } catch (thrown) {
    throw new MillraceError('ERR_OUTPUT_UNWRITABLE', `${path} cannot be written: ${messageOf(thrown)}`);
  }
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (typeof address === 'object' && address !== null) return address;
  throw new MillraceError('ERR_INTERNAL', 'a server that listens has no port');
}
