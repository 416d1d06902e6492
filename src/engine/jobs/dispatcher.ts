import { PRIORITIES, PRIORITY_LANES, type Priority } from '../../core/flow/priority.js';

/** A job has waited for its turn as long as a job of the next higher priority when so many items of others began meanwhile. */
export const STARTS_PER_LEVEL = 32;

const LEVEL_MAX = PRIORITIES.length - 1;

/** A job as the dispatcher sees it. */
export interface Dispatched {
  readonly priority: Priority;
  /** Where the job stands; the dispatcher's own. */
  readonly place: Place;
  /** Begins one item; false when none can begin now. `Dispatcher.ready` tells when that may have changed. */
  startOne(): boolean;
}

/** A job's place in the line of its priority: a link of it. */
export class Place {
  readonly job: Dispatched;
  isInLine = false;
  /** Items that had begun when the job joined. */
  since = 0;
  previous: Place | undefined = undefined;
  next: Place | undefined = undefined;

  constructor(job: Dispatched) {
    this.job = job;
  }
}

/** Jobs of one priority, the one that has waited longest first. */
interface Line {
  first: Place | undefined;
  last: Place | undefined;
}

/**
 * Shares the engine's concurrency between its jobs: whenever an item may begin, one of the job of highest priority does.
 *
 * Ageing: for every 32 items of others that begin while a job waits, it rises by one priority, up to `critical`; among equals
 * the one that has waited longest is first, so that jobs of one priority take turns. Thus a job of priority p (`low` is 0)
 * among J jobs is passed over by at most 32 · (3 − p) + J − 1 items in a row. There is no bound in time, since a slot is free
 * only when some processor ends.
 *
 * Invariants: a job is in one line at most; a line is in order of `since`. Lines are linked through the jobs' places, so that
 * joining and leaving, which happen with each item, allocate nothing.
 */
export class Dispatcher {
  readonly #concurrency: number;
  readonly #lines: readonly Line[] = PRIORITIES.map(() => ({ first: undefined, last: undefined }));
  #running = 0;
  #started = 0;
  #waiting = 0;
  #isPumping = false;

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
  }

  /** Items of all jobs that are being processed. */
  get running(): number {
    return this.#running;
  }

  /** Whether a job is in line; if none is, a job may use the slot of an item that has ended for its next one. */
  get isContended(): boolean {
    return this.#waiting > 0;
  }

  /** Says that the job may have an item to begin; it is asked for one when its turn comes. */
  ready(job: Dispatched): void {
    this.#join(job);
    this.#pump();
  }

  /** Takes the job out of its line. */
  remove({ place, priority }: Dispatched): void {
    if (!place.isInLine) return;
    place.isInLine = false;
    this.#waiting--;
    const line = this.#lines[PRIORITY_LANES[priority]]!;
    const { previous, next } = place;
    if (previous === undefined) line.first = next;
    else previous.next = next;
    if (next === undefined) line.last = previous;
    else next.previous = previous;
    place.previous = undefined;
    place.next = undefined;
  }

  /** Gives back the slot of an item of the job, which may have another one to begin. */
  release(job: Dispatched): void {
    this.#running--;
    this.ready(job);
  }

  #join({ place, priority }: Dispatched): void {
    if (place.isInLine) return;
    place.isInLine = true;
    place.since = this.#started;
    this.#waiting++;
    const line = this.#lines[PRIORITY_LANES[priority]]!;
    place.previous = line.last;
    if (line.last === undefined) line.first = place;
    else line.last.next = place;
    line.last = place;
  }

  /** Not entered twice: a processor that is begun here may itself submit or cancel. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    while (this.#running < this.#concurrency) {
      const job = this.#next();
      if (job === undefined) break;
      this.remove(job);
      // Before it begins, so that whoever looks meanwhile sees it counted.
      this.#running++;
      this.#started++;
      if (job.startOne()) this.#join(job);
      else {
        this.#running--;
        this.#started--;
      }
    }
    this.#isPumping = false;
  }

  /** The first of the line whose first has risen highest; among equals the one that has waited longest. */
  #next(): Dispatched | undefined {
    let best: Place | undefined;
    let bestLevel = -1;
    for (let priority = 0; priority < this.#lines.length; priority++) {
      const { first } = this.#lines[priority]!;
      if (first === undefined) continue;
      const level = Math.min(priority + Math.floor((this.#started - first.since) / STARTS_PER_LEVEL), LEVEL_MAX);
      if (best === undefined || level > bestLevel || (level === bestLevel && first.since <= best.since)) {
        best = first;
        bestLevel = level;
      }
    }
    return best?.job;
  }
}
