import { Worker } from 'node:worker_threads';
import { MillraceError, fromWireError, messageOf } from '../core/errors.js';
import {
  TICKET_MAX,
  takeBack,
  type FromTaskWorker,
  type TaskRequest,
  type TaskWorkerData,
  type ToTaskWorker,
} from '../workers/task-protocol.js';

/** Tasks that may be handed to one thread, the one that it runs among them. */
export const PLACES_PER_THREAD = 16;

/** Threads of one slot that end in a row without having begun a task; then it is taken to be impossible to start one. */
const LOST_IN_A_ROW_MAX = 3;

const WORKER_FILE = new URL('../workers/task-worker.js', import.meta.url);

/** Threads that run tasks, addressed by slot, 0 to `slots - 1`. A simulation of them is enough for a scheduler. */
export interface TaskThreads {
  readonly slots: number;
  /** Hands a task over, behind those that the slot has; returns its ticket. Throws when the request cannot be copied. */
  offer(slot: number, request: TaskRequest): number;
  /** Takes a task back; false when it has begun. */
  takeBack(slot: number, ticket: number): boolean;
  /** Gives a running task its signal. */
  abort(slot: number, ticket: number): void;
  /** Ends the slot's thread, as a crash would. */
  kill(slot: number): void;
  /** Ends all threads; nothing may be running. */
  close(): Promise<void>;
}

export interface TaskThreadsListener {
  completed(slot: number, ticket: number, value: unknown, ms: number): void;
  failed(slot: number, ticket: number, error: MillraceError, ms: number): void;
  /**
   * The slot's thread has ended and with it all that it was handed; the next `offer` starts another one.
   *
   * @param begun - ticket of the task that it was at.
   */
  lost(slot: number, begun: number | undefined, reason: MillraceError): void;
  /** No thread can be started; comes in place of `lost`. */
  broken(reason: MillraceError): void;
}

interface Slot {
  worker: Worker | undefined;
  /** The ticket at each place, 0 where it is free. */
  readonly tickets: Int32Array;
  lostInARow: number;
  error: unknown;
}

/**
 * Threads for modules of users.
 *
 * Piscina, which owns the threads that score, takes 40 µs of the main thread for each task and cannot give one back; a port and a
 * word of shared memory take about a quarter of that, and waiting tasks can be stolen. A thread starts with the first task for it
 * and keeps the process alive only while it has tasks.
 */
export class ModulePool implements TaskThreads {
  readonly slots: number;
  readonly #heapMb: number;
  readonly #listener: TaskThreadsListener;
  readonly #places: Int32Array;
  readonly #slots: readonly Slot[];
  #ticket = 0;
  #isClosing = false;

