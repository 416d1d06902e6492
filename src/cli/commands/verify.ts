import type { Command } from 'commander';

import type { Invocation } from '../context.js';
import { usageErrorOf } from '../usage-error.js';

const NOTES = `
It reads the inputs, the output and the dead letters of the run anew, and changes nothing. Each document of the inputs must have one
row or one dead letter, in order and as it was written; no answered call may have been made again; and the money must add up.

Exit codes:
  0  all of that holds                       1    something does not, a line each; or the directory cannot be read
  2  bad usage`;

/** Adds `millrace verify` to the program; what it runs is loaded when it runs. */
export function defineVerify(program: Command, invocation: Invocation): void {
  program
    .command('verify')
    .summary('prove that a run of refine lost and repeated nothing')
    .description('Prove that a run of refine has each document once, in order, and paid for nothing twice.')
    .exitOverride((error) => {
      throw usageErrorOf(error, 'millrace verify');
    })
    .argument('<dir>', 'the directory that was --run')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', NOTES)
    .action(async (dir: string) => {
      const { runVerify } = await import('../verify/run.js');
      invocation.exitCode = await runVerify(dir, invocation);
    });
}
