import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';

import { MillraceError } from '../core/errors.js';
import { defineBench } from './commands/bench.js';
import { defineCache } from './commands/cache.js';
import { defineCalibrate } from './commands/calibrate.js';
import { defineExplain } from './commands/explain.js';
import { defineMock } from './commands/mock-llm.js';
import { defineRefine } from './commands/refine.js';
import { defineScore } from './commands/score.js';
import { defineStress } from './commands/stress.js';
import { defineVerify } from './commands/verify.js';
import { widthOf, type Invocation } from './context.js';
import { usageErrorOf } from './usage-error.js';

const EXAMPLES = `
Examples:
  millrace score docs/ -o reports.jsonl      a report for each document below docs/
  millrace refine docs/ -o better.jsonl --provider rules
                                             the documents that need it, improved
  millrace explain README.md                 why one document has the report that it has
  millrace help score                        every option of a command`;

/** The commands and what they share. Each command is a file in `commands/` and loads what it runs when it runs. */
export function createProgram(invocation: Invocation): Command {
  const { stdout, stderr } = invocation.context;
  const program = new Command('millrace')
    .description('Entropy and quality scoring of millions of documents, on every core.')
    .usage('<command> [options]')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: () => {}, // Every error is printed in one place, in one line.
      getOutHelpWidth: () => widthOf(stdout),
      getErrHelpWidth: () => widthOf(stderr),
    })
    .configureHelp({ showGlobalOptions: false })
    .exitOverride((error) => {
      throw usageErrorOf(error, 'millrace');
    })
    .helpCommand(false)
    .helpOption('-h, --help', 'show help')
    .option('-v, --version', 'print the version')
    .on('option:version', () => {
      const version = readVersion();
      stdout.write(`${version}\n`);
      throw new CommanderError(0, 'commander.version', version);
    })
    .addHelpText('after', EXAMPLES);
  defineScore(program, invocation);
  defineRefine(program, invocation);
  defineVerify(program, invocation);
  defineCalibrate(program, invocation);
  defineExplain(program, invocation);
  defineCache(program, invocation);
  defineBench(program, invocation);
  defineStress(program, invocation);
  defineMock(program, invocation);
  defineHelp(program);
  return program;
}

/** commander's own answers an unknown name with the whole help. */
function defineHelp(program: Command): void {
  program
    .command('help')
    .summary('show the help of a command')
    .description('Show the help of a command.')
    .argument('[command]')
    .action((name: string | undefined) => {
      const command = name === undefined ? program : program.commands.find((known) => known.name() === name);
      if (command !== undefined) command.help();
      const names = program.commands.map((known) => known.name()).join(', ');
      throw new MillraceError('ERR_USAGE', `unknown command '${String(name)}'; expected one of ${names}`);
    });
}

/** From package.json, which is two folders up from src/cli and from dist/cli. */
function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isManifest ? String(manifest.version) : 'unknown';
}
