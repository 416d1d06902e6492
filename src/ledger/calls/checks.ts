import { MillraceError } from '../../core/errors.js';
import {
  ATTEMPT_MAX,
  COUNTS_MAX,
  ITERATION_MAX,
  ORDINAL_MAX,
  PROVIDER_BYTES_MAX,
  type CallId,
  type Finished,
} from './calls.js';
import { UTF8_BYTES_PER_UNIT_MAX } from './record.js';

/** @throws MillraceError `ERR_INTERNAL` for a call that a record has no room for. */
export function checkBounds({ ordinal, iteration, attempt, provider }: CallId): void {
  const isInside = ordinal <= ORDINAL_MAX && iteration <= ITERATION_MAX && attempt <= ATTEMPT_MAX;
  if (!isInside || provider.length * UTF8_BYTES_PER_UNIT_MAX > PROVIDER_BYTES_MAX) {
    throw broken(`a call is beyond what can be recorded: ${JSON.stringify({ ordinal, iteration, attempt, provider })}`);
  }
}

/** @throws MillraceError `ERR_INTERNAL` for what is no whole number of billionths of a US dollar, 0 or more. */
export function checkMoney(nanoUsd: number): void {
  if (!Number.isSafeInteger(nanoUsd) || nanoUsd < 0) throw broken(`${nanoUsd} is no amount of money`);
}

/** @throws MillraceError `ERR_INTERNAL` for what does not end a line, and for more counts than can be recorded. */
export function checkFinished(ordinal: number, { line, counts = [] }: Finished): void {
  if (ordinal > ORDINAL_MAX || line.at(-1) !== LF) throw broken(`document ${ordinal} does not end with a line`);
  if (counts.length > COUNTS_MAX) throw broken(`document ${ordinal} has ${counts.length} counts`);
}

/** The error of a ledger that is used as it must not be. */
export function broken(message: string): MillraceError {
  return new MillraceError('ERR_INTERNAL', `the ledger of calls: ${message}`);
}

const LF = 0x0a;
