import { isMillraceError, messageOf } from '../core/errors.js';
import type { Invocation } from './context.js';
import { EXIT, exitCodeOf } from './exit-codes.js';

/**
 * Says in one line on stderr why a command ended; with `--debug` the stack follows.
 *
 * @returns the exit code. A reader that has gone, as in `millrace … | head`, is no fault: 0, and nothing is said.
 */
export async function reportFailure(error: unknown, { argv, context }: Invocation): Promise<number> {
  const { isClosedPipe } = await import('../io/stream-sink.js');
  if (isClosedPipe(error)) return EXIT.ok;
  const exitCode = exitCodeOf(error);
  const debug = argv.includes('--debug');
  context.stderr.write(`millrace: ${oneLine(messageOf(error))}${exitCode === EXIT.usage ? '' : notes(error, debug)}\n`);
  if (debug) context.stderr.write(`${stacksOf(error)}\n`);
  return exitCode;
}

/** The code, which leads to docs/errors.md; a mistake of ours has none that helps, and its stack does. */
function notes(error: unknown, debug: boolean): string {
  const code = isMillraceError(error) ? error.code : 'ERR_INTERNAL';
  return code === 'ERR_INTERNAL' && !debug ? ` (${code}; --debug shows the stack)` : ` (${code})`;
}

function stacksOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stack = error.stack ?? error.message;
  return error.cause === undefined ? stack : `${stack}\ncaused by: ${stacksOf(error.cause)}`;
}

/** A message may hold what a user typed or a file is called, line breaks included. */
function oneLine(message: string): string {
  return message.replace(/\s*[\r\n]+\s*/g, ' ');
}
