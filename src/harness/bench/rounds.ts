import { checkAborted } from '../../core/abort.js';
import type { Clock } from '../../core/clock.js';
import { MillraceError } from '../../core/errors.js';
import type { BenchCase } from './suite.js';

export interface RoundsOptions {
  /** At most. */
  readonly rounds: number;
  /** No round is begun that would end later, as long as the longest of those before; the first one always is. */
  readonly seconds: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called after each case of each round. */
  readonly onCase: (name: string, round: number) => void;
}

/**
 * The values of each case, round by round: once unmeasured, then in turns, so that what else the machine does meets them all.
 *
 * @throws MillraceError `ERR_INTERNAL` for a value that is no positive number; `ERR_ABORTED`; whatever a case throws.
 */
export async function measureInTurns(cases: readonly BenchCase[], options: RoundsOptions): Promise<number[][]> {
  const { clock, signal } = options;
  const values: number[][] = cases.map(() => []);
  const started = clock.monotonicMs();
  let longestMs = 0;
  for (let round = 0; round <= options.rounds; round++) {
    const begun = clock.monotonicMs();
    if (round > 1 && begun - started + longestMs > 1000 * options.seconds) break;
    for (const [index, each] of cases.entries()) {
      checkAborted(signal);
      options.onCase(each.name, round);
      collectGarbage();
      const value = checkValue(each.name, await each.run());
      if (round > 0) values[index]?.push(value);
    }
    longestMs = Math.max(longestMs, clock.monotonicMs() - begun);
  }
  return values;
}

function checkValue(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new MillraceError('ERR_INTERNAL', `the case ${name} measured ${value}, expected a positive number`);
}

/** Only where node was started so that it can: what one case leaves is not collected in the time of the next. */
function collectGarbage(): void {
  globalThis.gc?.();
}