  constructor(options: { readonly workers: number; readonly workerHeapMb: number }, listener: TaskThreadsListener) {
    this.slots = options.workers;
    this.#heapMb = options.workerHeapMb;
    this.#listener = listener;
    this.#places = new Int32Array(new SharedArrayBuffer(4 * PLACES_PER_THREAD * options.workers));
    this.#slots = Array.from({ length: options.workers }, () => ({
      worker: undefined,
      tickets: new Int32Array(PLACES_PER_THREAD),
      lostInARow: 0,
      error: undefined,
    }));
  }

  offer(slot: number, request: TaskRequest): number {
    const { tickets } = this.#slot(slot);
    const at = tickets.indexOf(0);
    if (at === -1) throw new MillraceError('ERR_INTERNAL', `slot ${slot} has no place for another task`);
    const ticket = this.#ticket === TICKET_MAX ? 1 : this.#ticket + 1;
    const place = slot * PLACES_PER_THREAD + at;
    const worker = this.#worker(slot);
    Atomics.store(this.#places, place, ticket); // first, or the thread finds nothing to claim
    try {
      worker.postMessage({ kind: 'run', ticket, place, request } satisfies ToTaskWorker);
    } catch (thrown) {
      Atomics.store(this.#places, place, 0);
      throw thrown;
    }
    this.#ticket = ticket;
    tickets[at] = ticket;
    worker.ref();
    return ticket;
  }

  takeBack(slot: number, ticket: number): boolean {
    const place = this.#placeOf(slot, ticket);
    if (place === -1 || !takeBack(this.#places, place, ticket)) return false;
    this.#free(slot, ticket);
    return true;
  }

  abort(slot: number, ticket: number): void {
    this.#slot(slot).worker?.postMessage({ kind: 'abort', ticket } satisfies ToTaskWorker);
  }

  kill(slot: number): void {
    void this.#slot(slot).worker?.terminate();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(this.#slots.map(async ({ worker }) => worker?.terminate()));
  }

  #worker(index: number): Worker {
    const slot = this.#slot(index);
    if (slot.worker !== undefined) return slot.worker;
    const worker = new Worker(WORKER_FILE, {
      execArgv: [], // those of the process may be an --eval, which a file cannot be run with
      resourceLimits: { maxOldGenerationSizeMb: this.#heapMb },
      workerData: { places: this.#places } satisfies TaskWorkerData,
    });
    worker.on('message', (message: FromTaskWorker) => {
      if (slot.worker === worker) this.#answered(index, message);
    });
    worker.on('error', (error: unknown) => {
      slot.error = error;
    });
    worker.once('exit', (code) => {
      this.#ended(index, code);
    });
    slot.worker = worker;
    return worker;
  }

  #answered(slot: number, message: FromTaskWorker): void {
    const { ticket, ms } = message;
    this.#free(slot, ticket);
    if (message.kind === 'completed') this.#listener.completed(slot, ticket, message.value, ms);
    else this.#listener.failed(slot, ticket, errorOf(message.error, message.cause), ms);
  }

  #ended(index: number, code: number): void {
    const slot = this.#slot(index);
    slot.worker = undefined;
    if (this.#isClosing) return;
    const cause = slot.error;
    slot.error = undefined;
    const what = cause === undefined ? `it ended with exit code ${code}` : messageOf(cause);
    const begun = this.#dropAll(index);
    slot.lostInARow = begun === undefined ? slot.lostInARow + 1 : 0;
    if (slot.lostInARow < LOST_IN_A_ROW_MAX) {
      const reason = new MillraceError('ERR_WORKER_CRASHED', `the task ended its worker: ${what}`, { cause });
      this.#listener.lost(index, begun, reason);
    } else {
      this.#listener.broken(new MillraceError('ERR_INTERNAL', `no task worker can be started: ${what}`, { cause }));
    }
  }

  /** Frees all places of a slot whose thread has ended; returns the ticket of the task that it was at. */
  #dropAll(slot: number): number | undefined {
    const { tickets } = this.#slot(slot);
    let begun: number | undefined;
    for (const [at, ticket] of tickets.entries()) {
      const held = Atomics.exchange(this.#places, slot * PLACES_PER_THREAD + at, 0);
      if (held < 0) begun = ticket;
    }
    tickets.fill(0);
    return begun;
  }

  /** The place of a task that is handed over, or -1. */
  #placeOf(slot: number, ticket: number): number {
    const at = this.#slot(slot).tickets.indexOf(ticket);
    return at === -1 ? -1 : slot * PLACES_PER_THREAD + at;
  }

  #free(index: number, ticket: number): void {
    const slot = this.#slot(index);
    const at = slot.tickets.indexOf(ticket);
    if (at === -1) return;
    Atomics.store(this.#places, index * PLACES_PER_THREAD + at, 0);
    slot.tickets[at] = 0;
    if (slot.tickets.every((each) => each === 0)) slot.worker?.unref();
  }

  #slot(index: number): Slot {
    const slot = this.#slots[index];
    if (slot === undefined) throw new MillraceError('ERR_INTERNAL', `there is no slot ${index}`);
    return slot;
  }
}

function errorOf(wire: Parameters<typeof fromWireError>[0], cause: unknown): MillraceError {
  return cause === undefined ? fromWireError(wire) : new MillraceError(wire.code, wire.message, { cause });
}
