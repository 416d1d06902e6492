/**
 * One batch after the other, with its answer sent in between.
 *
 * Two batches that a thread receives together would both run before the first one's answer is posted, and the thread would
 * then be idle until the main thread has reacted to both. So the second one waits for the turn of the event loop after.
 */
export class Turns {
  #isTaken = false;
  readonly #waiting: (() => void)[] = [];

  /** Resolves when it is the caller's turn. */
  async take(): Promise<void> {
    if (this.#isTaken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#isTaken = true;
  }

  /** Ends the turn; the oldest waiter, if any, has the next one, as soon as the answer is out. */
  pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isTaken = false;
    else setImmediate(next);
  }
}
