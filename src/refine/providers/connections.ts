import { buildConnector, Client } from 'undici';
import { LANE_ITEMS_LIMIT, Lanes, type Ticket } from '../../core/flow/lanes.js';

const CONNECT_MS_MAX = 10_000;

/** Somebody who waits for a connection. */
export interface Passenger {
  /** Has the connection for itself, until it is given back or dropped. */
  board(client: Client): void;
  /** There will be none. */
  refuse(error: Error): void;
}

/**
 * Connections to one server, each for one request at a time, kept alive between them. They are opened as they are needed.
 *
 * In place of undici's `Pool`, which looks along all its connections for a free one at every call: 5 µs with a thousand of them.
 */
export class Connections {
  readonly #origin: string;
  readonly #max: number;
  readonly #connect = buildConnector({ timeout: CONNECT_MS_MAX }); // One, so that TLS sessions are shared.
  readonly #all = new Set<Client>();
  readonly #free: Client[] = [];
  readonly #line = new Lanes<Passenger>(1, LANE_ITEMS_LIMIT, 'calls that wait for a connection');
  #isClosed = false;

  /** @param max - that may be open at once. */
  constructor(origin: string, max: number) {
    this.#origin = origin;
    this.#max = max;
  }

  /** Lets a passenger board, at once or when it is its turn. @returns its place in the line, if it has to wait. */
  take(passenger: Passenger): Ticket | undefined {
    if (this.#isClosed) passenger.refuse(closedError());
    else if (this.#free.length > 0) passenger.board(this.#free.pop()!);
    else if (this.#all.size < this.#max) passenger.board(this.#open());
    else return this.#line.push(0, passenger);
    return undefined;
  }

  leave(ticket: Ticket): void {
    this.#line.remove(ticket);
  }

  /** For a connection whose request was answered to its end. */
  giveBack(client: Client): void {
    if (this.#isClosed) return;
    const next = this.#line.shift(0);
    if (next === undefined) this.#free.push(client);
    else next.board(client);
  }

  /** For any other: it is closed, and with it ends its request. */
  drop(client: Client): void {
    if (!this.#all.delete(client)) return;
    void client.destroy();
    if (!this.#isClosed) this.#line.shift(0)?.board(this.#open());
  }

  /** Ends all connections, with what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (let next = this.#line.shift(0); next !== undefined; next = this.#line.shift(0)) next.refuse(closedError());
    await Promise.all([...this.#all].map((client) => client.destroy()));
  }

  #open(): Client {
    const client = new Client(this.#origin, {
      pipelining: 1,
      headersTimeout: 0, // One limit for the whole call instead: a body of one byte a minute keeps no such promise.
      bodyTimeout: 0,
      connect: this.#connect,
    });
    this.#all.add(client);
    return client;
  }
}

function closedError(): Error {
  return new Error('the connections are closed');
}
