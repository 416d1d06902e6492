/** Where a text stops to be JSON. */
export interface JsonFault {
  /** Both from 1; a column is a UTF-16 unit. */
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly got: string;
}

/** So much of the text is shown. */
const SHOWN_UNITS = 20;

/**
 * The first place where a text is no JSON; undefined when all of it is.
 *
 * `JSON.parse` tells the place on some versions of Node.js only, and for some mistakes only.
 */
export function findJsonFault(text: string): JsonFault | undefined {
  const scanner = new Scanner(text);
  const expected = scanner.scan();
  if (expected === undefined) return undefined;
  const before = text.slice(0, scanner.at);
  const rest = /^.*/.exec(text.slice(scanner.at))?.[0] ?? '';
  return {
    line: before.split('\n').length,
    column: before.length - before.lastIndexOf('\n'),
    expected,
    got: scanner.at === text.length ? 'the end of the file' : JSON.stringify(rest.slice(0, SHOWN_UNITS)),
  };
}

const SPACE = /[ \t\r\n]*/y;
const STRING = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = new RegExp(
  `${STRING.source}|(?:true|false|null)(?!\\w)|-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?(?![\\w.])`,
  'y',
);

/** Goes through a text by the grammar of RFC 8259, without recursion: a text may be nested as deeply as it likes. */
class Scanner {
  /** Where the next token begins. */
  at = 0;
  readonly #text: string;
  /** What closes the objects and arrays around this place. */
  readonly #closing: ('}' | ']')[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#skipSpace();
  }

  /** Stops where something else was expected, and says what; undefined at the end. */
  scan(): string | undefined {
    while (true) {
      const expected = this.#beginValue();
      if (expected !== undefined) return expected;
      while (this.#closing.length > 0 && this.#takeChar(this.#closing.at(-1))) this.#closing.pop();
      const closing = this.#closing.at(-1);
      if (closing === undefined) return this.at === this.#text.length ? undefined : 'the end of the file';
      if (!this.#takeChar(',')) return `, or ${closing}`;
    }
  }

  /** Takes all that comes before the end of a value: its name, and openings, down to the first value that holds none. */
  #beginValue(): string | undefined {
    while (true) {
      if (this.#closing.at(-1) === '}') {
        if (!this.#take(STRING)) return 'a name in double quotes';
        if (!this.#takeChar(':')) return ':';
      }
      const closing = this.#takeChar('{') ? '}' : this.#takeChar('[') ? ']' : undefined;
      if (closing === undefined) return this.#take(SCALAR) ? undefined : 'a value';
      if (this.#takeChar(closing)) return undefined;
      this.#closing.push(closing);
    }
  }

  #takeChar(char: string | undefined): boolean {
    if (this.#text[this.at] !== char) return false;
    this.at++;
    this.#skipSpace();
    return true;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.#text)) return false;
    this.at = pattern.lastIndex;
    this.#skipSpace();
    return true;
  }

  #skipSpace(): void {
    SPACE.lastIndex = this.at;
    if (SPACE.test(this.#text)) this.at = SPACE.lastIndex;
  }
}
