import { HashList } from './hash-list.js';
import { CLASSES, DENSE_LETTER, DIGIT, LETTER, NO_LETTER, unitClasses } from './letters.js';

/** The words of a text, by what they tell: sorted 32-bit hashes. */
export interface Words {
  /** Beginnings of words of 4 letters and more; in scripts without spaces, pairs of neighbouring letters. */
  readonly content: Int32Array;
  /** Words of up to 3 letters, each as often as it is there: articles, prepositions and the like. */
  readonly functions: Int32Array;
  /** Runs of digits, without those that number a list. */
  readonly numbers: Int32Array;
  /** Letters by class, see `letters.ts`. */
  readonly letters: readonly number[];
}

/** Function words are not longer, in most languages. */
const FUNCTION_LETTERS_MAX = 3;

/** Words are compared up to here, so that "configure", "configured" and "configuring" are one. */
const STEM_LETTERS_MAX = 6;

const PRIME = 0x01000193;
const BASIS = 0x811c9dc5 | 0;
const NEWLINE = 0x0a;

/** Where words are gathered; empty between two texts. */
const gathered = { content: new HashList(), functions: new HashList(), numbers: new HashList() };

/** Reads a text once. Case is ignored. */
export function wordsOf(anyCase: string): Words {
  const { content, functions, numbers } = gathered;
  const text = anyCase.toLowerCase();
  const classes = unitClasses();
  const letters = Array<number>(CLASSES).fill(0);
  let at = 0;
  while (at < text.length) {
    const begin = at;
    const first = text.charCodeAt(at++);
    const kind = classes[first]!;
    if (kind === NO_LETTER) continue;
    let hash = step(BASIS, first);
    if (kind === DIGIT) {
      for (; at < text.length && classes[text.charCodeAt(at)] === DIGIT; at++) hash = step(hash, text.charCodeAt(at));
      if (!isListNumber(text, begin, at)) numbers.push(hash);
    } else if (kind >= DENSE_LETTER) {
      letters[kind]!++;
      const next = at < text.length ? text.charCodeAt(at) : NEWLINE;
      if (classes[next]! >= DENSE_LETTER) content.push(step(hash, next));
    } else {
      for (; at < text.length; at++) {
        const unit = text.charCodeAt(at);
        const next = classes[unit]!;
        if (next < LETTER || next >= DENSE_LETTER) break;
        if (at - begin < STEM_LETTERS_MAX) hash = step(hash, unit);
      }
      const length = at - begin;
      letters[kind]! += length; // all of its letters: words of two scripts are rare
      (length <= FUNCTION_LETTERS_MAX ? functions : content).push(hash);
    }
  }
  return { ...takeGathered(), letters };
}

/** The lists share one buffer: to allocate a buffer takes longer than to sort the words of a page. */
function takeGathered(): Pick<Words, 'content' | 'functions' | 'numbers'> {
  const { content, functions, numbers } = gathered;
  const first = content.length;
  const second = first + functions.length;
  const all = new Int32Array(second + numbers.length);
  return {
    content: content.moveSortedTo(all.subarray(0, first)),
    functions: functions.moveSortedTo(all.subarray(first, second)),
    numbers: numbers.moveSortedTo(all.subarray(second)),
  };
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
