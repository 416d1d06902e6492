/** What a text repeats most: runs of words, lines and paragraphs, with how often, how much of the text and where. */
import { WordList, type RepeatedGram } from './grams.js';
import { LineNumbers } from './lines.js';
import { codePointsIn, strip } from './units.js';

/** So much of a text is looked at, in UTF-16 units: what a text repeats shows long before. */
export const REPEATS_UNITS_MAX = 1024 * 1024;
/** So many of each kind are told. */
const SHOWN_MAX = 3;
/** Of so many occurrences the line is told. */
const LINES_MAX = 5;

const LONG_SIZE_MAX = 10;

/** Something that occurs more than once. */
export interface Repeat {
  readonly text: string;
  /** How often it occurs. */
  readonly count: number;
  /** Its share of the text's code points: of n-grams all occurrences, of lines and paragraphs all but the first. */
  readonly charShare: number;
  /** Numbers, from 1, of the lines in which the first occurrences begin. */
  readonly lines: readonly number[];
}

/** What a text repeats; of each kind the most repeated first. */
export interface Repeats {
  /** Code points looked at; fewer than the report's `chars` when the text is longer than what is looked at. */
  readonly chars: number;
  /** Whether all of the text was looked at. */
  readonly isAll: boolean;
  /**
   * Runs of words by how many they are: of 2, 3 and 4 those that occur most often, as Gopher has it, with overlaps; of 5 to 10,
   * under `long`, the ones that take most of the text, without overlaps, and of overlapping ones one.
   */
  readonly grams: Readonly<Record<'2' | '3' | '4' | 'long', readonly Repeat[]>>;
  /** Lines that hold a character, as they stand. */
  readonly lines: readonly Repeat[];
  /** What stands between blank lines, as it stands. */
  readonly paragraphs: readonly Repeat[];
}

/** @param whole - a well-formed text. */
export function findRepeats(whole: string): Repeats {
  const text = beginningOf(whole);
  const chars = codePointsIn(text);
  const lineNumbers = new LineNumbers(text);
  const stripped = strip(text);
  return {
    chars,
    isAll: text.length === whole.length,
    grams: findGrams(text, chars, lineNumbers),
    lines: findPieces(text, /\n+/g, 0, chars, lineNumbers),
    paragraphs: findPieces(stripped, /\n{2,}/g, text.indexOf(stripped), chars, lineNumbers),
  };
}

/** Whole lines if there are any, else whole code points. */
function beginningOf(text: string): string {
  if (text.length <= REPEATS_UNITS_MAX) return text;
  const linesEnd = text.lastIndexOf('\n', REPEATS_UNITS_MAX - 1) + 1;
  if (linesEnd > 0) return text.slice(0, linesEnd);
  const isPairCut = /[\ud800-\udbff]/.test(text.charAt(REPEATS_UNITS_MAX - 1));
  return text.slice(0, REPEATS_UNITS_MAX - Number(isPairCut));
}

// --- Runs of words -----------------------------------------------------------------------------------------------------

function findGrams(text: string, chars: number, lineNumbers: LineNumbers): Repeats['grams'] {
  const words = new WordList(text);
  const told: Record<keyof Repeats['grams'], readonly RepeatedGram[]> = { '2': [], '3': [], '4': [], long: [] };
  let size = 1;
  for (const grams of words.repeatedGrams(LONG_SIZE_MAX)) {
    size++;
    if (size === 2 || size === 3 || size === 4) told[size] = mostFrequent(grams);
    else told.long = largest([...told.long, ...grams.map(withoutOverlaps)]);
  }
  const toRepeats = (grams: readonly RepeatedGram[]): readonly Repeat[] =>
    grams.map((gram) => ({
      text: words.textOf(gram),
      count: gram.positions.length,
      charShare: coverOf(gram) / chars,
      lines: gram.positions.slice(0, LINES_MAX).map((position) => lineNumbers.lineOf(words.startOf(position))),
    }));
  return { '2': toRepeats(told[2]), '3': toRepeats(told[3]), '4': toRepeats(told[4]), long: toRepeats(told.long) };
}

/** Of equally frequent ones the first seen; sorting is stable. */
function mostFrequent(grams: readonly RepeatedGram[]): readonly RepeatedGram[] {
  return grams.toSorted((left, right) => right.positions.length - left.positions.length).slice(0, SHOWN_MAX);
}

function withoutOverlaps(gram: RepeatedGram): RepeatedGram {
  let end = 0;
  const positions = gram.positions.filter((position) => {
    if (position < end) return false;
    end = position + gram.words;
    return true;
  });
  return positions.length === gram.positions.length ? gram : { ...gram, positions };
}

/** Those that take most of the text; of some whose first occurrences overlap, the largest. */
function largest(grams: readonly RepeatedGram[]): readonly RepeatedGram[] {
  const chosen: RepeatedGram[] = [];
  for (const gram of grams.toSorted((left, right) => coverOf(right) - coverOf(left))) {
    if (gram.positions.length < 2 || chosen.some((other) => overlap(gram, other))) continue;
    chosen.push(gram);
    if (chosen.length === SHOWN_MAX) break;
  }
  return chosen;
}

function overlap(left: RepeatedGram, right: RepeatedGram): boolean {
  const {
    words: leftWords,
    positions: [leftStart = 0],
  } = left;
  const {
    words: rightWords,
    positions: [rightStart = 0],
  } = right;
  return leftStart < rightStart + rightWords && rightStart < leftStart + leftWords;
}

function coverOf({ chars, positions }: RepeatedGram): number {
  return chars * positions.length;
}

// --- Lines and paragraphs ----------------------------------------------------------------------------------------------

/** @param offset - of the text in the one whose lines are counted. */
function findPieces(
  text: string,
  separator: RegExp,
  offset: number,
  chars: number,
  lineNumbers: LineNumbers,
): readonly Repeat[] {
  const starts = new Map<string, number[]>();
  for (const { piece, at } of piecesOf(text, separator)) {
    const known = starts.get(piece);
    if (known === undefined) starts.set(piece, [at + offset]);
    else known.push(at + offset);
  }
  const repeated = [...starts].filter(([piece, { length }]) => length > 1 && strip(piece) !== '');
  const sized = repeated.map(([piece, at]) => ({ piece, at, cover: codePointsIn(piece) * (at.length - 1) }));
  return sized
    .sort((left, right) => right.cover - left.cover)
    .slice(0, SHOWN_MAX)
    .map(({ piece, at, cover }) => ({
      text: piece,
      count: at.length,
      charShare: cover / chars,
      lines: at.slice(0, LINES_MAX).map((start) => lineNumbers.lineOf(start)),
    }));
}

function* piecesOf(text: string, separator: RegExp): Generator<{ readonly piece: string; readonly at: number }, void> {
  let at = 0;
  for (const match of text.matchAll(separator)) {
    yield { piece: text.slice(at, match.index), at };
    at = match.index + match[0].length;
  }
  yield { piece: text.slice(at), at };
}
