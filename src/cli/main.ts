import { CommanderError } from 'commander';

import { processContext, type CliContext, type Invocation } from './context.js';
import { EXIT } from './exit-codes.js';
import { reportFailure } from './failure.js';
import { createProgram } from './program.js';

/**
 * Runs the command line.
 *
 * @param argv - the arguments, without node and script.
 * @returns the exit code. Never rejects: what went wrong is one line on stderr.
 */
export async function main(argv: readonly string[], context: CliContext = processContext()): Promise<number> {
  const invocation: Invocation = { argv, context, exitCode: EXIT.ok };
  // They stay for good: that the reader has gone may be told after the last write, and without a listener ends the process
  // with a stack. Whoever has to know of a failed write waits for it.
  context.stdout.on('error', () => {});
  context.stderr.on('error', () => {});
  try {
    const program = await createProgram(invocation);
    await program.parseAsync([...argv], { from: 'user' });
    return invocation.exitCode;
  } catch (error) {
    // Help and version arrive as errors. Help that nobody asked for stands in for a missing command.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return reportFailure(error, invocation);
  }
}
