import { Deque, type Costed } from './threads/deque.js';

/** Work that was started, and what it costs. */
interface Pending<T> extends Costed {
  readonly result: Promise<T>;
}

/**
 * What stands between a producer that starts work and a consumer that takes its results in order.
 *
 * The producer waits (`room`) while the costs of all work not yet taken reach `costMax`; so neither a slow consumer nor one
 * slow piece of work at the front lets results pile up. One producer, one consumer.
 */
export class OrderedWindow<T> {
  #costMax: number;
  readonly #pending = new Deque<Pending<T>>();
  #cost = 0;
  #isEnded = false;
  #error: Error | undefined;
  #wakeProducer: (() => void) | undefined;
  #wakeConsumer: (() => void) | undefined;
  /** Rejects the wait for the oldest result, so that nobody waits for what is under way when the window is abandoned. */
  #rejectWait: ((error: Error) => void) | undefined;

  constructor(costMax: number) {
    this.#costMax = costMax;
  }

  /** Changes how much may be under way; what is beyond it already stays. */
  resize(costMax: number): void {
    this.#costMax = costMax;
    this.#wakeProducer?.();
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get isFull(): boolean {
    return this.#cost >= this.#costMax;
  }

  /** Adds work that has been started. Its rejection is thrown where its result would be taken. */
  push(result: Promise<T>, cost: number): void {
    result.catch(() => undefined);
    this.#pending.pushBack({ result, costBytes: cost });
    this.#cost += cost;
    this.#wakeConsumer?.();
  }

  /** Resolves when there is room for more, or the window has ended. */
  async room(): Promise<void> {
    while (this.isFull && !this.#isEnded) {
      await new Promise<void>((resolve) => (this.#wakeProducer = resolve));
    }
  }

  /** No more will be pushed. What was pushed can still be taken, then `error` is thrown, if there is one. */
  end(error?: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#error = error;
    this.#wakeProducer?.();
    this.#wakeConsumer?.();
  }

  /** Ends the window and drops what was not taken. */
  abandon(error: Error): void {
    this.#pending.clear();
    this.end(error);
    this.#error = error;
    this.#rejectWait?.(error);
  }

  /** The oldest result, in order; undefined at the end. */
  async next(): Promise<T | undefined> {
    while (this.#pending.length === 0 && !this.#isEnded) {
      await new Promise<void>((resolve) => (this.#wakeConsumer = resolve));
    }
    const oldest = this.#pending.popFront();
    if (oldest !== undefined) {
      const result = await this.#settled(oldest.result);
      this.#rejectWait = undefined;
      this.#cost -= oldest.costBytes;
      this.#wakeProducer?.();
      return result;
    }
    if (this.#error !== undefined) throw this.#error;
    return undefined;
  }

  /**
   * The result, unless the window is abandoned first.
   *
   * A promise made for this wait alone: a race with one that lives as long as the window would leave every result attached to it.
   */
  async #settled(result: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#rejectWait = reject;
      result.then(resolve, reject);
    });
  }
}
