import { checkInteger, checkKnown } from '../options.js';
import { LANE_ITEMS_LIMIT, Lanes, type Ticket } from './lanes.js';
import { PRIORITIES, PRIORITY_LANES, type Priority } from './priority.js';

export interface PriorityQueueOptions {
  /** Items that may wait before `push` throws. Integer, 1 to 2^24. @defaultValue 1048576 */
  readonly itemsMax?: number;
  /** After so many pops past it the oldest item of a priority goes first. Integer, 1 or more, or `Infinity`: never. @defaultValue 32 */
  readonly ageAfterPops?: number;
}

export type ResolvedPriorityQueueOptions = Required<PriorityQueueOptions>;

export const PRIORITY_QUEUE_DEFAULTS: ResolvedPriorityQueueOptions = Object.freeze({
  itemsMax: 2 ** 20,
  ageAfterPops: 32,
});

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolvePriorityQueueOptions(
  options: PriorityQueueOptions = {},
  path = 'priorityQueue',
): ResolvedPriorityQueueOptions {
  checkKnown(path, options, Object.keys(PRIORITY_QUEUE_DEFAULTS));
  const { itemsMax = PRIORITY_QUEUE_DEFAULTS.itemsMax, ageAfterPops = PRIORITY_QUEUE_DEFAULTS.ageAfterPops } = options;
  return Object.freeze({
    itemsMax: checkInteger(`${path}.itemsMax`, itemsMax, 1, LANE_ITEMS_LIMIT),
    ageAfterPops: ageAfterPops === Infinity ? Infinity : checkInteger(`${path}.ageAfterPops`, ageAfterPops, 1),
  });
}

/**
 * Items by priority, the oldest first within each; all operations cost O(1).
 *
 * A priority in which something waits is passed over by at most `ageAfterPops + 2` pops in a row: from `ageAfterPops` on its
 * oldest item goes before all others, and among such priorities the one passed over most. Hence an item with `k` others
 * before it in its priority is popped by the `(k + 1) * (ageAfterPops + 3)`th pop after its push, whatever else is pushed.
 *
 * Only the oldest item of a priority ages. Were each item to age by itself, a backlog of low items would be critical as a whole
 * after a while, and a critical item would wait behind all of it. An item is anything but `undefined`.
 */
export class PriorityQueue<T> {
  readonly #lanes: Lanes<T>;
  readonly #ageAfterPops: number;
  /** For each lane, the pops since its last one; of no meaning while it is empty. */
  readonly #passes = PRIORITIES.map(() => 0);

  constructor(options: PriorityQueueOptions = {}) {
    const { itemsMax, ageAfterPops } = resolvePriorityQueueOptions(options);
    this.#lanes = new Lanes(PRIORITIES.length, itemsMax, 'priorityQueue.itemsMax');
    this.#ageAfterPops = ageAfterPops;
  }

  get length(): number {
    return this.#lanes.length;
  }

  /**
   * Adds an item; the ticket is for `remove`.
   *
   * @throws MillraceError `ERR_QUEUE_FULL` when `itemsMax` items wait.
   */
  push(item: T, priority: Priority = 'normal'): Ticket {
    const lane = PRIORITY_LANES[priority];
    if (this.#lanes.isEmpty(lane)) this.#passes[lane] = 0;
    return this.#lanes.push(lane, item);
  }

  /** Takes the next item; undefined when nothing waits. */
  pop(): T | undefined {
    if (this.#lanes.length === 0) return undefined;
    const chosen = this.#chooseLane();
    for (let lane = 0; lane < this.#passes.length; lane++) this.#passes[lane]!++;
    this.#passes[chosen] = 0;
    return this.#lanes.shift(chosen);
  }

  /** Takes an item out of its turn; undefined when it has left already. */
  remove(ticket: Ticket): T | undefined {
    return this.#lanes.remove(ticket);
  }

  /** The lane passed over most of those that have aged, or else the most urgent one. */
  #chooseLane(): number {
    let chosen = 0;
    let chosenPasses = -1;
    for (let lane = this.#passes.length - 1; lane >= 0; lane--) {
      if (this.#lanes.isEmpty(lane)) continue;
      const passes = this.#passes[lane]!;
      const aged = passes >= this.#ageAfterPops ? passes : 0;
      if (aged <= chosenPasses) continue;
      chosen = lane;
      chosenPasses = aged;
    }
    return chosen;
  }
}
