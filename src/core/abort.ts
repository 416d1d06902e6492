import { MillraceError } from './errors.js';

export function abortedError(signal: AbortSignal): MillraceError {
  return new MillraceError('ERR_ABORTED', 'the operation was aborted', { cause: signal.reason });
}

/** @throws MillraceError `ERR_ABORTED` when the signal has been given. */
export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedError(signal);
}

/**
 * Waits for `work`, but no longer than until the signal is given; then `cancel` is called and the wait rejects with
 * `ERR_ABORTED`. The listener is removed in any case.
 */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined, cancel: () => void): Promise<T> {
  if (signal === undefined) return work;
  checkAborted(signal);
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      cancel();
      reject(abortedError(signal));
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
