import type { MillraceError } from '../core/errors.js';
import type { DeadLetter } from '../io/dead-letters.js';

/** What an input may fail with without ending the run. */
export const INPUT_ERRORS: ReadonlySet<string> = new Set([
  'ERR_INPUT_CORRUPT',
  'ERR_INPUT_NOT_FOUND',
  'ERR_INPUT_UNREADABLE',
]);

/** Stands for all documents of an input behind the place where it broke off; `ordinal` is that of the first of them. */
export function brokenInput(source: string, ordinal: number, { code, message }: MillraceError): DeadLetter {
  return { source, ordinal, code, message };
}
