import { once } from 'node:events';
import type { Socket } from 'node:net';
import { MillraceError } from '../../core/errors.js';
import { AnswerReader, type HttpAnswer } from './answer-reader.js';

/** How long a connection may rest where the server does not say: most servers close it after 5 s or more. */
const REST_MS = 4000;

/** A connection is not used any more so long before the server closes it by its own word. */
const REST_MARGIN_MS = 2000;

const REST_SECONDS = /\btimeout=(\d{1,6})\b/;

/** Whoever has sent a request on a connection; told once. */
export interface Sender {
  answered(answer: HttpAnswer): void;
  /** There will be no answer, and the connection is closed. */
  failed(error: unknown): void;
}

/** An open connection to a server, for one request at a time. */
export class Connection {
  readonly #socket: Socket;
  readonly #reader: AnswerReader;
  readonly #onClosed: (connection: Connection) => void;
  #sender: Sender | undefined;
  #restMs = REST_MS;
  #restsUntilMs = 0;

  /**
   * @param answerBytesMax - of the body of an answer.
   * @param onClosed - is called once, when the connection is closed from whichever side.
   */
  constructor(socket: Socket, answerBytesMax: number, onClosed: (connection: Connection) => void) {
    this.#socket = socket;
    this.#reader = new AnswerReader(answerBytesMax);
    this.#onClosed = onClosed;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('error', this.#fail);
    socket.on('close', this.#onClose);
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Sends a whole request; the answer to the one before has been read. */
  send(request: Buffer, sender: Sender): void {
    this.#sender = sender;
    this.#socket.write(request);
  }

  /** Nobody needs it now, so it does not keep the process alive. */
  rest(nowMs: number): void {
    this.#restsUntilMs = nowMs + this.#restMs;
    this.#socket.unref();
  }

  /** @returns whether a request may be sent after the rest; otherwise it is closed, since the server may be about to close it. */
  wake(nowMs: number): boolean {
    if (nowMs > this.#restsUntilMs) this.close();
    else this.#socket.ref();
    return this.isOpen;
  }

  /** Closes it; whoever has sent a request is not told any more. */
  close(): void {
    this.#sender = undefined;
    this.#socket.destroy();
  }

  /** Closes it, which ends its request; resolves when it is closed. */
  async end(error: Error): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#fail(error);
    await closed;
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#sender === undefined)
      this.close(); // What was not asked for is no answer to the request that comes next.
    else this.#read(() => this.#reader.read(chunk));
  };

  readonly #onEnd = (): void => {
    if (this.#sender === undefined) this.close();
    else this.#read(() => this.#reader.end());
  };

  readonly #onClose = (): void => {
    this.#fail(new MillraceError('ERR_PROVIDER_UNAVAILABLE', 'it was closed'));
    this.#onClosed(this);
  };

  #read(read: () => HttpAnswer | undefined): void {
    let answer: HttpAnswer | undefined;
    try {
      answer = read();
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    if (answer !== undefined) this.#answered(answer);
  }

  #answered(answer: HttpAnswer): void {
    const sender = this.#sender;
    this.#sender = undefined;
    if (!this.#reader.isReusable) this.#socket.destroy();
    this.#restMs = restMsOf(answer);
    sender?.answered(answer);
  }

  readonly #fail = (error: unknown): void => {
    const sender = this.#sender;
    this.close();
    sender?.failed(error);
  };
}

function restMsOf({ headers }: HttpAnswer): number {
  const hint = headers.get('keep-alive');
  const seconds = hint === undefined ? undefined : REST_SECONDS.exec(hint)?.[1];
  return seconds === undefined ? REST_MS : Number(seconds) * 1000 - REST_MARGIN_MS;
}
