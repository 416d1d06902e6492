/**
 * Just enough of HTTP/1.1 for a mock server: requests with a body of known length or in chunks, keep-alive, answers in the order
 * of the requests. `node:http` takes three times as long for each, which the client on the same machine would lack.
 */
import { createServer, type Server, type Socket } from 'node:net';

const HEAD_BYTES_MAX = 16 * 1024;
const BODY_BYTES_MAX = 128 * 1024 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');

export interface HttpRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** By their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Where the answer to one request goes; exactly one of these is called, once. */
export interface HttpReply {
  send(answer: HttpAnswer): void;
  /** Sends the beginning of the answer; the returned function sends the rest. */
  sendBeginning(answer: HttpAnswer, share: number): () => void;
  /** Breaks the connection off with a reset. */
  reset(): void;
  /** Whether the client is still there. */
  readonly isOpen: boolean;
}

export type HttpHandler = (request: HttpRequest, reply: HttpReply) => void;

/** Makes a server that is not yet listening. */
export function createHttpServer(handle: HttpHandler): Server {
  return createServer({ noDelay: true, keepAlive: true }, (socket) => new Connection(socket, handle));
}

/** One client: one request at a time; what comes in meanwhile waits, at most a head and a body of it. */
class Connection implements HttpReply {
  readonly #socket: Socket;
  readonly #handle: HttpHandler;
  #received: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  #isAnswering = false;
  #closesAfter = false;

  constructor(socket: Socket, handle: HttpHandler) {
    this.#socket = socket;
    this.#handle = handle;
    socket.on('data', (bytes) => {
      this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
      if (this.#isAnswering && this.#received.length > HEAD_BYTES_MAX) socket.pause();
      else this.#readNext();
    });
    socket.on('error', () => socket.destroy());
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  send(answer: HttpAnswer): void {
    this.#socket.write(serialise(answer));
    this.#answered();
  }

  sendBeginning(answer: HttpAnswer, share: number): () => void {
    const whole = Buffer.from(serialise(answer));
    const cut = Math.floor(whole.length * share);
    this.#socket.write(whole.subarray(0, cut));
    return () => {
      if (!this.isOpen) return;
      this.#socket.write(whole.subarray(cut));
      this.#answered();
    };
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #answered(): void {
    this.#isAnswering = false;
    if (this.#closesAfter) {
      this.#socket.end();
      return;
    }
    if (this.#socket.isPaused()) this.#socket.resume();
    if (this.#received.length > 0) this.#readNext();
  }

  #readNext(): void {
    if (this.#isAnswering) return;
    try {
      this.#head ??= this.#takeHead();
      if (this.#head === undefined) return;
      const body = this.#head.isChunked ? this.#takeChunks() : this.#take(this.#head.bodyBytes);
      if (body === undefined) return;
      const { method, path, headers } = this.#head;
      this.#closesAfter = headers.get('connection')?.toLowerCase() === 'close';
      this.#head = undefined;
      this.#isAnswering = true;
      this.#handle({ method, path, headers, body }, this);
    } catch (thrown) {
      if (!(thrown instanceof BadRequest)) throw thrown;
      this.#closesAfter = true;
      this.send({ status: thrown.status, body: JSON.stringify({ error: { message: thrown.message } }) });
    }
  }

  #takeHead(): Head | undefined {
    const end = this.#received.indexOf(HEAD_END);
    if (end > HEAD_BYTES_MAX || (end < 0 && this.#received.length > HEAD_BYTES_MAX))
      throw new BadRequest(431, 'the head is too long');
    if (end < 0) return undefined;
    const head = parseHead(this.#received.toString('latin1', 0, end));
    this.#received = this.#received.subarray(end + HEAD_END.length);
    if (head.headers.get('expect')?.toLowerCase() === '100-continue')
      this.#socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    return head;
  }

  #take(bytes: number): Buffer | undefined {
    if (this.#received.length < bytes) return undefined;
    const taken = this.#received.subarray(0, bytes);
    this.#received = this.#received.subarray(bytes);
    return taken;
  }

  /** The whole of a chunked body, once all of it is there. */
  #takeChunks(): Buffer | undefined {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for (let at = 0; ;) {
      const lineEnd = this.#received.indexOf('\r\n', at);
      if (lineEnd < 0) return this.#needsMore();
      const size = this.#received.toString('latin1', at, lineEnd).replace(/;.*$/, '').trim();
      if (!/^[0-9a-f]{1,8}$/i.test(size)) throw new BadRequest(400, 'a chunk has no length');
      const length = Number.parseInt(size, 16);
      const start = lineEnd + 2;
      bytes += length;
      if (bytes > BODY_BYTES_MAX) throw new BadRequest(413, 'the body is too long');
      if (this.#received.length < start + length + 2) return this.#needsMore();
      chunks.push(this.#received.subarray(start, start + length));
      at = start + length + 2;
      if (length > 0) continue;
      this.#received = this.#received.subarray(at);
      return Buffer.concat(chunks);
    }
  }

  /** A body that is not complete is waited for, unless it is too long already. */
  #needsMore(): Buffer | undefined {
    if (this.#received.length > BODY_BYTES_MAX) throw new BadRequest(413, 'the body is too long');
    return undefined;
  }
}

interface Head {
  readonly method: string;
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly isChunked: boolean;
  readonly bodyBytes: number;
}

class BadRequest extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function parseHead(text: string): Head {
  const [requestLine = '', ...lines] = text.split('\r\n');
  const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(requestLine) ?? [];
  if (method === undefined || target === undefined) throw new BadRequest(400, 'this is no request of HTTP/1.1');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new BadRequest(400, 'a header has no name');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const coding = headers.get('transfer-encoding');
  const length = headers.get('content-length');
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || length !== undefined))
    throw new BadRequest(400, 'the length of the body is not clear');
  if (length !== undefined && !/^\d{1,10}$/.test(length))
    throw new BadRequest(400, 'the length of the body is no number');
  const bodyBytes = Number(length ?? 0);
  if (bodyBytes > BODY_BYTES_MAX) throw new BadRequest(413, 'the body is too long');
  return { method, path: target.replace(/\?.*$/, ''), headers, isChunked: coding !== undefined, bodyBytes };
}

function serialise({ status, headers = {}, body }: HttpAnswer): string {
  let head = `HTTP/1.1 ${status} ${REASONS.get(status) ?? 'Unknown'}\r\ncontent-type: application/json\r\n`;
  for (const name in headers) head += `${name}: ${headers[name] ?? ''}\r\n`;
  return `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

const REASONS: ReadonlyMap<number, string> = new Map([
  [200, 'OK'],
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [402, 'Payment Required'],
  [404, 'Not Found'],
  [413, 'Content Too Large'],
  [429, 'Too Many Requests'],
  [431, 'Request Header Fields Too Large'],
  [500, 'Internal Server Error'],
  [503, 'Service Unavailable'],
]);
