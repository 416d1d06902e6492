import { MillraceError, isMillraceError, messageOf, type ErrorCode } from '../../core/errors.js';

/** What an item failed with: its own error if that is one of ours. */
export function itemError(ordinal: number, thrown: unknown): MillraceError {
  if (isMillraceError(thrown)) return thrown;
  return new MillraceError('ERR_ITEM_FAILED', `item ${ordinal} failed: ${messageOf(thrown)}`, { cause: thrown });
}

/** What went wrong beside the items: our own error as it is, others with what was tried. */
export function asError(code: ErrorCode, what: string, thrown: unknown): MillraceError {
  return isMillraceError(thrown) ? thrown : new MillraceError(code, `${what}: ${messageOf(thrown)}`, { cause: thrown });
}
