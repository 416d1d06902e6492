import { Option, type Command } from 'commander';
import { WORKERS_MAX } from '../../engine/options.js';
import { STRESS_DEFAULTS, STRESS_MODES } from '../../harness/stress/options.js';
import { FAULTS } from '../../refine/mock/options.js';
import type { Invocation } from '../context.js';
import { faultsOf, rateOf, type StressFlags } from '../stress/flags.js';
import { choiceOf, integerOf, numberOf, textOf, type ValueParser } from '../values.js';

const INPUT =
  'where documents are drawn from: a file, a directory, a glob, or - for JSON Lines on stdin (default: they are made up)';

const NOTES = `
Examples:
  millrace stress                                            score 248,000 made-up documents a minute, for ten minutes
  millrace stress corpus/ --rate 4000/s --minutes 60         with your own documents, for an hour
  millrace stress --rate 30000/min --faults 1%               refine through a mock of a model, a call in a hundred fails
  millrace stress --minutes 2 --chaos --html stress.html     end threads, damage the cache, hold the process up meanwhile

Documents arrive at the rate whatever becomes of those before them, and their latencies count from the time at which they were due.

Faults:  ${FAULTS.join(', ')}

Exit codes:
  0  every criterion is met                  1    one is not, or could not be measured; or the run failed
  2  bad usage                               130  interrupted, 143 by SIGTERM: there is no verdict`;

/** `millrace stress`; what it runs is loaded when it runs. */
export function defineStress(command: Command, invocation: Invocation): void {
  command
    .description('Put the engine under a load that comes at a set rate, and judge how it stands that.')
    .argument('[input...]', INPUT);
  const add = <T>(flags: string, description: string, parse: (option: string) => ValueParser<T>): void => {
    const option = new Option(flags, description);
    const parseValue = parse(option.long ?? flags);
    command.addOption(option.argParser((typed) => parseValue(typed)));
  };
  const { ratePerMinute, minutes, queueMax, workers, concurrency, latencyMs, callTimeoutMs, seed } = STRESS_DEFAULTS;
  add('--rate <n>', `documents that arrive: 248000/min, 4000/s (default: ${ratePerMinute}/min)`, rateOf);
  add('--minutes <n>', `how long they arrive (default: ${minutes})`, (option) => numberOf(option, 0));
  add('--warm-up-seconds <n>', 'what is not judged by (default: a fifth of the run, a minute at most)', (option) =>
    numberOf(option, 0),
  );
  add(
    '--mode <what>',
    `what is driven: ${STRESS_MODES.join('|')} (default: refine with --faults, else score)`,
    (option) => choiceOf(option, STRESS_MODES),
  );
  add(
    '--faults <share>',
    'share of calls that fail: 1%, in equal parts in each way, or 500=0.5%,reset=0.5% (default: none)',
    faultsOf,
  );
  add('--queue-max <n>', `arrivals that may wait; those beyond are errors (default: ${queueMax})`, (option) =>
    integerOf(option, 1),
  );
  add('--workers <n>', `threads, 1 to ${WORKERS_MAX} (default: one for each core, here ${workers})`, (option) =>
    integerOf(option, 1, WORKERS_MAX),
  );
  add('--concurrency <n>', `calls in flight (default: ${concurrency})`, (option) => integerOf(option, 1));
  add('--latency-ms <n>', `how long the mock takes for an answer (default: ${latencyMs})`, (option) =>
    numberOf(option, 0),
  );
  add('--call-timeout-ms <n>', `a call that takes longer is tried again (default: ${callTimeoutMs})`, (option) =>
    integerOf(option, 1),
  );
  add('--text-field <name>', 'field of a row that holds the text (default: text)', textOf);
  add('--seed <n>', `the same seed makes the same documents, faults and chaos (default: ${seed})`, (option) =>
    integerOf(option, 0),
  );
  add('--json <file>', 'write all that was measured there', textOf);
  add('--html <file>', 'write a page about the run there', textOf);
  command
    .option('--chaos', 'end threads, damage the cache, reset connections and hold processes up meanwhile')
    .option('--quiet', 'no live line on stderr')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', NOTES)
    .action(async (inputs: readonly string[], flags: StressFlags) => {
      const { runStress } = await import('../stress/run.js');
      invocation.exitCode = await runStress(inputs, flags, invocation);
    });
}
