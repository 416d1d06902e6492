/**
 * `npm start`: sets up, then runs the command line with the arguments given, or scores and refines the example corpus without
 * any.
 *
 * The command line runs in this process, so that signals, the exit code and the standard streams are its own.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runAfterSetUp } from './set-up.js';

const CORPUS = 'examples/corpus';
const REPORTS = 'out/scores.jsonl';
const REFINED = 'out/refined.jsonl';

await runAfterSetUp(async () => {
  const { main } = await import('../dist/cli/main.js');
  const args = process.argv.slice(2);
  if (args.length > 0) return main(args);

  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  mkdirSync('out', { recursive: true });
  console.error('millrace score: a report for each document\n');
  const scored = await main(['score', CORPUS, '-o', REPORTS]);
  if (scored !== 0) return scored;
  console.error('\nmillrace refine: the documents that do not pass the gate, repaired by rules, without a model\n');
  const refined = await main(['refine', CORPUS, '-o', REFINED, '--provider', 'rules']);
  if (refined !== 0) return refined;
  console.error(`\nThe reports are in ${REPORTS}, the texts in ${REFINED}, a line a document each.`);
  console.error('Next: npx millrace score --help, npx millrace refine --help');
  return 0;
});
