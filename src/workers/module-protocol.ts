/**
 * What the main thread and a thread for modules say to each other, and the memory that they share.
 *
 * Calls may be handed over ahead of time, so that a thread has the next one when it ends one. Until a thread begins a call it can
 * be taken back, and so each call handed over has a place of its own in shared memory, which holds the call's ticket while it is
 * free to be begun. One compare-and-swap decides who gets it:
 *
 *   place = ticket    handed over
 *   place = -ticket   begun by the thread
 *   place = 0         taken back, or ended
 *
 * A place also tells which call a thread was at when it ended. Tickets are never used twice, so a message that arrives after its
 * place has been given to another call claims nothing.
 */
import type { WireError } from '../core/errors.js';

/** A call of the function that a module exports. */
export interface ModuleRequest {
  /** The address of the module. */
  readonly module: string;
  readonly input: unknown;
  /** What the function is told besides its signal; without it the module is loaded and not called. */
  readonly context: Readonly<Record<string, unknown>> | undefined;
  /** Added to the context as errors: they lose their class on the way. */
  readonly failures?: ReadonlyMap<string, WireError>;
}

export type ToModuleWorker =
  | { readonly kind: 'run'; readonly ticket: number; readonly place: number; readonly request: ModuleRequest }
  /** Gives the call its signal if it is running; that of a call that has ended already is no fault. */
  | { readonly kind: 'abort'; readonly ticket: number };

export type FromModuleWorker =
  | { readonly kind: 'completed'; readonly ticket: number; readonly ms: number; readonly value: unknown }
  | {
      readonly kind: 'failed';
      readonly ticket: number;
      readonly ms: number;
      readonly error: WireError;
      /** What was thrown, as far as it can be copied, and what the copy loses: its name and its mark as final. */
      readonly cause: unknown;
      readonly name: string | undefined;
      readonly isFinal: boolean;
    };

/** What a thread for modules is started with. */
export interface ModuleWorkerData {
  readonly places: Int32Array;
}

/** The largest ticket that fits a place; behind it they begin at 1 again, long after the first has been forgotten. */
export const TICKET_MAX = 2 ** 31 - 1;

/** For the thread: whether the call is its own now. */
export function claim(places: Int32Array, place: number, ticket: number): boolean {
  return Atomics.compareExchange(places, place, ticket, -ticket) === ticket;
}

/** For the main thread: whether the call was taken back before it was begun. */
export function takeBack(places: Int32Array, place: number, ticket: number): boolean {
  return Atomics.compareExchange(places, place, ticket, 0) === ticket;
}
