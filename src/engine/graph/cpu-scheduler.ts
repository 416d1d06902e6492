import type { Clock } from '../../core/clock.js';
import { MillraceError, messageOf } from '../../core/errors.js';
import type { ModuleRequest } from '../../workers/module-protocol.js';
import { PLACES_PER_THREAD, type ModuleThreads, type ModuleThreadsListener } from '../threads/module-pool.js';

/**
 * Work handed over ahead of time, behind what a thread runs. It covers the time until the main thread gets to answer, which on a
 * busy machine is that of a turn of the operating system's scheduler, and is the longest that something more urgent waits.
 */
const AHEAD_MS = 4;

/**
 * A thread that has been at one task for so many times as long as tasks take on average, and for so long at least, is given
 * nothing more, and what waits for it goes to others. Taken back too early, a task leaves its thread idle for a hand-over.
 */
const BLOCKED_FACTOR = 3;
const BLOCKED_MS_MIN = 2;

/** Weight of the latest task in the running mean of how long tasks take. */
const LATEST_WEIGHT = 1 / 16;

/** A task to run in a thread. Exactly one of the three ends it; after `putBack` it comes again from its feed. */
export interface CpuJob {
  request(): ModuleRequest;
  completed(value: unknown): void;
  failed(error: MillraceError): void;
  putBack(): void;
}

/** Where jobs come from: a graph. */
export interface CpuFeed {
  /** Priority of its first job that could run now; undefined when there is none. */
  readonly level: number | undefined;
  /** Takes that job. */
  take(): CpuJob | undefined;
}

interface HandedOver {
  readonly ticket: number;
  readonly feed: CpuFeed;
  readonly job: CpuJob;
}

/** What a thread has been handed: the first runs, or is about to; the others wait. */
interface Lane {
  readonly jobs: HandedOver[];
  /** When the first got its turn. */
  movedAtMs: number;
}

export interface CpuSchedulerStats {
  /** Jobs that waited for one thread and were taken over by another. */
  readonly steals: number;
  /** Threads that ended at a job. */
  readonly crashes: number;
}

/**
 * Runs the jobs of graphs on threads: whatever could run goes to a thread as soon as one has room, the most urgent first.
 *
 * Each thread has a short deque of jobs that are its own until it begins them. It takes from the front; a thread that runs dry
 * steals the back half of the longest. What waits behind a long job goes back to its graph. So no thread is idle while
 * a job could run elsewhere: list scheduling, never worse than 2 − 1/threads of the best (Graham 1969).
 */
export class CpuScheduler {
  readonly #clock: Clock;
  readonly #threads: ModuleThreads;
  readonly #lanes: readonly Lane[];
  /** In the order in which they take turns. */
  readonly #feeds = new Set<CpuFeed>();
  #meanMs = AHEAD_MS;
  #steals = 0;
  #crashes = 0;
  #isDispatching = false;
  #hasNews = false;
  #broken: MillraceError | undefined;

