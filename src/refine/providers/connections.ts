import { buildConnector } from 'undici';
import { MillraceError } from '../../core/errors.js';
import type { Clock } from '../../core/clock.js';
import { LANE_ITEMS_LIMIT, Lanes, type Ticket } from '../../core/flow/lanes.js';
import { Connection } from './connection.js';

const CONNECT_MS_MAX = 10_000;

/** Somebody who waits for a connection. */
export interface Passenger {
  /** Has the connection for itself, until it is given back or closed. */
  board(connection: Connection): void;
  /** There will be none. */
  refuse(error: Error): void;
}

export interface ConnectionsOptions {
  /** Of which only the place counts. */
  readonly url: URL;
  /** Connections that may be open at once. */
  readonly max: number;
  /** Bytes of the body of an answer. */
  readonly answerBytesMax: number;
  readonly clock: Clock;
}

/**
 * Connections to one server, kept alive between requests. They are opened as they are needed, and the one that rested last is
 * used first.
 *
 * A connection is not used again before the event loop has looked at it once more: there are servers that close it behind an answer
 * without having said so, and what is sent to them then may be charged and has no answer.
 */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #connect = buildConnector({ timeout: CONNECT_MS_MAX }); // One, so that TLS sessions are shared.
  readonly #open = new Set<Connection>();
  /** Some may have been closed meanwhile. A connection is opened only when all of them are gone, so they are `max` at most. */
  readonly #resting: Connection[] = [];
  /** Given back in this turn of the event loop, and in the one before. */
  #landed: Connection[] = [];
  #settled: Connection[] = [];
  #isSettling = false;
  readonly #line = new Lanes<Passenger>(1, LANE_ITEMS_LIMIT, 'calls that wait for a connection');
  #opening = 0;
  #isClosed = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** Lets a passenger board, at once or when it is its turn. @returns its place in the line, if it has to wait. */
  take(passenger: Passenger): Ticket | undefined {
    const connection = this.#wake();
    if (this.#isClosed) passenger.refuse(closedError());
    else if (connection !== undefined) passenger.board(connection);
    else {
      const ticket = this.#line.push(0, passenger);
      this.#openForLine();
      return ticket;
    }
    return undefined;
  }

  leave(ticket: Ticket): void {
    this.#line.remove(ticket);
  }

  /** For a connection whose request was answered. */
  giveBack(connection: Connection): void {
    this.#landed.push(connection);
    if (!this.#isSettling) setImmediate(this.#settle);
    this.#isSettling = true;
  }

  /** Ends all connections, with what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (let next = this.#line.shift(0); next !== undefined; next = this.#line.shift(0)) next.refuse(closedError());
    await Promise.all([...this.#open].map((connection) => connection.end(closedError())));
  }

  readonly #settle = (): void => {
    const usable = this.#settled;
    this.#settled = this.#landed;
    this.#landed = [];
    this.#isSettling = this.#settled.length > 0;
    if (this.#isSettling) setImmediate(this.#settle);
    for (const connection of usable) if (connection.isOpen) this.#use(connection);
    this.#openForLine();
  };

  #use(connection: Connection): void {
    const next = this.#line.shift(0);
    if (next !== undefined) {
      next.board(connection);
      return;
    }
    connection.rest(this.#options.clock.monotonicMs());
    this.#resting.push(connection);
  }

  #wake(): Connection | undefined {
    const nowMs = this.#options.clock.monotonicMs();
    let connection = this.#resting.pop();
    while (connection !== undefined && !connection.wake(nowMs)) connection = this.#resting.pop();
    return connection;
  }

  /** One for each passenger who waits for none of those that were given back, as far as there may be so many. */
  #openForLine(): void {
    const { url, max } = this.#options;
    const coming = this.#landed.length + this.#settled.length;
    while (coming + this.#opening < this.#line.length && this.#open.size + this.#opening < max) {
      this.#opening++;
      const { hostname, host, protocol, port } = url;
      const place = { hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port };
      this.#connect(place, (...[error, socket]) => {
        this.#opening--;
        if (error !== null) this.#refuseFirst(error);
        else if (this.#isClosed) socket.destroy();
        else this.#add(new Connection(socket, this.#options.answerBytesMax, this.#onClosed));
      });
    }
  }

  #add(connection: Connection): void {
    this.#open.add(connection);
    this.#use(connection);
  }

  #refuseFirst(error: Error): void {
    this.#line.shift(0)?.refuse(error);
    this.#openForLine();
  }

  readonly #onClosed = (connection: Connection): void => {
    this.#open.delete(connection);
    this.#openForLine();
  };
}

function closedError(): MillraceError {
  return new MillraceError('ERR_PROVIDER_UNAVAILABLE', 'the provider is closed');
}
