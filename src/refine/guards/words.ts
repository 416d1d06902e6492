import { HashList } from './hash-list.js';
import { CLASSES, DENSE_LETTER, DIGIT, LETTER, NO_LETTER, unitClasses } from './letters.js';

/** The words of a text, by what they tell: sorted 32-bit hashes. */
export interface Words {
  /** Beginnings of words of 4 letters and more; in scripts without spaces, pairs of neighbouring letters. */
  readonly content: Int32Array;
  /** Words of up to 3 letters, each as often as it is there: articles, prepositions and the like. */
  readonly function: Int32Array;
  /** Runs of digits, without those that number a list. */
  readonly numbers: Int32Array;
  /** Letters by class, see `letters.ts`. */
  readonly letters: Uint32Array;
}

/** Function words are not longer, in most languages. */
const FUNCTION_LETTERS_MAX = 3;

/** Words are compared up to here, so that "configure", "configured" and "configuring" are one. */
const STEM_LETTERS_MAX = 6;

const PRIME = 0x01000193;
const BASIS = 0x811c9dc5 | 0;
const NEWLINE = 0x0a;

/** Reads a text once. Case is ignored. */
export function wordsOf(anyCase: string): Words {
  const text = anyCase.toLowerCase();
  const classes = unitClasses();
  const content = new HashList();
  const functionWords = new HashList();
  const numbers = new HashList();
  const letters = new Uint32Array(CLASSES);
  let at = 0;
  while (at < text.length) {
    const first = classes[text.charCodeAt(at)]!;
    if (first === NO_LETTER) {
      at++;
    } else if (first === DIGIT) {
      const begin = at;
      let hash = BASIS;
      for (; at < text.length && classes[text.charCodeAt(at)] === DIGIT; at++) hash = step(hash, text.charCodeAt(at));
      if (!isListNumber(text, begin, at)) numbers.push(hash);
    } else if (first >= DENSE_LETTER) {
      letters[first]!++;
      const next = at + 1 < text.length ? text.charCodeAt(at + 1) : NEWLINE;
      if (classes[next]! >= DENSE_LETTER) content.push(step(step(BASIS, text.charCodeAt(at)), next));
      at++;
    } else {
      const begin = at;
      let hash = BASIS;
      for (; at < text.length; at++) {
        const unit = text.charCodeAt(at);
        const kind = classes[unit]!;
        if (kind < LETTER || kind >= DENSE_LETTER) break;
        letters[kind]!++;
        if (at - begin < STEM_LETTERS_MAX) hash = step(hash, unit);
      }
      (at - begin <= FUNCTION_LETTERS_MAX ? functionWords : content).push(hash);
    }
  }
  return { content: content.sorted(), function: functionWords.sorted(), numbers: numbers.sorted(), letters };
}

/** FNV-1a. */
function step(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, PRIME);
}

/** Whether digits are the "1." or "2)" that a line of a list begins with. */
function isListNumber(text: string, begin: number, end: number): boolean {
  const behind = text[end];
  if (behind !== '.' && behind !== ')') return false;
  if (text[end + 1] !== ' ') return false;
  let before = begin - 1;
  while (text[before] === ' ') before--;
  return before < 0 || text[before] === '\n';
}
