import { PRIORITIES, PRIORITY_LANES, type Priority } from '../../core/flow/priority.js';

/** A job has waited for its turn as long as a job of the next higher priority when so many items of others began meanwhile. */
export const STARTS_PER_LEVEL = 32;

const LEVEL_MAX = PRIORITIES.length - 1;

/** A job as the dispatcher sees it. */
export interface Dispatched {
  readonly priority: Priority;
  /** Begins one item; false when none can begin now. `Dispatcher.ready` tells when that may have changed. */
  startOne(): boolean;
}

interface Waiting {
  readonly job: Dispatched;
  /** Items that had begun when the job joined its line. */
  readonly since: number;
}

/**
 * Shares the engine's concurrency between its jobs: whenever an item may begin, one of the job of highest priority does.
 *
 * Ageing: for every 32 items of others that begin while a job waits, it rises by one priority, up to `critical`; among equals
 * the one that has waited longest is first, so that jobs of one priority take turns. Thus a job of priority p (`low` is 0)
 * among J jobs is passed over by at most 32 · (3 − p) + J − 1 items in a row. There is no bound in time, since a slot is free
 * only when some processor ends.
 *
 * Invariants: a job is in one line at most; a line is in order of `since`.
 */
export class Dispatcher {
  readonly #concurrency: number;
  /** A line for each priority; Maps, since they keep their order and delete in O(1). */
  readonly #lines: readonly Map<Dispatched, Waiting>[] = PRIORITIES.map(() => new Map());
  #running = 0;
  #started = 0;
  #waitingCount = 0;
  #isPumping = false;

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
  }

  /** Items of all jobs that are being processed. */
  get running(): number {
    return this.#running;
  }

  /** Says that the job may have an item to begin; it is asked for one when its turn comes. */
  ready(job: Dispatched): void {
    this.#join(job);
    this.#pump();
  }

  /** Takes the job out of its line. */
  remove(job: Dispatched): void {
    if (this.#lineOf(job).delete(job)) this.#waitingCount--;
  }

  /** Whether a job is in line; if none is, a job may use the slot of an item that has ended for its next one. */
  get isContended(): boolean {
    return this.#waitingCount > 0;
  }

  /** Gives back the slot of an item of the job, which may have another one to begin. */
  release(job: Dispatched): void {
    this.#running--;
    this.ready(job);
  }

  #lineOf(job: Dispatched): Map<Dispatched, Waiting> {
    return this.#lines[PRIORITY_LANES[job.priority]]!;
  }

  #join(job: Dispatched): void {
    const line = this.#lineOf(job);
    if (line.has(job)) return;
    line.set(job, { job, since: this.#started });
    this.#waitingCount++;
  }

  /** Not entered twice: a processor that is begun here may itself submit or cancel. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#running < this.#concurrency) {
        const job = this.#next();
        if (job === undefined) break;
        this.remove(job);
        this.#running++;
        this.#started++;
        if (job.startOne()) this.#join(job);
        else {
          this.#running--;
          this.#started--;
        }
      }
    } finally {
      this.#isPumping = false;
    }
  }

  /** The first of the line whose first has risen highest; among equals the one that has waited longest. */
  #next(): Dispatched | undefined {
    let best: Waiting | undefined;
    let bestLevel = -1;
    for (const [priority, line] of this.#lines.entries()) {
      if (line.size === 0) continue;
      const [first] = line.values();
      if (first === undefined) continue;
      const level = Math.min(priority + Math.floor((this.#started - first.since) / STARTS_PER_LEVEL), LEVEL_MAX);
      if (level > bestLevel || (level === bestLevel && first.since <= (best?.since ?? 0))) {
        best = first;
        bestLevel = level;
      }
    }
    return best?.job;
  }
}
