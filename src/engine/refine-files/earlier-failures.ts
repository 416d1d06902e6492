import { isErrorCode, type WireError } from '../../core/errors.js';
import type { CallLedger } from '../../ledger/calls/call-ledger.js';
import { linesOf } from './old-rows.js';

/** A document that earlier sessions of a run have given up, and why. */
export interface EarlierFailure extends WireError {
  readonly ordinal: number;
}

/**
 * The dead letters of the sessions before, written or not. Where the record of which documents are written as such is damaged,
 * these are left out: what depends on them is done as if they had been refined.
 *
 * @param failed - the dead-letter file, cut to the last checkpoint.
 * @throws MillraceError `ERR_LEDGER`, `ERR_OUTPUT_UNWRITABLE`; `ERR_INPUT_UNREADABLE` for the dead-letter file.
 */
export async function* earlierFailures(
  ledger: CallLedger,
  failed: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<EarlierFailure, void, undefined> {
  const written = ledger.writtenDeadLetters;
  if (failed !== undefined && written !== undefined && written.count > 0) {
    const lines = linesOf(failed, 0, signal);
    for (const ordinal of written) {
      const line = await lines.next();
      if (line.done === true) break;
      yield { ordinal, ...reasonIn(line.value) };
    }
    await lines.return();
  }
  for await (const [ordinal, line] of ledger.unwrittenDeadLetters()) yield { ordinal, ...reasonIn(line) };
}

function reasonIn(line: Uint8Array): WireError {
  const letter: unknown = JSON.parse(Buffer.from(line).toString());
  if (typeof letter === 'object' && letter !== null && 'code' in letter && 'message' in letter) {
    const { code, message } = letter;
    if (isErrorCode(code) && typeof message === 'string') return { code, message };
  }
  return { code: 'ERR_LEDGER', message: 'its dead letter cannot be read' };
}
