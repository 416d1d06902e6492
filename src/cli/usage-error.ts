import type { CommanderError } from 'commander';

import { MillraceError } from '../core/errors.js';

/** What commander leaves out where something is missing. */
const EXPECTED: ReadonlyMap<string, string> = new Map([
  ['commander.missingArgument', ', expected one at least, got none'],
  ['commander.optionMissingArgument', ', expected a value, got none'],
]);

/**
 * One line for what commander refused: what, expected, got. Help and version are no refusals and come back as they are.
 *
 * @param command - the command as it is called, such as `millrace score`.
 */
export function usageErrorOf(error: CommanderError, command: string): Error {
  if (error.exitCode === 0 || error.code === 'commander.help') return error;
  const refusal = error.message.replace(/^error: /, '');
  const [what = refusal, suggestion] = refusal.split('\n');
  // commander suggests on a line of its own: "(Did you mean --workers?)".
  const hint = suggestion === undefined ? `; see \`${command} --help\`` : ` ${suggestion}`;
  const expected = EXPECTED.get(error.code) ?? '';
  return new MillraceError('ERR_USAGE', `${what}${expected}${hint}`, { cause: error });
}
