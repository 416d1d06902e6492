import { checkAborted } from '../abort.js';
import { SYSTEM_CLOCK, type Clock } from '../clock.js';
import { Waiter } from './waiter.js';

export interface TimeoutOptions {
  /** The limit. Number above 0. */
  readonly timeoutMs: number;
  /** Makes the error that the promise rejects with, and the signal's reason, at the limit. */
  readonly error: () => Error;
  readonly signal?: AbortSignal | undefined;
  /** @defaultValue `SYSTEM_CLOCK` */
  readonly clock?: Clock;
}

/**
 * Runs `work` with a time limit that reaches into it: at the limit, or when the caller's signal is given, the signal that
 * `work` was handed is given and the promise rejects at once, whether or not `work` obeys. What it does later is ignored.
 *
 * @throws the given error at the limit; MillraceError `ERR_ABORTED`; else what `work` throws.
 */
export async function withTimeout<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { timeoutMs, error, signal, clock = SYSTEM_CLOCK }: TimeoutOptions,
): Promise<T> {
  checkAborted(signal);
  const controller = new AbortController();
  const waiter = new Waiter<T>();
  const answer = waiter.wait(signal, () => {
    controller.abort(signal?.reason);
  });
  const timer = clock.schedule(() => {
    const reason = error();
    waiter.reject(reason);
    controller.abort(reason);
  }, timeoutMs);
  start(work, controller.signal).then(
    (value) => {
      waiter.resolve(value);
    },
    (thrown: unknown) => {
      waiter.reject(thrown);
    },
  );
  try {
    return await answer;
  } finally {
    timer.cancel();
  }
}

/** A function that throws before it returns a promise rejects like any other. */
async function start<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  return work(signal);
}
