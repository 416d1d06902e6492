import { MillraceError } from '../errors.js';

/** Names an item in the lanes that took it; the name of an item that has left finds nothing. */
export type Ticket = number;

/** The most items that lanes may be asked to hold. */
export const LANE_ITEMS_LIMIT = 2 ** 24;

/** A ticket is `serial * SLOTS_LIMIT + slot`, an integer below 2^53. Serials begin again after 268 million pushes. */
const SLOTS_LIMIT = 2 ** 25;
const SERIALS = 2 ** 28;

const SLOTS_MIN = 16;
/** Lanes that are empty give back arrays of more slots than this. */
const SLOTS_KEPT = 4096;

/** Ends the list of free slots. Slot 0 is the anchor of the first lane and never free. */
const NONE = 0;

/**
 * First-in-first-out lists over one pool of slots: push, shift and removal from anywhere cost O(1).
 *
 * Each lane is a ring of slots that begins and ends at its anchor, so that linking has no special cases:
 *
 * ```text
 *   slot      0      1       2      3      4       5 …
 *             anchor anchor  a      free   b
 *   next      2      1       4      5      0
 *   previous  4      1       0      –      2            lane 0 holds a, b; lane 1 is empty
 * ```
 *
 * An item costs 24 bytes and at most as much again that waits to be used. A `Map` or `Set` would be less code, but its first
 * entry is found by passing over all those deleted before it, which makes a long queue quadratic.
 *
 * An item is anything but `undefined`.
 */
export class Lanes<T> {
  readonly #laneCount: number;
  readonly #itemsMax: number;
  readonly #bound: string;
  #next = new Uint32Array();
  #previous = new Uint32Array();
  #tickets = new Float64Array();
  #items: (T | undefined)[] = [];
  #free = NONE;
  /** Slots from here on have never been used. */
  #fresh = 0;
  #serial = 0;
  #length = 0;

  /** @param bound - the option that sets `itemsMax`, for the error. */
  constructor(laneCount: number, itemsMax: number, bound: string) {
    this.#laneCount = laneCount;
    this.#itemsMax = itemsMax;
    this.#bound = bound;
    this.#reset();
  }

  /** Items in all lanes. */
  get length(): number {
    return this.#length;
  }

  isEmpty(lane: number): boolean {
    return this.#next[lane] === lane;
  }

  /** @throws MillraceError `ERR_QUEUE_FULL` when there are `itemsMax` items. */
  push(lane: number, item: T): Ticket {
    if (this.#length === this.#itemsMax) {
      const message = `more than ${this.#bound}, ${this.#itemsMax}, would wait`;
      throw new MillraceError('ERR_QUEUE_FULL', message);
    }
    const slot = this.#takeSlot();
    const last = this.#previous[lane]!;
    this.#next[last] = slot;
    this.#previous[slot] = last;
    this.#next[slot] = lane;
    this.#previous[lane] = slot;

    this.#serial = (this.#serial + 1) % SERIALS;
    const ticket = this.#serial * SLOTS_LIMIT + slot;
    this.#tickets[slot] = ticket;
    this.#items[slot] = item;
    this.#length++;
    return ticket;
  }

  /** The oldest item of a lane, which stays there. */
  first(lane: number): T | undefined {
    return this.#items[this.#next[lane]!]; // An anchor has no item.
  }

  /** Takes the oldest item of a lane. */
  shift(lane: number): T | undefined {
    const slot = this.#next[lane]!;
    return slot === lane ? undefined : this.#take(slot);
  }

  /** Takes an item out of the middle; undefined when it has left already. */
  remove(ticket: Ticket): T | undefined {
    const slot = ticket % SLOTS_LIMIT;
    return this.#tickets[slot] === ticket ? this.#take(slot) : undefined;
  }

  #take(slot: number): T | undefined {
    const item = this.#items[slot];
    const next = this.#next[slot]!;
    const previous = this.#previous[slot]!;
    this.#next[previous] = next;
    this.#previous[next] = previous;

    this.#items[slot] = undefined;
    this.#tickets[slot] = 0; // No ticket: slot 0 is an anchor.
    this.#next[slot] = this.#free;
    this.#free = slot;
    this.#length--;
    if (this.#length === 0 && this.#next.length > SLOTS_KEPT) this.#reset();
    return item;
  }

  #takeSlot(): number {
    const slot = this.#free;
    if (slot !== NONE) {
      this.#free = this.#next[slot]!;
      return slot;
    }
    if (this.#fresh === this.#next.length) this.#grow(this.#fresh * 2);
    this.#items.push(undefined);
    return this.#fresh++;
  }

  #grow(slots: number): void {
    const [next, previous, tickets] = [this.#next, this.#previous, this.#tickets];
    this.#next = new Uint32Array(slots);
    this.#previous = new Uint32Array(slots);
    this.#tickets = new Float64Array(slots);
    this.#next.set(next);
    this.#previous.set(previous);
    this.#tickets.set(tickets);
  }

  /** Empty lanes; serials go on, so that tickets from before find nothing. */
  #reset(): void {
    this.#next = new Uint32Array(SLOTS_MIN);
    this.#previous = new Uint32Array(SLOTS_MIN);
    this.#tickets = new Float64Array(SLOTS_MIN);
    this.#items = Array.from({ length: this.#laneCount }, () => undefined);
    this.#free = NONE;
    this.#fresh = this.#laneCount;
    for (let lane = 0; lane < this.#laneCount; lane++) this.#next[lane] = this.#previous[lane] = lane;
  }
}
