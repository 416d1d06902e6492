import { MillraceError } from '../core/errors.js';

/** @throws MillraceError `ERR_ABORTED` when `signal` has fired. */
export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortedError(signal);
}

export function abortedError(signal: AbortSignal): MillraceError {
  return new MillraceError('ERR_ABORTED', 'reading the input was aborted', { cause: signal.reason });
}
