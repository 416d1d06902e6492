/** What a UTF-16 unit is to the guards: one byte for each, so that a text is read with a table look-up a unit. */

/** No part of a word. */
export const NO_LETTER = 0;
export const DIGIT = 1;
/** From here on letters, by script: those that separate words by spaces, then those of which every letter counts. */
export const LETTER = 2;

/** Scripts that separate words. What is in none of the lists is in a script `other`. */
const SPACED = [
  'Latin',
  'Greek',
  'Cyrillic',
  'Arabic',
  'Hebrew',
  'Devanagari',
  'Bengali',
  'Tamil',
  'Armenian',
  'Georgian',
];
/** Scripts without spaces, or (Hangul) with endings that change too much to compare words; kana and Han go together in Japanese. */
const DENSE = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar', 'Tibetan'];

const OTHER = LETTER + SPACED.length;

/** From here on letters of dense scripts. */
export const DENSE_LETTER = OTHER + 1;

/** Classes that there are. */
export const CLASSES = DENSE_LETTER + DENSE.length;

let table: Uint8Array | undefined;

/** The class of each UTF-16 unit. Made when first asked for: 65,536 units in some milliseconds. */
export function unitClasses(): Uint8Array {
  return (table ??= makeClasses());
}

function makeClasses(): Uint8Array {
  const classes = new Uint8Array(0x10000);
  const isOfScript = [...SPACED, ...DENSE].map((script) => new RegExp(`\\p{Script=${script}}`, 'u'));
  let previous = 0;
  for (let unit = 0; unit < classes.length; unit++) {
    const char = String.fromCharCode(unit);
    if (/\p{Nd}/u.test(char)) classes[unit] = DIGIT;
    // Halves of a surrogate pair count as letters: beyond the basic plane are scripts, and an emoji is a word as well.
    else if (/[\p{L}\p{M}\p{N}_\p{Cs}]/u.test(char)) {
      // Neighbours are mostly of one script.
      if (isOfScript[previous]?.test(char) !== true) previous = isOfScript.findIndex((script) => script.test(char));
      classes[unit] = classOf(previous);
    }
  }
  return classes;
}

function classOf(script: number): number {
  if (script < 0) return OTHER;
  return script < SPACED.length ? LETTER + script : DENSE_LETTER + script - SPACED.length;
}
