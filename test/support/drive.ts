/** Runs time by hand until some work is over. */
import { settle, type ManualClock } from './manual-clock.js';

/** Turns of the event loop after which whatever can happen without time has happened. */
const TURNS = 4;

/** Steps to the next timer whenever nothing else is left to happen, until `work` is settled. */
export async function drive<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  const state = { isOver: false };
  const end = (): void => {
    state.isOver = true;
  };
  work.then(end, end);
  while (!state.isOver) {
    for (let turn = 0; turn < TURNS; turn++) await settle();
    if (clock.nextAtMs !== undefined) clock.advance(clock.nextAtMs - clock.monotonicMs());
  }
  return work;
}
