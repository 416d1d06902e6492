import { MillraceError } from '../../core/errors.js';

/** Headers of an answer, by their names in lower case. What is told several times is joined by commas. */
export type AnswerHeaders = ReadonlyMap<string, string>;

export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: string;
}

/** A head, or what stands before or behind a chunk, is no longer than this. */
const HEAD_BYTES_MAX = 16 * 1024;

const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const VERSION = 'HTTP/1.';
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
/** Some take half a line end for a whole one, and what follows for a header. */
const STRAY = /\0|\r(?!\n)|(?<!\r)\n/;
const LENGTH = /^\d{1,15}$/;
const CHUNK = /^([\da-f]{1,12})[\t ]*(?:;.*)?$/i;

/** What comes next on a connection. */
type Part = 'head' | 'body' | 'body to the end' | 'chunk size' | 'chunk' | 'chunk end' | 'trailer';

const NOTHING = Buffer.alloc(0);
const NO_HEADERS: AnswerHeaders = new Map();

/**
 * Reads the answers of HTTP/1.1 (RFC 9112) that come in on one connection, one for each request, however they are cut.
 *
 * It is strict where framing is concerned: an answer whose end could be seen in two ways is refused, since what follows would be
 * taken for the answer to another request. Common answers, with a length and in one piece, are taken out of the bytes as they came.
 */
export class AnswerReader {
  readonly #bodyBytesMax: number;
  #part: Part = 'head';
  /** The beginning of a head or of a line, whose end has not come yet. */
  #begun: Buffer = NOTHING;
  #status = 0;
  #headers = NO_HEADERS;
  #keepsAlive = false;
  /** Its first `#bodyBytes` have come. */
  #body: Buffer = NOTHING;
  #bodyBytes = 0;
  /** Of the body, or of one chunk, bytes that are still to come. */
  #missingBytes = 0;
  #trailerBytes = 0;
  #isReusable = true;

  /** @param bodyBytesMax - of an answer. */
  constructor(bodyBytesMax: number) {
    this.#bodyBytesMax = bodyBytesMax;
  }

  /** Whether another request may follow the answer that was read. */
  get isReusable(): boolean {
    return this.#isReusable;
  }

  /**
   * @returns the answer, if this was its end.
   * @throws MillraceError `ERR_PROVIDER_UNAVAILABLE` for what is no answer, `ERR_PROVIDER_ANSWER` for one that is too long. Nothing can be
   * read after that.
   */
  read(chunk: Buffer): HttpAnswer | undefined {
    const bytes = this.#begun.length === 0 ? chunk : Buffer.concat([this.#begun, chunk]);
    this.#begun = NOTHING;
    for (let at = 0; at < bytes.length;) {
      const next = this.#readPart(bytes, at);
      if (next < 0) return undefined;
      at = next;
      if (this.#isWhole()) return this.#take(at < bytes.length);
    }
    return undefined;
  }

  /**
   * The other side has closed the connection.
   *
   * @returns the answer, if that was its end.
   * @throws MillraceError `ERR_PROVIDER_UNAVAILABLE`.
   */
  end(): HttpAnswer {
    if (this.#part !== 'body to the end') throw broken('the server closed it');
    return this.#take(false);
  }

  /** @returns where the next part begins; below 0 when more bytes are needed. */
  #readPart(bytes: Buffer, at: number): number {
    switch (this.#part) {
      case 'head':
        return this.#readHead(bytes, at);
      case 'body':
      case 'body to the end':
      case 'chunk':
        return this.#readBody(bytes, at);
      default:
        return this.#readLine(bytes, at);
    }
  }

  #readHead(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(HEAD_END, at);
    if (end < 0) return this.#wait(bytes, at);
    if (end - at > HEAD_BYTES_MAX) throw tooLongHead();
    this.#parseHead(bytes.toString('latin1', at, end));
    return end + HEAD_END.length;
  }

  #parseHead(head: string): void {
    const lines = head.split('\r\n');
    const [, minor, status] = STATUS_LINE.exec(lines[0] ?? '') ?? [];
    if (status === undefined || STRAY.test(head)) throw noAnswer();
    this.#status = Number(status);
    if (this.#status === 101) throw broken('it changes to a protocol that was not asked for');
    if (this.#status < 200) return; // Tells that the answer will come; the next head may be its.
    const headers = headersOf(lines);
    const connection = headers.get('connection')?.toLowerCase() ?? '';
    this.#keepsAlive = minor === '1' ? !/\bclose\b/.test(connection) : /\bkeep-alive\b/.test(connection);
    this.#headers = headers;
    this.#beginBody(headers);
  }

  #beginBody(headers: AnswerHeaders): void {
    const length = headers.get('content-length');
    const coding = headers.get('transfer-encoding');
    if (this.#status === 204 || this.#status === 304) this.#expect('body', 0);
    else if (coding !== undefined) {
      if (coding.toLowerCase() !== 'chunked' || length !== undefined) throw noAnswer();
      this.#part = 'chunk size';
    } else if (length !== undefined) {
      if (!LENGTH.test(length)) throw noAnswer();
      this.#expect('body', Number(length));
    } else {
      this.#expect('body to the end', Infinity);
      this.#keepsAlive = false;
    }
  }

  #expect(part: 'body' | 'body to the end' | 'chunk', bytes: number): void {
    this.#part = part;
    this.#missingBytes = bytes;
    if (bytes < Infinity) this.#checkBody(this.#bodyBytes + bytes);
  }

