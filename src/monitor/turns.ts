export interface Turns<T> {
  /** Whether there is time for the next run; asked before each. Once it is not so, nothing more runs. */
  readonly mayRun: (round: number, turn: number) => boolean;
  /** What it throws ends the rounds: whoever goes on behind a failure catches it. */
  readonly run: (each: T, round: number) => Promise<void>;
}

/**
 * Runs all of several things once a round, each round beginning with another one: so what else the machine does, and what one of them
 * leaves behind, meets all of them alike. Rounds and turns count from 0.
 *
 * @returns whether all rounds were run to their end.
 */
export async function takeTurns<T>(all: readonly T[], rounds: number, { mayRun, run }: Turns<T>): Promise<boolean> {
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < all.length; turn++) {
      if (!mayRun(round, turn)) return false;
      await run(all[(round + turn) % all.length]!, round);
    }
  }
  return true;
}
