import { MillraceError } from '../../core/errors.js';

/** An item that was processed. */
export interface ItemValue<R> {
  /** The item's position in its source, from 0. */
  readonly ordinal: number;
  readonly value: R;
}

/** An item that failed for good. */
export interface ItemFailure {
  readonly ordinal: number;
  /** Why the last try failed. */
  readonly error: MillraceError;
}

/** What became of one item. */
export type ItemResult<R> = ItemValue<R> | ItemFailure;

/** Tells the two results of an item apart. */
export function isItemFailure(result: ItemResult<unknown>): result is ItemFailure {
  return 'error' in result;
}

interface Waiter<R> {
  readonly resolve: (result: IteratorResult<ItemResult<R>, undefined>) => void;
  readonly reject: (error: MillraceError) => void;
}

/**
 * The results between a job and whoever iterates over them.
 *
 * At most `capacity` items are begun and not taken. While nobody has asked for results, they are kept up to that number and then
 * let go for good, so that a job of which only `done` is awaited goes on; once somebody iterates, the job waits for them.
 * There is one consumer: iterators share what there is.
 */
export class Results<R> implements AsyncIterableIterator<ItemResult<R>, undefined> {
  readonly #capacity: number;
  readonly #isOrdered: boolean;
  readonly #onRoom: () => void;
  /** Results by their turn: the ordinal, or the order of arrival. */
  readonly #kept = new Map<number, ItemResult<R>>();
  #arrived = 0;
  /** The turn that comes next, which is also how many have been taken. */
  #turn = 0;
  #waiters: Waiter<R>[] = [];
  /** `kept` until somebody asks; `gone` when nobody has, or they have left. */
  #state: 'kept' | 'asked' | 'gone' = 'kept';
  #goneError: MillraceError | undefined;
  #isEnded = false;
  #error: MillraceError | undefined;
  /** Whether the job was refused room. */
  #isWaitedFor = false;

  constructor(capacity: number, isOrdered: boolean, onRoom: () => void) {
    this.#capacity = capacity;
    this.#isOrdered = isOrdered;
    this.#onRoom = onRoom;
  }

  /** Whether results are of no use to anybody. */
  get isGone(): boolean {
    return this.#state === 'gone';
  }

  /** Whether an item may begin when so many have. When it may not, `onRoom` is called once it may. */
  hasRoomFor(begun: number): boolean {
    if (this.#state === 'gone' || begun - this.#turn < this.#capacity) return true;
    if (this.#state === 'kept') {
      this.#letGo();
      this.#goneError = goneError(this.#capacity);
      return true;
    }
    this.#isWaitedFor = true;
    return false;
  }

  push(result: ItemResult<R>): void {
    if (this.#state === 'gone') return;
    const turn = this.#isOrdered ? result.ordinal : this.#arrived++;
    this.#kept.set(turn, result);
    if (this.#waiters.length > 0) this.#serve();
  }

  /** No more results come. The error, if there is one, is thrown behind the last result. */
  end(error: MillraceError | undefined): void {
    this.#isEnded = true;
    this.#error = error;
    if (this.#isOrdered) this.#closeGaps();
    this.#serve();
  }

  [Symbol.asyncIterator](): this {
    if (this.#state === 'kept') this.#state = 'asked';
    return this;
  }

  next(): Promise<IteratorResult<ItemResult<R>, undefined>> {
    if (this.#state === 'kept') this.#state = 'asked';
    const result = this.#waiters.length === 0 ? this.#take() : undefined;
    if (result !== undefined) {
      this.#giveRoom();
      return Promise.resolve({ done: false, value: result });
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#serve();
    });
  }

  /** The consumer leaves; the job goes on. */
  async return(): Promise<IteratorResult<ItemResult<R>, undefined>> {
    this.#letGo();
    this.#goneError = undefined;
    this.#serve();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Whoever takes gives room once the result has been handed over: what begins then may itself push. */
  #take(): ItemResult<R> | undefined {
    const result = this.#kept.get(this.#turn);
    if (result !== undefined) this.#kept.delete(this.#turn++);
    return result;
  }

  #serve(): void {
    while (this.#waiters.length > 0) {
      const result = this.#take();
      if (result === undefined && !this.#isEnded && this.#state !== 'gone') return;
      const waiter = this.#waiters.shift();
      if (result === undefined) {
        this.#finish(waiter);
      } else {
        waiter?.resolve({ done: false, value: result });
        this.#giveRoom();
      }
    }
  }

  /** An error is thrown once, and the iteration is over then, like that of a generator. */
  #finish(waiter: Waiter<R> | undefined): void {
    const error = this.#state === 'gone' ? this.#goneError : this.#error;
    this.#goneError = undefined;
    this.#error = undefined;
    if (error === undefined) waiter?.resolve({ done: true, value: undefined });
    else waiter?.reject(error);
  }

  #letGo(): void {
    this.#state = 'gone';
    this.#kept.clear();
    this.#giveRoom();
  }

  #giveRoom(): void {
    if (!this.#isWaitedFor) return;
    this.#isWaitedFor = false;
    this.#onRoom();
  }

  /** Items that were given up have no result: what is behind them moves up. */
  #closeGaps(): void {
    const left = [...this.#kept.values()].sort((a, b) => a.ordinal - b.ordinal);
    this.#kept.clear();
    for (const [index, result] of left.entries()) this.#kept.set(this.#turn + index, result);
  }
}

function goneError(capacity: number): MillraceError {
  const advice = 'iterate over them as soon as the job is submitted, or raise windowItems';
  return new MillraceError('ERR_RESULTS_GONE', `nobody took the first ${capacity} results: ${advice}`);
}