  #readBody(bytes: Buffer, at: number): number {
    const end = Math.min(at + this.#missingBytes, bytes.length);
    this.#missingBytes -= end - at;
    this.#checkBody(this.#bodyBytes + end - at);
    this.#append(bytes.subarray(at, end));
    if (this.#missingBytes > 0) return -1;
    if (this.#part === 'chunk') this.#part = 'chunk end';
    return end;
  }

  /** A body in one piece is not copied; of others the room is doubled, so that many small pieces cost no more than few. */
  #append(piece: Buffer): void {
    const bytes = this.#bodyBytes + piece.length;
    if (this.#bodyBytes === 0) this.#body = piece;
    else {
      if (bytes > this.#body.length) this.#body = Buffer.concat([this.#body], Math.max(bytes, 2 * this.#body.length));
      piece.copy(this.#body, this.#bodyBytes);
    }
    this.#bodyBytes = bytes;
  }

  #checkBody(bytes: number): void {
    if (bytes <= this.#bodyBytesMax) return;
    throw new MillraceError('ERR_PROVIDER_ANSWER', `sent more than ${this.#bodyBytesMax} bytes`);
  }

  #readLine(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(LINE_END, at);
    if (end < 0) return this.#wait(bytes, at);
    const line = bytes.toString('latin1', at, end);
    if (line.length > HEAD_BYTES_MAX) throw tooLongHead();
    if (this.#part === 'chunk size') this.#readChunkSize(line);
    else if (this.#part === 'trailer') this.#readTrailer(line);
    else if (line === '') this.#part = 'chunk size';
    else throw noAnswer();
    return end + LINE_END.length;
  }

  #readChunkSize(line: string): void {
    const [, size] = CHUNK.exec(line) ?? [];
    if (size === undefined) throw noAnswer();
    const length = Number.parseInt(size, 16);
    if (length > 0) this.#expect('chunk', length);
    else this.#part = 'trailer';
  }

  /** What stands there is not needed; an empty line is its end. */
  #readTrailer(line: string): void {
    this.#trailerBytes += line.length;
    if (this.#trailerBytes > HEAD_BYTES_MAX) throw tooLongHead();
    if (line === '') this.#expect('body', 0);
  }

  #wait(bytes: Buffer, at: number): number {
    if (bytes.length - at > HEAD_BYTES_MAX) throw tooLongHead();
    if (this.#part === 'head') {
      const begun = bytes.toString('latin1', at, at + VERSION.length);
      if (!VERSION.startsWith(begun)) throw noAnswer(); // Another protocol might never send what is waited for.
    }
    this.#begun = bytes.subarray(at);
    return -1;
  }

  #isWhole(): boolean {
    return this.#part === 'body' && this.#missingBytes === 0;
  }

  /** @param hasMore - bytes have come that nobody has asked for. */
  #take(hasMore: boolean): HttpAnswer {
    const body = this.#body.toString('utf8', 0, this.#bodyBytes);
    const answer = { status: this.#status, headers: this.#headers, body };
    this.#isReusable = this.#keepsAlive && !hasMore;
    this.#part = 'head';
    this.#headers = NO_HEADERS;
    this.#body = NOTHING;
    this.#bodyBytes = this.#trailerBytes = 0;
    return answer;
  }
}

/** @param lines - of a head; the first is no header. */
function headersOf(lines: readonly string[]): AnswerHeaders {
  const headers = new Map<string, string>();
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index]!;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0));
    if (!NAME.test(name)) throw noAnswer();
    const key = name.toLowerCase();
    const value = line.slice(colon + 1).trim();
    const known = headers.get(key);
    headers.set(key, known === undefined ? value : `${known}, ${value}`);
  }
  return headers;
}

function noAnswer(): MillraceError {
  return broken('what it sent is no answer of HTTP/1.1');
}

function tooLongHead(): MillraceError {
  return broken(`the head of its answer is longer than ${HEAD_BYTES_MAX} bytes`);
}

function broken(message: string): MillraceError {
  return new MillraceError('ERR_PROVIDER_UNAVAILABLE', message);
}
