import type { Command } from 'commander';

import type { Invocation } from '../context.js';

const NOTES = `
It reads the inputs, the output and the dead letters of the run anew, and changes nothing. Each document of the inputs must have one
row or one dead letter, in order and as it was written; no answered call may have been made again; and the money must add up.

Exit codes:
  0  all of that holds                       1    something does not, a line each; or the directory cannot be read
  2  bad usage`;

/** `millrace verify`; what it runs is loaded when it runs. */
export function defineVerify(command: Command, invocation: Invocation): void {
  command
    .description('Prove that a run of refine has each document once, in order, and paid for nothing twice.')
    .argument('<dir>', 'the directory that was --run')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', NOTES)
    .action(async (dir: string) => {
      const { runVerify } = await import('../verify/run.js');
      invocation.exitCode = await runVerify(dir, invocation);
    });
}
