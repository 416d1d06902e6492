import type { Command } from 'commander';

import type { CacheFlags } from '../cache/run.js';
import type { Invocation } from '../context.js';
import { usageErrorOf } from '../usage-error.js';
import { textOf } from '../values.js';

const DIR = 'a cache directory, as --cache or createCache has made it; any other is refused, and none is made';

const NOTES = `
Examples:
  millrace cache stats .millrace                       what it holds, by namespace
  millrace cache clear .millrace --namespace reports   forget the reports, keep the rest
  millrace cache verify .millrace                      read every entry; remove what is damaged

A directory may be in use meanwhile. verify examines the pages of the file only when it is not.

Exit codes:
  0  done; verify: all is sound              1    verify found damage and removed it; or the directory cannot be used
  2  bad usage, or this is no cache`;

/** `millrace cache`; what it runs is loaded when it runs. */
export function defineCache(command: Command, invocation: Invocation): void {
  command
    .description('Look into a cache directory, empty it, or check it.')
    .usage('<stats|clear|verify> <dir> [options]')
    .helpCommand(false)
    .addHelpText('after', NOTES);
  const add = (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .argument('<dir>', DIR)
      .option('--debug', 'show the stack of an error')
      .exitOverride((error) => {
        throw usageErrorOf(error, `millrace cache ${name}`);
      });
  add('stats', 'Show what each namespace holds, and files that were put aside.')
    .option('--json', 'print it as JSON')
    .action(async (dir: string, flags: CacheFlags) => {
      const { runStats } = await import('../cache/run.js');
      invocation.exitCode = await runStats(dir, flags, invocation);
    });
  add('clear', 'Remove all entries.')
    .option('--namespace <name>', 'only those of this namespace', textOf('--namespace'))
    .action(async (dir: string, flags: CacheFlags) => {
      const { runClear } = await import('../cache/run.js');
      invocation.exitCode = await runClear(dir, flags, invocation);
    });
  add('verify', 'Read every entry, and remove what is damaged.').action(async (dir: string) => {
    const { runVerify } = await import('../cache/run.js');
    invocation.exitCode = await runVerify(dir, invocation);
  });
}
