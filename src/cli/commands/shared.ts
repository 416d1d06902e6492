/** What the definitions of several commands share. */
import { Option, type Command } from 'commander';
import type { ValueParser } from '../values.js';

export const MIB = 1024 * 1024;

/** What an input can be. */
export const INPUT =
  'a file, a directory (walked, sorted), a glob, or - for JSON Lines on stdin; .jsonl and .ndjson hold a document a line, ' +
  '.txt, .md and the like are a document a file; .gz is unpacked';

/** Makes the parser of an option, which names it in its refusals. */
export type ParserOf<T> = (option: string) => ValueParser<T>;

/** Adds an option that takes a value. */
export type AddOption = <T>(flags: string, description: string, parserOf: ParserOf<T>) => void;

export function adderFor(command: Command): AddOption {
  return (flags, description, parserOf) => {
    const option = new Option(flags, description);
    option.negate = false; // What takes a value negates nothing, also where its name begins with --no.
    const parse = parserOf(option.long ?? flags);
    command.addOption(option.argParser((typed) => parse(typed)));
  };
}
