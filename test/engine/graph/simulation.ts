/**
 * Threads that only pretend to work: on a clock that is moved by hand, a task takes as long as its input says. What is handed to
 * a slot waits there until the one before has ended, unless it is taken back, as in a real thread.
 */
import { MillraceError } from '../../../src/core/errors.js';
import type { ModuleThreads, ModuleThreadsListener } from '../../../src/engine/threads/module-pool.js';
import type { ModuleRequest } from '../../../src/workers/module-protocol.js';
import type { ManualClock } from '../../support/manual-clock.js';

/** The input of a simulated task. */
export interface Simulated {
  readonly ms: number;
  /** What becomes of it. @defaultValue 'completes' */
  readonly end?: 'completes' | 'fails' | 'crashes' | 'never';
}

interface Offered {
  readonly ticket: number;
  readonly request: ModuleRequest;
  begun: boolean;
}

export class SimulatedThreads implements ModuleThreads {
  /** Ids in the order in which they were begun. */
  readonly begun: string[] = [];
  isClosed = false;
  readonly #lanes: Offered[][];
  readonly #clock: ManualClock;
  readonly #listener: ModuleThreadsListener;
  #ticket = 0;

  constructor(clock: ManualClock, slots: number, listener: ModuleThreadsListener) {
    this.#clock = clock;
    this.#listener = listener;
    this.#lanes = Array.from({ length: slots }, () => []);
  }

  get slots(): number {
    return this.#lanes.length;
  }

  /** Tasks that run now. */
  get running(): number {
    return this.#lanes.filter(([first]) => first?.begun).length;
  }

  offer(slot: number, request: ModuleRequest): number {
    const ticket = ++this.#ticket;
    const lane = this.#lanes[slot]!;
    lane.push({ ticket, request: structuredClone(request), begun: false });
    if (lane.length === 1) this.#begin(slot);
    return ticket;
  }

  takeBack(slot: number, ticket: number): boolean {
    const lane = this.#lanes[slot]!;
    const at = lane.findIndex((offered) => offered.ticket === ticket);
    if (at === -1 || lane[at]!.begun) return false;
    lane.splice(at, 1);
    return true;
  }

  abort(): void {}

  kill(slot: number): void {
    this.#clock.schedule(() => this.#lose(slot), 0);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  #begin(slot: number): void {
    const [offered] = this.#lanes[slot]!;
    if (offered === undefined || offered.begun) return;
    offered.begun = true;
    this.begun.push(idOf(offered.request));
    const { ms, end = 'completes' } = offered.request.input as Simulated;
    if (end === 'never') return;
    this.#clock.schedule(() => this.#end(slot, offered, ms, end), ms);
  }

  #end(slot: number, { ticket, request, begun }: Offered, ms: number, end: 'completes' | 'fails' | 'crashes'): void {
    const lane = this.#lanes[slot]!;
    if (!begun || lane[0]?.ticket !== ticket) return; // it was lost meanwhile
    if (end === 'crashes') {
      this.#lose(slot);
      return;
    }
    lane.shift();
    this.#begin(slot);
    if (end === 'completes') this.#listener.completed(slot, ticket, idOf(request), ms);
    else this.#listener.failed(slot, ticket, new MillraceError('ERR_TASK_FAILED', `${idOf(request)} failed`), ms);
  }

  #lose(slot: number): void {
    const lane = this.#lanes[slot]!;
    const begun = lane[0]?.begun === true ? lane[0].ticket : undefined;
    lane.length = 0;
    this.#listener.lost(slot, begun, new MillraceError('ERR_WORKER_CRASHED', 'lost'));
  }
}

function idOf({ context }: ModuleRequest): string {
  return String(context?.['id']);
}
