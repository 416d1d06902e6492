import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../core/clock.js';
import { MillraceError } from '../../core/errors.js';
import type { Environment } from './environment.js';

/** Something to be written. */
export interface Write {
  /** What it keeps in memory until it is written. */
  readonly bytes: number;
  readonly owner: WriteOwner;
  /** Called in a transaction. */
  apply(): void;
  /** Called when that is committed, or has failed; then it may or may not have been written. */
  settle(error: Error | undefined): void;
}

/** Whose writes begin and end together in a transaction. */
export interface WriteOwner {
  begin(): void;
  /** @param isTimeUp - when to put off what can wait. */
  end(isTimeUp: () => boolean): void;
}

/**
 * Writes in small transactions, one after the other.
 *
 * What comes while one waits for its turn goes into it, and the rest into the next. A transaction takes up the calling thread for about
 * `SLICE_MS` and its commit, however much is waiting.
 */
export class DiskWriter {
  readonly #environment: Environment;
  readonly #clock: Clock;
  readonly #queueBytesMax: number;
  #queue: Write[] = [];
  #queueBytes = 0;
  #waiting: (() => void)[] = [];
  #running: Promise<void> | undefined;

  constructor(environment: Environment, clock: Clock, queueBytesMax: number) {
    this.#environment = environment;
    this.#clock = clock;
    this.#queueBytesMax = queueBytesMax;
  }

  /** Bytes that wait to be written. */
  get queueBytes(): number {
    return this.#queueBytes;
  }

  /** Whether a write may be pushed, after those who wait. */
  get hasRoom(): boolean {
    return this.#queueBytes < this.#queueBytesMax && this.#waiting.length === 0;
  }

  /**
   * Waits until there is room; `undefined`: there is.
   *
   * @throws MillraceError `ERR_QUEUE_FULL` when too many wait already.
   */
  room(): Promise<void> | undefined {
    if (this.hasRoom) return undefined;
    if (this.#waiting.length >= WAITING_MAX) {
      throw new MillraceError('ERR_QUEUE_FULL', `${WAITING_MAX} writes wait for the cache's disk already`);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  push(write: Write): void {
    this.#queue.push(write);
    this.#queueBytes += write.bytes;
    this.#running ??= this.#run();
  }

  /** Resolves when all that has been pushed is written or has failed. */
  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // What is pushed in this turn goes into one transaction.
    await Promise.resolve();
    while (this.#queue.length > 0 || this.#waiting.length > 0) {
      if (this.#queue.length === 0) {
        // Those who were let in had nothing to write after all.
        this.#admit();
        await nextTurn();
        continue;
      }
      const batch: Write[] = [];
      this.#environment.dropDeadReaders();
      const error = await this.#environment.transact(() => this.#apply(batch)).then(() => undefined, asError);
      // A transaction that could not even begin has taken nothing, and fails those who were to be first.
      if (error !== undefined && batch.length === 0) this.#take(batch, WRITES_MAX);
      for (const write of batch) write.settle(error);
      this.#admit();
    }
    this.#running = undefined;
  }

  #apply(batch: Write[]): void {
    const untilMs = this.#clock.monotonicMs() + SLICE_MS;
    const isTimeUp = (): boolean => this.#clock.monotonicMs() >= untilMs;
    const owners = new Set<WriteOwner>();
    const queue = this.#queue;
    let count = 0;
    let bytes = 0;
    try {
      for (const write of queue) {
        count++;
        bytes += write.bytes;
        if (!owners.has(write.owner)) write.owner.begin();
        owners.add(write.owner);
        write.apply();
        if (count >= WRITES_MAX || bytes >= SLICE_BYTES) break;
        if (count % WRITES_PER_LOOK === 0 && isTimeUp()) break;
      }
      for (const owner of owners) owner.end(isTimeUp);
    } finally {
      this.#take(batch, count);
    }
  }

  /** Takes the first writes out of the queue. */
  #take(batch: Write[], count: number): void {
    for (const write of this.#queue.splice(0, count)) {
      this.#queueBytes -= write.bytes;
      batch.push(write);
    }
  }

  #admit(): void {
    if (this.#queueBytes >= this.#queueBytesMax) return;
    for (const resolve of this.#waiting.splice(0, ADMITTED_AT_ONCE)) resolve();
  }
}

const SLICE_MS = 2;
const SLICE_BYTES = 2 ** 20;
const WRITES_MAX = 512;
const WRITES_PER_LOOK = 8;
const WAITING_MAX = 10_000;
/** Those admitted push in the next turn, before anybody looks again: few at a time keep the bound. */
const ADMITTED_AT_ONCE = 16;

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
