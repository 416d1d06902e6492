import { checkAborted, type AbortSource } from '../abort.js';
import { checkInteger, checkKnown } from '../options.js';
import { LANE_ITEMS_LIMIT, Lanes } from './lanes.js';
import { PRIORITIES, PRIORITY_LANES, type Priority } from './priority.js';
import { Waiter } from './waiter.js';

export interface SemaphoreOptions {
  /** Calls that may wait before `acquire` rejects. Integer, 1 to 2^24. @defaultValue 65536 */
  readonly queueMax?: number;
}

export type ResolvedSemaphoreOptions = Required<SemaphoreOptions>;

export const SEMAPHORE_DEFAULTS: ResolvedSemaphoreOptions = Object.freeze({ queueMax: 65_536 });

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveSemaphoreOptions(options: SemaphoreOptions = {}, path = 'semaphore'): ResolvedSemaphoreOptions {
  checkKnown(path, options, Object.keys(SEMAPHORE_DEFAULTS));
  const { queueMax = SEMAPHORE_DEFAULTS.queueMax } = options;
  return Object.freeze({ queueMax: checkInteger(`${path}.queueMax`, queueMax, 1, LANE_ITEMS_LIMIT) });
}

/** The right to be one of so many; whoever has it gives it back. */
export interface Permit {
  /** Further calls do nothing. */
  release(): void;
}

export interface AcquireOptions {
  /** Higher priorities are served first, and strictly so. @defaultValue 'normal' */
  readonly priority?: Priority;
  readonly signal?: AbortSource | undefined;
}

export interface SemaphoreStatus {
  readonly permits: number;
  /** Permits that are held; more than `permits` for a while after there have become fewer. */
  readonly held: number;
  readonly waiting: number;
}

/**
 * At most so many at a time.
 *
 * A permit that comes back goes straight to the oldest waiter of the highest priority. Nobody waits while a permit is free,
 * and `#held` does not move in a hand-over, so that a call which comes in between cannot take it.
 */
export class Semaphore {
  /** A lane for each priority. */
  readonly #waiters: Lanes<Waiter<Permit>>;
  readonly #drains: Lanes<Waiter<void>>;
  #permits: number;
  #held = 0;

  /** @param permits - integer, 1 or more. */
  constructor(permits: number, options: SemaphoreOptions = {}) {
    const { queueMax } = resolveSemaphoreOptions(options);
    this.#permits = checkInteger('semaphore.permits', permits, 1);
    this.#waiters = new Lanes(PRIORITIES.length, queueMax, 'semaphore.queueMax');
    this.#drains = new Lanes(1, queueMax, 'semaphore.queueMax');
  }

  /**
   * Waits for a permit.
   *
   * @throws MillraceError `ERR_QUEUE_FULL` when `queueMax` calls wait; `ERR_ABORTED`.
   */
  async acquire({ priority = 'normal', signal }: AcquireOptions = {}): Promise<Permit> {
    checkAborted(signal);
    const permit = this.tryAcquire();
    if (permit !== undefined) return permit;
    const waiter = new Waiter<Permit>();
    const ticket = this.#waiters.push(PRIORITY_LANES[priority], waiter);
    return waiter.wait(signal, () => {
      this.#waiters.remove(ticket);
    });
  }

  /** A permit if one is free. */
  tryAcquire(): Permit | undefined {
    if (this.#held >= this.#permits) return undefined;
    this.#held++;
    return new HeldPermit(this.#giveBack);
  }

  /**
   * Resolves when all permits are back and nobody waits; at once when it is so.
   *
   * @throws MillraceError `ERR_ABORTED`; `ERR_QUEUE_FULL` when `queueMax` calls of this wait.
   */
  async drain(signal?: AbortSource): Promise<void> {
    checkAborted(signal);
    if (this.#held === 0) return;
    const waiter = new Waiter<void>();
    const ticket = this.#drains.push(0, waiter);
    await waiter.wait(signal, () => {
      this.#drains.remove(ticket);
    });
  }

  /** Changes how many permits there are. Those held stay valid: with fewer, the next are granted when enough came back. */
  resize(permits: number): void {
    this.#permits = checkInteger('semaphore.permits', permits, 1);
    this.#grant();
  }

  status(): SemaphoreStatus {
    return { permits: this.#permits, held: this.#held, waiting: this.#waiters.length };
  }

  readonly #giveBack = (): void => {
    this.#held--;
    this.#grant();
    if (this.#held > 0) return; // Somebody who waits would have been granted what is free.
    for (let drain = this.#drains.shift(0); drain !== undefined; drain = this.#drains.shift(0)) drain.resolve();
  };

  #grant(): void {
    while (this.#held < this.#permits) {
      const waiter = this.#shiftWaiter();
      if (waiter === undefined) return;
      this.#held++;
      waiter.resolve(new HeldPermit(this.#giveBack));
    }
  }

  /** The oldest waiter of the highest priority. */
  #shiftWaiter(): Waiter<Permit> | undefined {
    for (let lane = PRIORITIES.length - 1; lane > 0; lane--) {
      const waiter = this.#waiters.shift(lane);
      if (waiter !== undefined) return waiter;
    }
    return this.#waiters.shift(0);
  }
}

class HeldPermit implements Permit {
  #giveBack: (() => void) | undefined;

  constructor(giveBack: () => void) {
    this.#giveBack = giveBack;
  }

  release(): void {
    const giveBack = this.#giveBack;
    this.#giveBack = undefined;
    giveBack?.();
  }
}
