import { MillraceError } from '../../core/errors.js';
import { VALUE_CHARS_MAX, type FinishedItem } from '../../ledger/job-ledger.js';

/**
 * The record of a value.
 *
 * @throws TypeError when the value has no JSON; MillraceError `ERR_ITEM_FAILED` when that is too long for a ledger.
 */
export function finishedValue(ordinal: number, check: number, isValueKept: boolean, value: unknown): FinishedItem {
  const json = isValueKept ? jsonOf(value) : undefined;
  if (json === undefined) return [ordinal, check];
  if (json.length <= VALUE_CHARS_MAX) return [ordinal, check, json];
  const message = `the value of item ${ordinal} is too long to be recorded: ${json.length} characters of JSON`;
  throw new MillraceError('ERR_ITEM_FAILED', `${message}, at most ${VALUE_CHARS_MAX}`);
}

export function finishedFailure(ordinal: number, check: number, { code, message }: MillraceError): FinishedItem {
  return [ordinal, check, code, message];
}

/** What a record tells of an item. A value that was not kept is undefined. */
export function resultOf(record: FinishedItem): { readonly value: unknown } | { readonly error: MillraceError } {
  if (record.length === 4) return { error: new MillraceError(record[2], record[3]) };
  return { value: record.length === 3 ? JSON.parse(record[2]) : undefined };
}

/** `undefined`, functions and symbols have none. */
function jsonOf(value: unknown): string | undefined {
  const json: unknown = JSON.stringify(value);
  return typeof json === 'string' ? json : undefined;
}
