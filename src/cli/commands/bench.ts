import { Option, type Command } from 'commander';

import { WORKERS_MAX } from '../../engine/options.js';
import {
  BENCH_DEFAULTS,
  checkBaselineName,
  checkSuites,
  DOCUMENTS_MAX,
  DOCUMENTS_MIN,
  ROUNDS_MAX,
} from '../../harness/bench/options.js';
import { SUITE_NAMES } from '../../harness/bench/suite.js';
import { SEED_MAX } from '../../harness/documents.js';
import type { BenchFlags } from '../bench/flags.js';
import type { Invocation } from '../context.js';
import { formatCount } from '../numbers.js';
import { bytesOf, integerOf, numberOf, textOf, type ValueParser } from '../values.js';

const NOTES = `
Examples:
  millrace bench                                          everything, on generated documents: about two minutes
  millrace bench docs/ --suites kernel,score              two suites, on documents of your own
  millrace bench --seconds 20                             fewer documents, fewer rounds
  millrace bench --baseline before                        remember the results, change something, and then
  millrace bench --compare before --html bench.html       see what got slower, and by how much

Suites: ${SUITE_NAMES.join(', ')}

Documents are distinct, results are checked before anything is timed, and each result stands beside what could be used instead.
A change counts when two tests agree that it is none of chance, and it is 5 % or more; from 20 % on it is critical.

Exit codes:
  0  done                                    1    the run failed, or --compare found a critical loss
  2  bad usage                               130  interrupted; 143 likewise, by SIGTERM`;

/** `millrace bench`; what it runs is loaded when it runs. */
export function defineBench(command: Command, invocation: Invocation): void {
  const { rounds, seconds, documents, bytes, seed, workers, baselinesDir } = BENCH_DEFAULTS;
  command
    .description('Measure how fast documents are scored, cached, processed and refined on this machine.')
    .argument('[input...]', 'documents to measure with, as in `millrace score` (default: generated ones)');

  const add = <T>(flags: string, description: string, parse: (option: string) => ValueParser<T>): void => {
    const option = new Option(flags, description);
    const parseValue = parse(option.long ?? flags);
    command.addOption(option.argParser((typed) => parseValue(typed)));
  };
  add('--suites <names>', 'what is measured, with commas between (default: all)', (option) => {
    return (typed) =>
      checkSuites(
        option,
        typed.split(',').map((name) => name.trim()),
      );
  });
  add('--rounds <n>', `rounds of each suite at most (default: ${rounds})`, (option) =>
    integerOf(option, 1, ROUNDS_MAX),
  );
  add('--seconds <n>', `what all may take together, about (default: ${seconds})`, (option) => numberOf(option, 0.1));
  add('--documents <n>', `documents at most (default: ${formatCount(documents)})`, (option) =>
    integerOf(option, DOCUMENTS_MIN, DOCUMENTS_MAX),
  );
  add('--bytes <n>', `mean size of generated documents (default: ${bytes})`, (option) => bytesOf(option, 64));
  add('--seed <n>', `of generated documents, or of the sample (default: ${seed})`, (option) =>
    integerOf(option, 0, SEED_MAX),
  );
  add('--workers <n>', `threads, 1 to ${WORKERS_MAX} (default: one for each core, here ${workers})`, (option) =>
    integerOf(option, 1, WORKERS_MAX),
  );
  add('--text-field <name>', 'field of a row that holds the text (default: text)', textOf);
  add('--json <file>', 'write everything as JSON; - is stdout, in place of the table', textOf);
  add('--html <file>', 'write a page to look at', textOf);
  add('--baseline <name>', 'save the results under this name', nameOf);
  add('--compare <name>', 'compare with the results that were saved under this name', nameOf);
  add('--baselines <dir>', `where they are saved (default: ${baselinesDir})`, textOf);
  command
    .option('--quiet', 'no progress line and no notes on stderr')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', NOTES)
    .action(async (inputs: readonly string[], flags: BenchFlags) => {
      const { runBenchCommand } = await import('../bench/run.js');
      invocation.exitCode = await runBenchCommand(inputs, flags, invocation);
    });
}

function nameOf(option: string): ValueParser<string> {
  return (typed) => checkBaselineName(option, typed);
}
