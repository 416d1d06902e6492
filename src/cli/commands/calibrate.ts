import { Option, type Command } from 'commander';

import { CALIBRATE_DEFAULTS, SAMPLE_LIMIT, SAMPLE_MIN } from '../../engine/calibrate/options.js';
import { ENGINE_DEFAULTS, MAX_BYTES_LIMIT, WORKERS_MAX } from '../../engine/options.js';
import type { CalibrateFlags } from '../calibrate/flags.js';
import { fieldOf, shareOf } from '../calibrate/values.js';
import type { Invocation } from '../context.js';
import { formatCount } from '../numbers.js';
import { bytesOf, integerOf, textOf } from '../values.js';
import { adderFor, MIB } from './shared.js';

const NOTES = `
Examples:
  millrace calibrate docs/                                    every number, the filters, gates that keep 90 %
  millrace calibrate a.jsonl --field words --field miair      two numbers at length
  millrace calibrate a.jsonl --keep 80% --write gates.json    then: millrace score a.jsonl --config gates.json
  millrace calibrate a.jsonl -o calibration.json              everything as JSON

Counts, ends, means and what the filters drop are exact. Quantiles and proposals are so up to the documents of --sample;
beyond, they are those of a uniform sample, the same one for the same input. A sampled document takes about 1.2 kB of memory.

Exit codes:
  0  done                                    1    the run failed, or there was no document to measure
  3  done, with dead letters                 130  interrupted
  2  bad usage                               143  likewise, by SIGTERM`;

/** `millrace calibrate`; what it runs is loaded when it runs. */
export function defineCalibrate(command: Command, invocation: Invocation): void {
  const { workers, maxBytes, workerTimeoutMs } = ENGINE_DEFAULTS;
  const { keep, sampleMax } = CALIBRATE_DEFAULTS;
  command
    .description('Measure how every number of the report is distributed over a corpus, and propose gates that fit it.')
    .argument('<input...>', 'files, directories, globs or -, as in `millrace score`');

  const add = adderFor(command);
  add('--keep <share>', `share that proposed gates keep: 0.9 or 90% (default: ${keep})`, shareOf);
  add('--config <file>', 'JSON file of settings as in `millrace score`, whose thresholds are looked at', textOf);
  add('--write <file>', 'write the thresholds that keep the share together, for --config', textOf);
  add('-o, --output <file>', 'write everything as JSON; - is stdout, in place of the tables', textOf);
  const field = fieldOf('--field');
  command.addOption(
    new Option('--field <path>', 'show this number at length, such as entropy.char; repeatable').argParser(
      (typed, before: readonly string[] | undefined) => [...(before ?? []), field(typed)],
    ),
  );
  command.option('--all', 'the statistics of the filters in the table as well');
  const [least, most] = [formatCount(SAMPLE_MIN), formatCount(SAMPLE_LIMIT)];
  add(
    '--sample <n>',
    `documents that quantiles are taken from, ${least} to ${most} (default: ${formatCount(sampleMax)})`,
    (option) => integerOf(option, SAMPLE_MIN, SAMPLE_LIMIT),
  );
  add('--workers <n>', `threads, 1 to ${WORKERS_MAX} (default: one for each core, here ${workers})`, (option) =>
    integerOf(option, 1, WORKERS_MAX),
  );
  add('--text-field <name>', 'field of a row that holds the text (default: text)', textOf);
  add('--id-field <name>', 'field of a row that holds the id (default: id)', textOf);
  add(
    '--max-bytes <n>',
    `largest text; a larger one is a dead letter. Bytes, or with a unit (default: ${maxBytes / MIB}MiB)`,
    (option) => bytesOf(option, 1, MAX_BYTES_LIMIT),
  );
  add(
    '--worker-timeout-ms <n>',
    `a document that keeps two workers busy for longer is a dead letter (default: ${workerTimeoutMs})`,
    (option) => integerOf(option, 1),
  );
  command
    .option('--quiet', 'no progress line and no dead letters on stderr')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', NOTES)
    .action(async (inputs: readonly string[], flags: CalibrateFlags) => {
      const { runCalibrate } = await import('../calibrate/run.js');
      invocation.exitCode = await runCalibrate(inputs, flags, invocation);
    });
}