  /** @param start - makes the threads; they need not run before their first job. */
  constructor(clock: Clock, start: (listener: ModuleThreadsListener) => ModuleThreads) {
    this.#clock = clock;
    this.#threads = start({
      completed: (slot, ticket, value, ms) => {
        this.#ended(slot, ticket, ms)?.completed(value);
        this.wake();
      },
      failed: (slot, ticket, error, ms) => {
        this.#ended(slot, ticket, ms)?.failed(error);
        this.wake();
      },
      lost: (slot, begun, reason) => {
        this.#lost(slot, begun, reason);
      },
      broken: (reason) => {
        this.#giveUp(reason);
      },
    });
    this.#lanes = Array.from({ length: this.#threads.slots }, () => ({ jobs: [], movedAtMs: 0 }));
  }

  add(feed: CpuFeed): void {
    this.#feeds.add(feed);
  }

  /** Nothing of the feed may be running. */
  remove(feed: CpuFeed): void {
    this.#feeds.delete(feed);
  }

  /** Hands over what can be: to be called when a feed has got jobs. */
  wake(): void {
    this.#hasNews = true;
    if (this.#isDispatching) return; // from within, by a job that could not be handed over: the loop goes round again
    this.#isDispatching = true;
    try {
      while (this.#hasNews) {
        this.#hasNews = false;
        if (this.#broken === undefined) this.#dispatch();
        else this.#refuseAll(this.#broken);
      }
    } finally {
      this.#isDispatching = false;
    }
  }

  /** Puts back the feed's jobs that have not begun, and gives those that have their signal. */
  withdraw(feed: CpuFeed): void {
    for (const [slot, lane] of this.#lanes.entries()) {
      for (const handed of lane.jobs.filter((each) => each.feed === feed)) {
        if (!this.#takeBack(slot, handed)) this.#threads.abort(slot, handed.ticket);
      }
    }
  }

  /** After `withdraw`: ends the threads that still run jobs of the feed; these fail, and no other does. */
  kill(feed: CpuFeed): void {
    for (const [slot, { jobs }] of this.#lanes.entries()) {
      const at = jobs.findIndex((handed) => handed.feed === feed);
      if (at === -1) continue;
      // Jobs begin in their order: if one behind it has begun, that of the feed has ended and its answer is on the way.
      const hasEnded = jobs.slice(at + 1).some((behind) => !this.#takeBack(slot, behind));
      if (!hasEnded) this.#threads.kill(slot);
    }
    this.wake();
  }

  stats(): CpuSchedulerStats {
    return { steals: this.#steals, crashes: this.#crashes };
  }

  /** Ends all threads; no feed may be left. */
  async close(): Promise<void> {
    await this.#threads.close();
  }

  #dispatch(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [slot, lane] of this.#lanes.entries()) {
      if (this.#isBlocked(lane, nowMs))
        for (const waiting of lane.jobs.slice(1).reverse()) this.#takeBack(slot, waiting);
    }
    const depth = Math.min(PLACES_PER_THREAD, 1 + Math.max(1, Math.ceil(AHEAD_MS / Math.max(this.#meanMs, 0.001))));
    while (true) {
      const slot = this.#emptiest(depth, nowMs);
      const feed = slot === undefined ? undefined : this.#nextFeed();
      const job = feed?.take();
      if (slot === undefined || feed === undefined || job === undefined) break;
      this.#offer(slot, feed, job, nowMs);
    }
    for (const [slot, lane] of this.#lanes.entries()) if (lane.jobs.length === 0) this.#steal(slot, nowMs);
  }

  /** The slot with the fewest jobs that may be handed one more. */
  #emptiest(depth: number, nowMs: number): number | undefined {
    let emptiest: number | undefined;
    let least = depth;
    for (const [slot, lane] of this.#lanes.entries()) {
      if (lane.jobs.length >= least || this.#isBlocked(lane, nowMs)) continue;
      emptiest = slot;
      least = lane.jobs.length;
    }
    return emptiest;
  }

  /** The feed with the most urgent job; of equals, the one that has waited longest for its turn. */
  #nextFeed(): CpuFeed | undefined {
    let next: CpuFeed | undefined;
    let highest = -1;
    for (const feed of this.#feeds) {
      const { level = -1 } = feed;
      if (level <= highest) continue;
      next = feed;
      highest = level;
    }
    if (next !== undefined && this.#feeds.size > 1) {
      this.#feeds.delete(next);
      this.#feeds.add(next);
    }
    return next;
  }

  #offer(slot: number, feed: CpuFeed, job: CpuJob, nowMs: number): void {
    const { jobs } = this.#lanes[slot]!;
    try {
      const ticket = this.#threads.offer(slot, job.request());
      jobs.push({ ticket, feed, job });
      if (jobs.length === 1) this.#lanes[slot]!.movedAtMs = nowMs;
    } catch (thrown) {
      const message = `its input or the results that it depends on cannot be copied: ${messageOf(thrown)}`;
      job.failed(new MillraceError('ERR_TASK_FAILED', message, { cause: thrown }));
    }
  }

  #steal(thief: number, nowMs: number): void {
    const lengths = this.#lanes.map(({ jobs }) => jobs.length);
    const victim = lengths.indexOf(Math.max(...lengths));
    const { jobs } = this.#lanes[victim]!;
    const waiting = jobs.length - 1;
    const stolen: HandedOver[] = [];
    for (const handed of jobs.slice(jobs.length - Math.ceil(waiting / 2)).reverse()) {
      if (waiting < 1 || !this.#threads.takeBack(victim, handed.ticket)) break;
      jobs.splice(jobs.indexOf(handed), 1);
      stolen.push(handed);
    }
    for (const { feed, job } of stolen.reverse()) this.#offer(thief, feed, job, nowMs);
    this.#steals += stolen.length;
  }

  #takeBack(slot: number, handed: HandedOver): boolean {
    if (!this.#threads.takeBack(slot, handed.ticket)) return false;
    const { jobs } = this.#lanes[slot]!;
    jobs.splice(jobs.indexOf(handed), 1);
    handed.job.putBack();
    return true;
  }

  #ended(slot: number, ticket: number, ms: number): CpuJob | undefined {
    const lane = this.#lanes[slot]!;
    const at = lane.jobs.findIndex((handed) => handed.ticket === ticket);
    lane.movedAtMs = this.#clock.monotonicMs();
    this.#meanMs += (ms - this.#meanMs) * LATEST_WEIGHT;
    return at === -1 ? undefined : lane.jobs.splice(at, 1)[0]?.job;
  }

  /** What the thread was at has failed, since it may have done half of its work; the others have not begun. */
  #lost(slot: number, begun: number | undefined, reason: MillraceError): void {
    const jobs = this.#lanes[slot]!.jobs.splice(0);
    if (begun !== undefined) this.#crashes++;
    for (const { ticket, job } of jobs.reverse()) {
      if (ticket === begun) job.failed(reason);
      else job.putBack();
    }
    this.wake();
  }

  #giveUp(reason: MillraceError): void {
    this.#broken ??= reason;
    for (const { jobs } of this.#lanes) for (const { job } of jobs.splice(0)) job.failed(reason);
    this.wake();
  }

  #refuseAll(reason: MillraceError): void {
    for (let feed = this.#nextFeed(); feed !== undefined; feed = this.#nextFeed()) feed.take()?.failed(reason);
  }

  #isBlocked({ jobs, movedAtMs }: Lane, nowMs: number): boolean {
    return jobs.length > 0 && nowMs - movedAtMs > Math.max(BLOCKED_MS_MIN, BLOCKED_FACTOR * this.#meanMs);
  }
}
