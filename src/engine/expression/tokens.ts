import { MillraceError } from '../../core/errors.js';
import { describe } from '../../core/options.js';

/** Levels of parentheses and operators, one inside the other. */
export const EXPRESSION_DEPTH_MAX = 128;

export type TokenKind = 'number' | 'string' | 'name' | 'mark' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** In UTF-16 units, from 1. */
  readonly column: number;
}

const NUMBER = String.raw`(?<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)`;
const STRING = String.raw`(?<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')`;
const NAME = String.raw`(?<name>[A-Za-z_]\w*)`;
const MARK = String.raw`(?<mark>[=!]==|[=!<>]=|<>|=>|&&|\|\||\*\*|\?[?.]|[-+*/%^<>=!()[\],.?:&|])`;
const TOKEN = new RegExp(`${NUMBER}|${STRING}|${NAME}|${MARK}`, 'suy');

/** What other languages write, with what is written here. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['=', '== to compare'],
  ['===', '=='],
  ['=>', '>='],
  ['!==', '!='],
  ['<>', '!='],
  ['&&', 'and'],
  ['&', 'and'],
  ['AND', 'and'],
  ['||', 'or'],
  ['|', 'or'],
  ['OR', 'or'],
  ['xor', '!= between two conditions'],
  ['!', 'not'],
  ['NOT', 'not'],
  ['**', '^'],
  ['mod', '%'],
  ['?.', '? and a space, or .'],
  ['??', 'a test such as (x == null ? 0 : x)'],
]);

/**
 * Takes an expression apart, and refuses what no expression holds. This tells the columns, which mathjs does not keep, and
 * bounds the nesting before mathjs recurses.
 */
export function tokensOf(text: string, option: string): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, TOKEN.lastIndex)) {
    const token = tokenAt(text, at, option);
    depth += Number('(['.includes(token.text)) - Number(')]'.includes(token.text));
    if (depth > EXPRESSION_DEPTH_MAX) throw tooDeep(option, token.column);
    tokens.push(token);
  }
  return tokens;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at++;
  return at;
}

function tokenAt(text: string, at: number, option: string): Token {
  TOKEN.lastIndex = at;
  const column = at + 1;
  const groups = TOKEN.exec(text)?.groups;
  if (groups === undefined) throw unknownCharacter(text, at, option);
  const meant = FOREIGN.get(groups['name'] ?? groups['mark'] ?? '');
  if (meant !== undefined) throw refusal(option, column, `expected ${meant}, got ${text.slice(at, TOKEN.lastIndex)}`);
  return { kind: kindOf(groups), text: text.slice(at, TOKEN.lastIndex), column };
}

function kindOf(groups: Record<string, string | undefined>): TokenKind {
  if (groups['number'] !== undefined) return 'number';
  if (groups['string'] !== undefined) return 'string';
  return groups['name'] === undefined ? 'mark' : 'name';
}

function unknownCharacter(text: string, at: number, option: string): MillraceError {
  const [character = ''] = text.slice(at);
  if (character === '"' || character === "'") {
    return refusal(option, at + 1, `expected ${character} at the end of the string, got the end of the expression`);
  }
  return refusal(option, at + 1, `expected a name, a number, a string or an operator, got ${describe(character)}`);
}

/** The tokens of an expression, taken one after the other. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  readonly #option: string;
  readonly #end: Token;
  #next = 0;

  constructor(text: string, option: string) {
    this.#tokens = tokensOf(text, option);
    this.#option = option;
    this.#end = { kind: 'end', text: '', column: text.trimEnd().length + 1 };
  }

  /** The token that is taken next. */
  get next(): Token {
    return this.#tokens[this.#next] ?? this.#end;
  }

  take(): Token {
    const token = this.next;
    this.#next++;
    return token;
  }

  /** Takes the next token, which must be this one. */
  expect(text: string, expected = text): Token {
    if (this.next.text !== text) throw this.refuse(`expected ${expected}, got ${pictureOf(this.next)}`);
    return this.take();
  }

  /** The token that covers a column. */
  at(column: number): Token {
    return this.#tokens.find((token) => column < token.column + token.text.length) ?? this.#end;
  }

  refuse(problem: string, column = this.next.column): MillraceError {
    return refusal(this.#option, column, problem);
  }

  refuseDepth(column: number): MillraceError {
    return tooDeep(this.#option, column);
  }
}

/** A token as it is named in a message. */
export function pictureOf(token: Token): string {
  return token.kind === 'end' ? 'the end of the expression' : shorten(token.text);
}

export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function tooDeep(option: string, column: number): MillraceError {
  return refusal(option, column, `expected at most ${EXPRESSION_DEPTH_MAX} levels of nesting, got more`);
}

function refusal(option: string, column: number, problem: string): MillraceError {
  return new MillraceError('ERR_EXPRESSION', `${option}, column ${column}: ${problem}`);
}
