import type { Clock, Timer } from '../core/clock.js';

/** What is swept: returns true when there may be more. */
export type Sweep = (budgetMs: number) => Promise<boolean>;

/** How long one sweep of a tier may keep the event loop. */
export const SWEEP_BUDGET_MS = 2;
/** Between two slices others have their turn; a process that has nothing else to do need not wait for the rest. */
const PAUSE_MS = 10;

/**
 * Clean-up at intervals: what has expired leaves although nobody asks for it. A round is done in slices, and the next begins
 * `everyMs` after its end. The process does not stay alive for it.
 */
export class Sweeper {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #sweeps: () => readonly Sweep[];
  #timer: Timer | undefined;
  #round: Promise<void> | undefined;
  #isStopped = false;

  /** @param sweeps - what to sweep, asked at each round. They do not reject. */
  constructor(clock: Clock, everyMs: number, sweeps: () => readonly Sweep[]) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#sweeps = sweeps;
    this.#schedule(everyMs, this.#sweeps);
  }

  /** Resolves when no slice is under way, and none will be. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#round;
  }

  #schedule(delayMs: number, sweeps: () => readonly Sweep[]): void {
    const callback = (): void => {
      this.#round = this.#sweep(sweeps());
    };
    this.#timer = this.#clock.schedule(callback, delayMs, { keepsAlive: false });
  }

  /** One slice of each; those that have more get another. */
  async #sweep(sweeps: readonly Sweep[]): Promise<void> {
    const unfinished: Sweep[] = [];
    for (const sweep of sweeps) {
      if (this.#isStopped) return;
      if (await sweep(SWEEP_BUDGET_MS)) unfinished.push(sweep);
    }
    if (this.#isStopped) return;
    if (unfinished.length > 0) this.#schedule(PAUSE_MS, () => unfinished);
    else this.#schedule(this.#everyMs, this.#sweeps);
  }
}
