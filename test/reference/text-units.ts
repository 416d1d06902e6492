/**
 * Text units: words, tokens, lines, paragraphs and sentences of a well-formed text.
 *
 * Each function returns the units themselves, so that a count is a length and a failing comparison can be read.
 */
import { classBody, WHITE_SPACE } from './code-points.js';
import { TERMINAL } from './terminal.js';

const IS_WHITE_SPACE = new RegExp(`[${classBody(WHITE_SPACE)}]`, 'u');
const IS_NOT_WHITE_SPACE = new RegExp(`[^${classBody(WHITE_SPACE)}]`, 'u');

const IS_IN_TOKEN = /[\p{L}\p{M}\p{N}_]/u;
const IS_NOT_IN_TOKEN = /[^\p{L}\p{M}\p{N}_]/u;
/** In a capture group, so that `split` keeps what it splits at. */
const IS_TOKEN_BY_ITSELF = /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])/u;

/** A run of what is in a token but not one by itself; or else, as a run would have begun before it, one by itself. */
const TOKEN = new RegExp(
  '[[\\p{L}\\p{M}\\p{N}_]--[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]]+|[\\p{L}\\p{M}\\p{N}_]',
  'gv',
);

/** A maximal run of TERMINAL, captured, and the quotes and brackets that close after it. */
const TERMINAL_RUN = new RegExp(
  `([${classBody(TERMINAL.map((codePoint) => [codePoint, codePoint]))}]+)["'\u201d\u2019)\\]}\u00bb]*`,
  'gu',
);
/** Terminals of scripts written without spaces: they end a sentence whatever follows. */
const NEEDS_NO_SPACE = /[\u3002\uff01\uff1f\uff61]/u;

/** Maximal runs of code points that are not white space. */
export function words(text: string): string[] {
  return text.split(IS_WHITE_SPACE).filter(isNotEmpty);
}

/** Lower-cased tokens: runs of letters, marks, numbers and `_`; each Han, Hiragana or Katakana one is by itself. */
export function tokens(text: string): string[] {
  const runs = text.split(IS_NOT_IN_TOKEN).filter(isNotEmpty);
  return runs.flatMap((run) => run.split(IS_TOKEN_BY_ITSELF).filter(isNotEmpty)).map(lowerCase);
}

/** The tokens of `tokens`, as the text spells them. */
export function spelledTokens(text: string): string[] {
  return Array.from(text.matchAll(TOKEN), ([spelling]) => spelling);
}

export interface TokenPair {
  readonly first: string;
  /** What stands between the two: no token, and nothing at all beside a token by itself. */
  readonly between: string;
  readonly second: string;
}

/** Each token with the next one, both lower-cased. */
export function tokenPairs(text: string): TokenPair[] {
  const pairs: TokenPair[] = [];
  let first: { readonly token: string; readonly end: number } | undefined;
  for (const { 0: spelling, index } of text.matchAll(TOKEN)) {
    const token = lowerCase(spelling);
    if (first !== undefined) pairs.push({ first: first.token, between: text.slice(first.end, index), second: token });
    first = { token, end: index + spelling.length };
  }
  return pairs;
}

/** Lines without their LF, and without the one CR directly before it or before the end of the text. */
export function lines(text: string): string[] {
  const parts = text.split('\n');
  // A final LF opens no further line, and the empty text has none: both leave one empty part at the end.
  if (parts.at(-1) === '') parts.pop();
  return parts.map((part) => (part.endsWith('\r') ? part.slice(0, -1) : part));
}

/** Maximal runs of lines that are not blank, joined by LF. */
export function paragraphs(text: string): string[] {
  const found: string[][] = [];
  let open: string[] | undefined;
  for (const line of lines(text)) {
    if (!IS_NOT_WHITE_SPACE.test(line)) {
      open = undefined;
    } else if (open === undefined) {
      open = [line];
      found.push(open);
    } else {
      open.push(line);
    }
  }
  return found.map((paragraph) => paragraph.join('\n'));
}

/**
 * The counted sentences: slices of the text that hold a token.
 *
 * A slice runs from the previous sentence end to its own, so it may begin with white space, and a slice without a token
 * is dropped but still ends where it ends: its words belong to no other sentence.
 */
export function sentences(text: string): string[] {
  const slices: string[] = [];
  let start = 0;
  for (const end of sentenceEnds(text)) {
    slices.push(text.slice(start, end));
    start = end;
  }
  slices.push(text.slice(start));
  return slices.filter((slice) => IS_IN_TOKEN.test(slice));
}

/** Where sentences end: indexes into the string, directly after the closing quotes and brackets. */
function sentenceEnds(text: string): number[] {
  const ends: number[] = [];
  for (const match of text.matchAll(TERMINAL_RUN)) {
    const [whole, run = ''] = match;
    const end = match.index + whole.length;
    // One UTF-16 unit is enough to look at: no white space is beyond the BMP.
    const next = text.charAt(end);
    if (next === '' || IS_WHITE_SPACE.test(next) || NEEDS_NO_SPACE.test(run)) ends.push(end);
  }
  return ends;
}

/** Code point by code point, so that no context (a final sigma) changes the result. */
function lowerCase(token: string): string {
  // ASCII has no context; most tokens are of it, and whole they take a fraction of the time.
  if (/^[A-Za-z0-9_]*$/u.test(token)) return token.toLowerCase();
  return Array.from(token, (char) => char.toLowerCase()).join('');
}

function isNotEmpty(part: string): boolean {
  return part !== '';
}
