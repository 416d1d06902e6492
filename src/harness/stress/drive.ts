import { checkAborted } from '../../core/abort.js';
import type { Clock } from '../../core/clock.js';
import { Waiter } from '../../core/flow/waiter.js';
import { Accounts, type Counts } from './accounts.js';
import { Pacer } from './pacer.js';
import type { OpenTarget } from './target.js';

export interface DriveOptions {
  readonly perSecond: number;
  /** Arrivals in all; the last is due at `(arrivals - 1) / perSecond`. */
  readonly arrivals: number;
  /** What is not judged by: the time in which code is compiled and pools fill. */
  readonly warmUpMs: number;
  /** Arrivals that may be without an outcome. */
  readonly queueMax: number;
  /** How long outcomes are waited for behind the last arrival. */
  readonly drainMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called when the last arrival has come. */
  readonly onArrived?: () => void;
  /** Called with each arrival that is shed. */
  readonly onShed?: (arrival: number) => void;
}

/** A paced run. */
export interface Drive {
  readonly accounts: Accounts;
  /** From the first arrival to the last one. */
  readonly arrivalMs: number;
  /** Until nothing was outstanding, or no longer waited for. */
  readonly totalMs: number;
  /** The time that is judged, from the end of the warm-up to the last arrival. */
  readonly judgedMs: number;
  /** Arrivals that ended well in that time. */
  readonly judgedWell: number;
}

/**
 * Puts a target under the load of an open loop.
 *
 * Throughput is judged by what ended well between two moments, both while arrivals come: a target that keeps up shows the rate there
 * however long each document takes, and one that does not shows its own rate, since what piles up is not counted.
 *
 * @param onBegin - called with the books before the first arrival.
 * @throws MillraceError `ERR_ABORTED`; whatever opening and closing the target throws.
 */
export async function drive(
  open: OpenTarget,
  options: DriveOptions,
  onBegin: (accounts: Accounts) => void = () => undefined,
): Promise<Drive> {
  const { clock, signal, warmUpMs, onArrived, onShed } = options;
  const accounts = new Accounts(options.queueMax);
  const pacer = new Pacer(options);
  const drain = new Drain(accounts);
  let isOver = false;
  const target = await open((arrival, outcome) => {
    if (isOver) return; // What is abandoned in the end has not come to its own end.
    accounts.end(arrival, outcome, clock.monotonicMs() - pacer.dueMs(arrival));
    drain.notice();
  });
  try {
    onBegin(accounts);
    const startMs = clock.monotonicMs();
    let warm: Marked | undefined;
    const markWarm = (): void => {
      if (warm !== undefined || clock.monotonicMs() - startMs < warmUpMs) return;
      warm = { atMs: clock.monotonicMs(), counts: accounts.counts() };
    };
    await pacer.run((from, to) => {
      markWarm();
      for (let arrival = from; arrival < to; arrival++) {
        if (accounts.arrive(arrival)) target.offer(arrival);
        else onShed?.(arrival);
      }
    }, signal);
    const arrived = { atMs: clock.monotonicMs(), counts: accounts.counts() };
    onArrived?.();
    await drain.wait(options);
    const totalMs = clock.monotonicMs() - startMs;
    const judgedFrom = warm ?? { atMs: startMs, counts: NOTHING };
    return {
      accounts,
      arrivalMs: arrived.atMs - startMs,
      totalMs,
      judgedMs: arrived.atMs - judgedFrom.atMs,
      judgedWell: arrived.counts.endedWell - judgedFrom.counts.endedWell,
    };
  } finally {
    isOver = true;
    await target.close();
  }
}

interface Marked {
  readonly atMs: number;
  readonly counts: Pick<Counts, 'endedWell'>;
}

const NOTHING = Object.freeze({ endedWell: 0 });

/** The wait for the outcomes behind the last arrival. */
class Drain {
  readonly #accounts: Accounts;
  /** While somebody waits. */
  #waiter: Waiter<void> | undefined;

  constructor(accounts: Accounts) {
    this.#accounts = accounts;
  }

  /** An arrival has ended. */
  notice(): void {
    if (this.#accounts.outstanding === 0) this.#waiter?.resolve();
  }

  /** @throws MillraceError `ERR_ABORTED`. */
  async wait({ drainMs, clock, signal }: DriveOptions): Promise<void> {
    checkAborted(signal);
    if (this.#accounts.outstanding === 0) return;
    const waiter = (this.#waiter = new Waiter<void>());
    const timer = clock.schedule(() => {
      waiter.resolve();
    }, drainMs);
    try {
      await waiter.wait(signal, () => undefined);
    } finally {
      timer.cancel();
    }
  }
}
