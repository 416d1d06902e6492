import { Worker } from 'node:worker_threads';
import { MillraceError, messageOf } from '../../core/errors.js';
import { finalError } from '../../core/flow/final-error.js';
import {
  TICKET_MAX,
  takeBack,
  type FromModuleWorker,
  type ModuleRequest,
  type ModuleWorkerData,
  type ToModuleWorker,
} from '../../workers/module-protocol.js';

/** Calls that may be handed to one thread, the one that it runs among them. */
export const PLACES_PER_THREAD = 16;

/** Threads of one slot that end in a row without having begun a call; then it is taken to be impossible to start one. */
const LOST_IN_A_ROW_MAX = 3;

const WORKER_FILE = new URL('../../workers/module-worker.js', import.meta.url);

/** Threads that call modules, addressed by slot, 0 to `slots - 1`. A simulation of them is enough for a scheduler. */
export interface ModuleThreads {
  readonly slots: number;
  /**
   * Hands a call over, behind those that the slot has; returns its ticket. Throws when the request cannot be copied. A thread
   * that is being ended does not begin it: it is lost with the thread.
   */
  offer(slot: number, request: ModuleRequest): number;
  /** Takes a call back; false when it has begun. */
  takeBack(slot: number, ticket: number): boolean;
  /** Gives a running call its signal. */
  abort(slot: number, ticket: number): void;
  /** Ends the slot's thread, as a crash would; `lost` tells when it has ended. */
  kill(slot: number): void;
  /** Ends all threads; nothing may be running. */
  close(): Promise<void>;
}

export interface ModuleThreadsListener {
  completed(slot: number, ticket: number, value: unknown, ms: number): void;
  failed(slot: number, ticket: number, error: MillraceError, ms: number): void;
  /**
   * The slot's thread has ended and with it all that it was handed; the next `offer` starts another one.
   *
   * @param begun - ticket of the call that it was at.
   */
  lost(slot: number, begun: number | undefined, reason: MillraceError): void;
  /** No thread can be started; comes in place of `lost`. */
  broken(reason: MillraceError): void;
}

interface Slot {
  worker: Worker | undefined;
  /** The ticket at each place, 0 where it is free. */
  readonly tickets: Int32Array;
  isEnding: boolean;
  lostInARow: number;
  error: unknown;
}

/**
 * Threads for modules of users: for the tasks of graphs, and for the items of a job.
 *
 * Piscina, which owns the threads that score, takes 40 µs of the main thread for each call and cannot give one back; a port and a
 * word of shared memory take about a quarter of that, and waiting calls can be stolen. A thread starts with the first call for it
 * and keeps the process alive only while it has calls.
 */
export class ModulePool implements ModuleThreads {
  readonly slots: number;
  readonly #heapMb: number | undefined;
  readonly #listener: ModuleThreadsListener;
  readonly #places: Int32Array;
  readonly #slots: readonly Slot[];
  #ticket = 0;
  #isClosing = false;

  /** @param options - `workerHeapMb` of JavaScript heap for each thread; without it as much as Node.js gives one. */
  constructor(options: { readonly workers: number; readonly workerHeapMb?: number }, listener: ModuleThreadsListener) {
    this.slots = options.workers;
    this.#heapMb = options.workerHeapMb;
    this.#listener = listener;
    this.#places = new Int32Array(new SharedArrayBuffer(4 * PLACES_PER_THREAD * options.workers));
    this.#slots = Array.from({ length: options.workers }, () => ({
      worker: undefined,
      isEnding: false,
      tickets: new Int32Array(PLACES_PER_THREAD),
      lostInARow: 0,
      error: undefined,
    }));
  }

  offer(slot: number, request: ModuleRequest): number {
    const { tickets } = this.#slot(slot);
    const at = tickets.indexOf(0);
    if (at === -1) throw new MillraceError('ERR_INTERNAL', `slot ${slot} has no place for another call`);
    const ticket = this.#ticket === TICKET_MAX ? 1 : this.#ticket + 1;
    const place = slot * PLACES_PER_THREAD + at;
    const worker = this.#worker(slot);
    const { isEnding } = this.#slot(slot);
    Atomics.store(this.#places, place, ticket); // first, or the thread finds nothing to claim
    try {
      if (!isEnding) worker.postMessage({ kind: 'run', ticket, place, request } satisfies ToModuleWorker);
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
    this.#slot(slot).worker?.postMessage({ kind: 'abort', ticket } satisfies ToModuleWorker);
  }

  kill(index: number): void {
    const slot = this.#slot(index);
    slot.isEnding = slot.worker !== undefined;
    void slot.worker?.terminate();
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
      ...(this.#heapMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: this.#heapMb } }),
      workerData: { places: this.#places } satisfies ModuleWorkerData,
    });
    worker.on('message', (message: FromModuleWorker) => {
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

  #answered(slot: number, message: FromModuleWorker): void {
    const { ticket, ms } = message;
    this.#free(slot, ticket);
    if (message.kind === 'completed') this.#listener.completed(slot, ticket, message.value, ms);
    else this.#listener.failed(slot, ticket, errorOf(message), ms);
  }

  #ended(index: number, code: number): void {
    const slot = this.#slot(index);
    slot.worker = undefined;
    if (this.#isClosing) return;
    const cause = slot.error;
    slot.error = undefined;
    const what = cause === undefined ? `it ended with exit code ${code}` : messageOf(cause);
    const begun = this.#dropAll(index);
    slot.lostInARow = begun === undefined && !slot.isEnding ? slot.lostInARow + 1 : 0;
    slot.isEnding = false;
    if (slot.lostInARow < LOST_IN_A_ROW_MAX) {
      const reason = new MillraceError('ERR_WORKER_CRASHED', `it ended its thread: ${what}`, { cause });
      this.#listener.lost(index, begun, reason);
    } else {
      this.#listener.broken(new MillraceError('ERR_INTERNAL', `no thread can be started: ${what}`, { cause }));
    }
  }

  /** Frees all places of a slot whose thread has ended; returns the ticket of the call that it was at. */
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

  /** The place of a call that is handed over, or -1. */
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

/** The error with what was thrown as its cause, which gets back what it has lost on its way. */
function errorOf({ error, cause, name, isFinal }: FromModuleWorker & { kind: 'failed' }): MillraceError {
  if (cause instanceof Error && name !== undefined) cause.name = name;
  const failure = new MillraceError(error.code, error.message, { cause });
  if (isFinal) finalError(failure);
  return failure;
}
