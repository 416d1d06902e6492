/**
 * What the main thread and a task worker say to each other, and the memory that they share.
 *
 * Tasks are handed over ahead of time, so that a thread has the next one when it ends one. Until a thread begins a task it can be
 * taken back, and so each task handed over has a place of its own in shared memory, which holds the task's ticket while it is
 * free to be begun. One compare-and-swap decides who gets it:
 *
 *   place = ticket    handed over
 *   place = -ticket   begun by the thread
 *   place = 0         taken back, or ended
 *
 * Tickets are never used twice, so a message that arrives after its place has been given to another task claims nothing.
 */
import type { WireError } from '../core/errors.js';

export interface TaskRequest {
  readonly id: string;
  /** The address of the module. */
  readonly module: string;
  readonly input: unknown;
  readonly results: ReadonlyMap<string, unknown>;
  readonly failures: ReadonlyMap<string, WireError>;
}

export type ToTaskWorker =
  | { readonly kind: 'run'; readonly ticket: number; readonly place: number; readonly request: TaskRequest }
  /** Gives the task its signal if it is running; that of a task that has ended already is no fault. */
  | { readonly kind: 'abort'; readonly ticket: number };

export type FromTaskWorker =
  | { readonly kind: 'completed'; readonly ticket: number; readonly ms: number; readonly value: unknown }
  | {
      readonly kind: 'failed';
      readonly ticket: number;
      readonly ms: number;
      readonly error: WireError;
      readonly cause: unknown;
    };

/** What a task worker is started with. */
export interface TaskWorkerData {
  readonly places: Int32Array;
}

/** The largest ticket that fits a place; behind it they begin at 1 again, long after the first has been forgotten. */
export const TICKET_MAX = 2 ** 31 - 1;

/** For the thread: whether the task is its own now. */
export function claim(places: Int32Array, place: number, ticket: number): boolean {
  return Atomics.compareExchange(places, place, ticket, -ticket) === ticket;
}

/** For the main thread: whether the task was taken back before it was begun. */
export function takeBack(places: Int32Array, place: number, ticket: number): boolean {
  return Atomics.compareExchange(places, place, ticket, 0) === ticket;
}
