/**
 * `npm start`: sets up, then runs the command line with the arguments given, or scores the example corpus without any.
 *
 * The command line runs in this process, so that signals, the exit code and the standard streams are its own.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runAfterSetUp } from './set-up.js';

const CORPUS = 'examples/corpus';
const ROWS = 'out/scores.jsonl';

await runAfterSetUp(async () => {
  const { main } = await import('../dist/cli/main.js');
  const args = process.argv.slice(2);
  if (args.length > 0) return main(args);

  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  mkdirSync('out', { recursive: true });
  const code = await main(['score', CORPUS, '-o', ROWS]);
  if (code === 0) console.error(`\nThe reports, a line a document, are in ${ROWS}. Next: npx millrace score --help`);
  return code;
});
