import type { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../../core/clock.js';
import { messageOf } from '../../core/errors.js';
import type { MaybePromise } from '../../core/maybe-promise.js';
import { sleep } from '../../core/flow/sleep.js';
import { flipEntryBit } from './flip-entry.js';
import type { MockProcess } from '../mock-process.js';

/** What is done to a run. */
export type ChaosKind = 'worker' | 'cache' | 'reset' | 'pause' | 'block';

export interface ChaosEvent {
  /** Since the first arrival. */
  readonly seconds: number;
  readonly kind: ChaosKind;
  /** What was done, or why it was not. */
  readonly what: string;
}

/** One way to disturb a run. @returns what was done. */
export interface Disturbance {
  readonly kind: ChaosKind;
  act(): MaybePromise<string>;
}

export interface ChaosOptions {
  /** Taken in turn. One at least. */
  readonly disturbances: readonly Disturbance[];
  /** Time between two; each begins when the one before is over. */
  readonly everyMs: number;
  readonly clock: Clock;
}

/** Events kept; a run of a week has no more to show. */
const EVENTS_MAX = 10_000;

/** Disturbs a run, one thing after the other, until it is stopped. */
export class Chaos {
  readonly #options: ChaosOptions;
  readonly #events: ChaosEvent[] = [];
  readonly #startMs: number;
  #timer: Timer | undefined;
  #acting: Promise<void> | undefined;
  #turns = 0;
  #isStopped = false;

  constructor(options: ChaosOptions) {
    this.#options = options;
    this.#startMs = options.clock.monotonicMs();
    this.#schedule();
  }

  /** Waits for what is being done, and says all that was. */
  async stop(): Promise<readonly ChaosEvent[]> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#acting;
    return this.#events;
  }

  #schedule(): void {
    if (this.#isStopped) return;
    const { clock, everyMs } = this.#options;
    this.#timer = clock.schedule(() => {
      this.#acting = this.#act().finally(() => {
        this.#schedule();
      });
    }, everyMs);
  }

  /** One that fails has not disturbed anything, which is said. */
  async #act(): Promise<void> {
    const { disturbances, clock } = this.#options;
    const disturbance = disturbances[this.#turns++ % disturbances.length];
    if (disturbance === undefined) return;
    const seconds = (clock.monotonicMs() - this.#startMs) / 1000;
    let what: string;
    try {
      what = await disturbance.act();
    } catch (thrown) {
      what = `failed: ${messageOf(thrown)}`;
    }
    if (this.#events.length < EVENTS_MAX) this.#events.push({ seconds, kind: disturbance.kind, what });
  }
}

/** The threads of this process that began since it was made. */
export class Threads {
  readonly #running = new Set<Worker>();

  constructor() {
    process.on('worker', this.#add);
  }

  get running(): readonly Worker[] {
    return [...this.#running];
  }

  close(): void {
    process.off('worker', this.#add);
  }

  readonly #add = (worker: Worker): void => {
    this.#running.add(worker);
    worker.once('exit', () => this.#running.delete(worker));
  };
}

/** Ends a thread in whatever it is doing. */
export function killWorker(threads: Threads, random: () => number): Disturbance {
  return {
    kind: 'worker',
    act: async () => {
      const { running } = threads;
      const worker = running[Math.floor(random() * running.length)];
      if (worker === undefined) return 'no thread was running';
      const { threadId } = worker;
      await worker.terminate();
      return `ended thread ${threadId}`;
    },
  };
}

/** Damages what a cache holds on disk. */
export function flipCacheBit(dir: string, random: () => number): Disturbance {
  return {
    kind: 'cache',
    act: () => {
      const at = flipEntryBit(dir, random);
      return at === undefined ? 'the cache held nothing yet' : `flipped a bit of an entry, at byte ${at} of the file`;
    },
  };
}

/** Breaks all connections to the model. */
export function resetSockets(mock: MockProcess): Disturbance {
  return {
    kind: 'reset',
    act: async () => {
      await mock.restart();
      return 'ended the model’s process, which reset its connections, and started another';
    },
  };
}

/** Holds the model up, with its connections open. Its end comes whatever the signal says: nothing stays held up. */
export function pauseMock(mock: MockProcess, pauseMs: number, clock: Clock): Disturbance {
  return {
    kind: 'pause',
    act: async () => {
      mock.pause();
      try {
        await sleep(pauseMs, clock);
      } finally {
        mock.resume();
      }
      return `held the model’s process up for ${pauseMs} ms`;
    },
  };
}

/** Blocks the event loop of this process. */
export function blockLoop(blockMs: number, clock: Clock): Disturbance {
  return {
    kind: 'block',
    act: () => {
      const untilMs = clock.monotonicMs() + blockMs;
      while (clock.monotonicMs() < untilMs);
      return `blocked the event loop for ${blockMs} ms`;
    },
  };
}
