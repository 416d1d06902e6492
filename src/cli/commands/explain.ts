import type { Command } from 'commander';

import type { Invocation } from '../context.js';
import type { ExplainFlags } from '../explain/flags.js';
import { textOf } from '../values.js';

const INPUT =
  'a text file; a .jsonl or .ndjson file, whose document is named by its id, or by its line as FILE:LINE; or - for one text on ' +
  'stdin; .gz is unpacked';

const NOTES = `
Examples:
  millrace explain docs/guide.md            its parts, its checks, and what it repeats
  millrace explain crawl.jsonl 1234         the first row with the id 1234, a string or a number
  millrace explain crawl.jsonl:17           the row in line 17
  curl -s "$URL" | millrace explain -       one text from a pipe
  millrace explain guide.md --json          all of it as JSON

A gain is what documentation.overall would rise by if that part alone were perfect.

Exit codes:
  0  the document was explained             1    it cannot be read
  2  bad usage, or there is no such document`;

/** `millrace explain`; what it runs is loaded when it runs. */
export function defineExplain(command: Command, invocation: Invocation): void {
  command
    .description('Explain the report of one document: what its numbers come from, and what would raise them.')
    .argument('<file>', INPUT)
    .argument('[id]', 'id of the document in a JSON Lines file')
    .option('--config <file>', 'JSON file of settings, as for score: thresholds and weights', textOf('--config'))
    .option('--text-field <name>', 'field of a row that holds the text (default: text)', textOf('--text-field'))
    .option('--id-field <name>', 'field of a row that holds the id (default: id)', textOf('--id-field'))
    .option('--json', 'print it as JSON')
    .option('--debug', 'show the stack of an error')
    .addHelpText('after', NOTES)
    .action(async (file: string, id: string | undefined, flags: ExplainFlags) => {
      const { runExplain } = await import('../explain/run.js');
      invocation.exitCode = await runExplain(file, id, flags, invocation);
    });
}
