import type { Command } from 'commander';

import { MEASURES } from '../../core/measures.js';
import { ENGINE_DEFAULTS, MAX_BYTES_LIMIT, WORKERS_MAX } from '../../engine/options.js';
import { FILTER_NAMES } from '../../core/filters.js';
import { DEDUPS, DEDUP_BYTES, DEDUP_BYTES_LIMIT, DEDUP_BYTES_MIN } from '../../engine/dedup/options.js';
import { CLEANERS } from '../../engine/score-files/selection.js';
import type { Invocation } from '../context.js';
import { EMITS } from '../../engine/emit.js';
import type { ScoreFlags } from '../score/flags.js';
import { bytesOf, choiceOf, filtersOf, integerOf, textOf } from '../values.js';
import { adderFor, INPUT, MIB } from './shared.js';

const CONFIG =
  'JSON file of settings: {"asOf": year, "weights": {"clarity": 2, …}, "filters": {"gopher_quality": {"minWords": 50, …}, …}}; ' +
  'null switches a check off (default: the settings of the definitions)';

const NOTES = `
Examples:
  millrace score docs/ -o reports.jsonl                 a report for each document below docs/
  millrace score a.jsonl b.jsonl.gz -o out.jsonl.gz     several files, output compressed
  millrace score 'crawl/**/*.jsonl' --dry-run           what would be read
  gzip -dc rows.gz | millrace score - | head -5             from and to pipes
  millrace score big.jsonl -o out.jsonl --resume        go on after an interrupt or a crash
  millrace score big.jsonl --emit rows -o kept.jsonl \\
      --filters gopher_quality,c4_quality --keep-if 'entropy.token > 4' --rejected dropped.jsonl
                                                        filter a corpus; each dropped row has its reason

Rows come out in input order. While it runs, the output is <file>.partial.

Exit codes:
  0  all documents processed                 1    the run failed
  3  finished, with dead letters             130  interrupted: --resume goes on
  2  bad usage                               143  likewise, by SIGTERM`;

/** `millrace score`; what it runs is loaded when it runs. */
export function defineScore(command: Command, invocation: Invocation): void {
  const { workers, maxBytes, workerTimeoutMs } = ENGINE_DEFAULTS;
  const emit = `what a row is: the report, the input row as it was, or that row with its report (${EMITS.join('|')})`;
  const measures = `what is measured: counts and entropy, in about a third of the time, or all (${MEASURES.join('|')})`;
  command
    .description('Score documents: a report for each, as JSON Lines in input order.')
    .argument('<input...>', INPUT);

  const add = adderFor(command);
  add('-o, --output <file>', 'where the rows go, - is stdout; .gz is compressed (default: -)', textOf);
  add('--measures <what>', `${measures} (default: all)`, (option) => choiceOf(option, MEASURES));
  add('--config <file>', CONFIG, textOf);
  add('--emit <what>', `${emit} (default: reports)`, (option) => choiceOf(option, EMITS));
  add(
    '--filters <names>',
    `reject the documents that one of these drops: ${FILTER_NAMES.join(',')} (default: none)`,
    filtersOf,
  );
  add('--keep-if <expr>', "keep only documents for which this holds, such as 'words > 50 and miair >= 40'", textOf);
  add(
    '--rejected <file>',
    'where the rejected rows go, each with its reason under "rejected"; .gz is compressed (default: nowhere)',
    textOf,
  );
  add(
    '--dedup <what>',
    `reject the documents whose text an earlier one has, of those that are kept otherwise (${DEDUPS.join('|')})`,
    (option) => choiceOf(option, DEDUPS),
  );
  add(
    '--dedup-bytes <n>',
    'memory for the texts that are remembered, some 70 bytes each; bytes, or with a unit: 512m ' +
      `(default: ${DEDUP_BYTES / MIB}MiB, at most ${DEDUP_BYTES_LIMIT / MIB}MiB)`,
    (option) => bytesOf(option, DEDUP_BYTES_MIN, DEDUP_BYTES_LIMIT),
  );
  add(
    '--clean <how>',
    `rows that are kept have their text cleaned by the line rules of C4 (${CLEANERS.join('|')})`,
    (option) => choiceOf(option, CLEANERS),
  );
  add('--failed <file>', 'where the dead letters go (default: <output>.failed.jsonl; without -o, stderr)', textOf);
  add('--workers <n>', `threads, 1 to ${WORKERS_MAX} (default: one for each core, here ${workers})`, (option) =>
    integerOf(option, 1, WORKERS_MAX),
  );
  add('--text-field <name>', 'field of a row that holds the text (default: text)', textOf);
  add('--id-field <name>', 'field of a row that holds the id (default: id)', textOf);
  add(
    '--depends-on-field <name>',
    'field of a row with the ids of documents that it depends on; it fails when one of them does. Inputs are read twice, so ' +
      'each must be a file (default: none)',
    textOf,
  );
  add(
    '--max-bytes <n>',
    'largest text; a larger one is a dead letter. Bytes, or with a unit: 64k, 64m, 64MiB ' +
      `(default: ${maxBytes / MIB}MiB, at most ${MAX_BYTES_LIMIT / MIB}MiB)`,
    (option) => bytesOf(option, 1, MAX_BYTES_LIMIT),
  );
  add(
    '--worker-timeout-ms <n>',
    `a document that keeps two workers busy for longer is a dead letter; milliseconds (default: ${workerTimeoutMs})`,
    (option) => integerOf(option, 1),
  );
  add(
    '--cache <dir>',
    'directory of the reports of texts that were measured before, of 64 KiB and more; made when there is none (default: none)',
    textOf,
  );
  add('--summary <file>', 'write the summary there as JSON', textOf);
  add('--report <file>', 'write a page about the run there: one HTML file, to be looked at in a browser', textOf);
  command
    .option('--no-cache', 'measure all texts anew; this is the default')
    .option('--stats', 'the statistics of the filters in each report, with what their thresholds are compared')
    .option('--resume', 'go on with an interrupted run; needs -o and the options of that run')
    .option('--dry-run', 'list what would be read, on stdout, and do nothing')
    .option('--quiet', 'no progress line and no summary on stderr')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', NOTES)
    .action(async (inputs: readonly string[], flags: ScoreFlags) => {
      const { runScore } = await import('../score/run.js');
      invocation.exitCode = await runScore(inputs, flags, invocation);
    });
}
