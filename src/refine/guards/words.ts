import { distinct } from './containment.js';
import { figuresIn, isJoint } from './figures.js';
import { CLASSES, DENSE_LETTER, DIGIT, LETTER, NO_LETTER, unitClasses } from './letters.js';

/** The words of a text, by what they tell: 32-bit hashes, in the order of the text. */
export interface Words {
  /** Different beginnings of words of 4 letters and more; in scripts without spaces, pairs of neighbouring letters. */
  readonly content: readonly number[];
  /** How many there are, repetitions among them. */
  readonly contentCount: number;
  /** Words of up to 3 letters, each as often as it is there: articles, prepositions and the like. */
  readonly functions: readonly number[];
  /** Different runs of digits, without those that number a list. */
  readonly numbers: readonly number[];
  /** All figures as they are written, see `figures.ts`; found on the way, since looking for them alone takes half as long again. */
  readonly figures: readonly string[];
  /** Letters by class, see `letters.ts`. */
  readonly letters: readonly number[];
}

/** Function words are not longer, in most languages. */
const FUNCTION_LETTERS_MAX = 3;

/** Words are compared up to here, so that "configure", "configured" and "configuring" are one. */
const STEM_LETTERS_MAX = 6;

const PRIME = 0x01000193;
const BASIS = 0x811c9dc5 | 0;
const BLANK = 0x20;
const NEWLINE = 0x0a;
const FULL_STOP = 0x2e;
const CLOSING_BRACKET = 0x29;

/** Reads a text once. Case is ignored. */
export function wordsOf(anyCase: string): Words {
  const lower = anyCase.toLowerCase();
  const { length } = lower;
  const units = unitsOf(lower);
  const classes = unitClasses();
  const content: number[] = [];
  const functions: number[] = [];
  const numbers: number[] = [];
  /** Where each figure begins and ends. */
  const figures: number[] = [];
  const letters = Array<number>(CLASSES).fill(0);
  let at = 0;
  while (at < length) {
    const begin = at;
    const first = units[at++]!;
    const kind = classes[first]!;
    if (kind === NO_LETTER) continue;
    let hash = step(BASIS, first);
    if (kind === DIGIT) {
      for (; at < length && classes[units[at]!] === DIGIT; at++) hash = step(hash, units[at]!);
      if (!isListNumber(units, begin, at, length)) numbers.push(hash);
      if (figures.at(-1) === begin - 1 && isJoint(units[begin - 1]!)) figures[figures.length - 1] = at;
      else figures.push(begin, at);
    } else if (kind >= DENSE_LETTER) {
      letters[kind]!++;
      const next = at < length ? units[at]! : NEWLINE;
      if (classes[next]! >= DENSE_LETTER) content.push(step(hash, next));
    } else {
      for (; at < length; at++) {
        const unit = units[at]!;
        const next = classes[unit]!;
        if (next < LETTER || next >= DENSE_LETTER) break;
        if (at - begin < STEM_LETTERS_MAX) hash = step(hash, unit);
      }
      const count = at - begin;
      letters[kind]! += count; // all of its letters: words of two scripts are rare
      (count <= FUNCTION_LETTERS_MAX ? functions : content).push(hash);
    }
  }
  return {
    content: distinct(content),
    contentCount: content.length,
    functions,
    numbers: distinct(numbers),
    figures: SURROGATE.test(lower) ? figuresIn(lower) : slicesOf(lower, figures),
    letters,
  };
}

/** Beyond the basic plane are digits as well, which are letters to the loop above. */
const SURROGATE = /[\ud800-\udfff]/;

function slicesOf(text: string, bounds: readonly number[]): string[] {
  const slices: string[] = [];
  for (let at = 0; at < bounds.length; at += 2) slices.push(text.slice(bounds[at], bounds[at + 1]));
  return slices;
}

/** Texts up to here share a buffer. */
const SHARED_UNITS = 65_536;
const shared = new Uint16Array(SHARED_UNITS);
const sharedBytes = Buffer.from(shared.buffer);

/** The UTF-16 units of a text, and what an earlier one left behind them: an array is read several times faster than a string. */
function unitsOf(text: string): Uint16Array {
  if (text.length <= SHARED_UNITS) {
    sharedBytes.write(text, 'utf16le');
    return shared;
  }
  const units = new Uint16Array(text.length);
  Buffer.from(units.buffer).write(text, 'utf16le');
  return units;
}

/** FNV-1a. */
function step(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, PRIME);
}

/** Whether digits are the "1." or "2)" that a line of a list begins with. */
function isListNumber(units: Uint16Array, begin: number, end: number, length: number): boolean {
  if (end + 1 >= length || units[end + 1] !== BLANK) return false;
  if (units[end] !== FULL_STOP && units[end] !== CLOSING_BRACKET) return false;
  let before = begin - 1;
  while (before >= 0 && units[before] === BLANK) before--;
  return before < 0 || units[before] === NEWLINE;
}
