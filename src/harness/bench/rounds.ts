import { checkAborted } from '../../core/abort.js';
import type { Clock } from '../../core/clock.js';
import { MillraceError } from '../../core/errors.js';
import { takeTurns } from '../../monitor/turns.js';
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
 * The values of each case, round by round: once unmeasured, then in turns. Rounds are whole, since ratios are those of a round.
 *
 * A case that throws ends the bench, unlike one of a `Benchmark`: what is measured here was checked before, so a failure is a defect of
 * the package, and no table of the other cases should hide it.
 *
 * @throws MillraceError `ERR_INTERNAL` for a value that is no positive number; `ERR_ABORTED`; whatever a case throws.
 */
export async function measureInTurns(cases: readonly BenchCase[], options: RoundsOptions): Promise<number[][]> {
  const { rounds, signal, onCase } = options;
  const contestants = cases.map((each) => ({ each, values: new Array<number>() }));
  const mayBegin = roundsWithin(options);
  await takeTurns(contestants, 1 + rounds, {
    mayRun: (round, turn) => turn > 0 || mayBegin(round),
    run: async ({ each, values }, round) => {
      checkAborted(signal);
      onCase(each.name, round);
      collectGarbage();
      const value = checkValue(each.name, await each.run());
      if (round > 0) values.push(value);
    },
  });
  return contestants.map(({ values }) => values);
}

/** Tells, asked at the beginning of each round, whether there is time for it. */
function roundsWithin({ seconds, clock }: RoundsOptions): (round: number) => boolean {
  const startedAtMs = clock.monotonicMs();
  let begunAtMs = startedAtMs;
  let longestMs = 0;
  return (round) => {
    const nowMs = clock.monotonicMs();
    longestMs = Math.max(longestMs, nowMs - begunAtMs);
    begunAtMs = nowMs;
    return round <= 1 || nowMs - startedAtMs + longestMs <= 1000 * seconds;
  };
}

function checkValue(name: string, value: number): number {
  if (Number.isFinite(value) && value > 0) return value;
  throw new MillraceError('ERR_INTERNAL', `the case ${name} measured ${value}, expected a positive number`);
}

/** Only where node was started so that it can: what one case leaves is not collected in the time of the next. */
function collectGarbage(): void {
  globalThis.gc?.();
}
