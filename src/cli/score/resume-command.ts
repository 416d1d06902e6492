import { INTERRUPTED } from '../interrupts.js';

/**
 * What is said when a run was interrupted: where its rows are, and the command that goes on.
 *
 * @param partial - the file that holds the rows; undefined when there is none, and so nothing to go on with.
 */
export function interruptedLine(argv: readonly string[], partial: string | undefined): string {
  if (partial === undefined) return INTERRUPTED;
  return `millrace: interrupted; what is finished is in ${partial}, go on with: ${resumeCommand(argv)}\n`;
}

/** The same command with `--resume`, to be pasted into a shell. */
export function resumeCommand(argv: readonly string[], platform: NodeJS.Platform = process.platform): string {
  const quote = platform === 'win32' ? quoteForWindows : quoteForPosix;
  return ['millrace', ...withResume(argv)].map(quote).join(' ');
}

/** Behind `--` it would be an input. */
function withResume(argv: readonly string[]): readonly string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  const options = argv.slice(0, end);
  return options.includes('--resume') ? argv : [...options, '--resume', ...argv.slice(end)];
}

function quoteForPosix(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

function quoteForWindows(argument: string): string {
  return /^[\w@+=:,./\\-]+$/.test(argument) ? argument : `"${argument.replaceAll('"', '""')}"`;
}
