import type { MaybePromise } from '../../core/maybe-promise.js';
import { Deadline } from './deadlines.js';
import { Attempt } from './item-context.js';

/** What a lane asks of its job. */
export interface LaneHost<T, R> {
  process(lane: Lane<T, R>): MaybePromise<R>;
  succeeded(lane: Lane<T, R>, value: R): void;
  failed(lane: Lane<T, R>, thrown: unknown): void;
  /** Whether the lane has been given a next item; if not, it is at rest. */
  goOn(lane: Lane<T, R>): boolean;
}

/**
 * Processes one item after the other: a job has as many lanes as items at once. It holds what there is to know of a running item,
 * so that nothing is allocated for an item but its context.
 *
 * A lane whose item took too long is retired: another takes its place, and what the processor still says is not heard.
 */
export class Lane<T, R> extends Deadline {
  readonly #host: LaneHost<T, R>;
  item: T | undefined;
  context = NO_ATTEMPT;
  /** Whether the item was finished by an earlier process and is only looked up. */
  isRecalled = false;
  isRetired = false;

  constructor(host: LaneHost<T, R>) {
    super();
    this.#host = host;
  }

  take(item: T, ordinal: number, attempt: number, isRecalled = false): void {
    this.item = item;
    this.context = new Attempt(ordinal, attempt);
    this.isRecalled = isRecalled;
  }

  rest(): void {
    this.item = undefined;
    this.context = NO_ATTEMPT;
  }

  async run(): Promise<void> {
    do {
      let value: R;
      try {
        value = await this.#host.process(this);
      } catch (thrown) {
        if (this.isRetired) return;
        this.#host.failed(this, thrown);
        continue;
      }
      if (this.isRetired) return;
      this.#host.succeeded(this, value);
    } while (this.#host.goOn(this));
  }
}

const NO_ATTEMPT = new Attempt(0, 0);
