import { readFileSync } from 'node:fs';
import { Command, CommanderError, Help } from 'commander';

import { MillraceError } from '../core/errors.js';
import { widthOf, type Invocation } from './context.js';
import { usageErrorOf } from './usage-error.js';

const EXAMPLES = `
Examples:
  millrace score docs/ -o reports.jsonl      a report for each document below docs/
  millrace refine docs/ -o better.jsonl --provider rules
                                             the documents that need it, improved
  millrace explain README.md                 why one document has the report that it has
  millrace help score                        every option of a command`;

interface CommandEntry {
  readonly name: string;
  /** As the list of commands shows it. */
  readonly term: string;
  readonly summary: string;
  readonly load: () => Promise<(command: Command, invocation: Invocation) => void>;
}

/** Each command is a file in `commands/`. */
const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'score',
    term: 'score [options] <input...>',
    summary: 'score documents: a report for each',
    load: async () => (await import('./commands/score.js')).defineScore,
  },
  {
    name: 'refine',
    term: 'refine [options] <input...>',
    summary: 'send documents that need it to a language model, keep what is better',
    load: async () => (await import('./commands/refine.js')).defineRefine,
  },
  {
    name: 'verify',
    term: 'verify [options] <dir>',
    summary: 'prove that a run of refine lost and repeated nothing',
    load: async () => (await import('./commands/verify.js')).defineVerify,
  },
  {
    name: 'calibrate',
    term: 'calibrate [options] <input...>',
    summary: 'measure a corpus: distributions, what filters drop, gates',
    load: async () => (await import('./commands/calibrate.js')).defineCalibrate,
  },
  {
    name: 'explain',
    term: 'explain [options] <file> [id]',
    summary: 'explain the report of one document',
    load: async () => (await import('./commands/explain.js')).defineExplain,
  },
  {
    name: 'cache',
    term: 'cache',
    summary: 'look into a cache directory: stats, clear, verify',
    load: async () => (await import('./commands/cache.js')).defineCache,
  },
  {
    name: 'bench',
    term: 'bench [options] [input...]',
    summary: 'measure this machine: scoring, cache, jobs, refinement',
    load: async () => (await import('./commands/bench.js')).defineBench,
  },
  {
    name: 'stress',
    term: 'stress [options] [input...]',
    summary: 'put the engine under a steady load and judge how it stands that',
    load: async () => (await import('./commands/stress.js')).defineStress,
  },
  {
    name: 'mock-llm',
    term: 'mock-llm [options]',
    summary: 'serve a language model that fails as told, to test limits with',
    load: async () => (await import('./commands/mock-llm.js')).defineMock,
  },
];

/**
 * The commands and what they share. Of a command that the arguments do not name only the name is known, so that help is
 * printed without loading any of them; it loads what it runs when it runs.
 */
export async function createProgram(invocation: Invocation): Promise<Command> {
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
    .configureHelp({ showGlobalOptions: false, subcommandTerm: termOf })
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
  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).summary(summary);
    command.exitOverride((error) => {
      throw usageErrorOf(error, `millrace ${name}`);
    });
    if (invocation.argv.includes(name)) (await load())(command, invocation);
  }
  defineHelp(program);
  return program;
}

function termOf(command: Command): string {
  const entry = COMMANDS.find(({ name }) => name === command.name());
  return entry?.term ?? new Help().subcommandTerm(command);
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
