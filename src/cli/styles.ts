import type { CliContext, TerminalStream } from './context.js';

/** Wraps text for a terminal, or leaves it as it is. */
export interface Styles {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

const PLAIN: Styles = { bold: (text) => text, dim: (text) => text };
const STYLED: Styles = { bold: (text) => `\x1b[1m${text}\x1b[22m`, dim: (text) => `\x1b[2m${text}\x1b[22m` };

/** True for a terminal that is not told to be dumb. */
export function understandsEscapes(stream: TerminalStream, env: CliContext['env']): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

/** Bold and dim on a terminal, unless NO_COLOR (https://no-color.org) is set to anything but nothing. */
export function stylesFor(stream: TerminalStream, env: CliContext['env']): Styles {
  const unwanted = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  return understandsEscapes(stream, env) && !unwanted ? STYLED : PLAIN;
}
