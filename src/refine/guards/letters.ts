/** What a UTF-16 unit is to the guards: one byte for each, so that a text is read with one look-up a unit. */

/** No part of a word. */
export const NO_LETTER = 0;
export const DIGIT = 1;
/** Letters from here on. First those whose script is in no list below. */
export const LETTER = 2;

type Blocks = readonly (readonly [first: number, last: number])[];

/** Blocks of scripts that separate words by spaces. Approximate: a stray letter of another script in a block tells no language. */
const SPACED: readonly Blocks[] = [
  [
    [0x41, 0x2af],
    [0x1e00, 0x1eff],
    [0x2c60, 0x2c7f],
    [0xa720, 0xa7ff],
    [0xff21, 0xff5a],
  ], // Latin
  [
    [0x370, 0x3ff],
    [0x1f00, 0x1fff],
  ], // Greek
  [
    [0x400, 0x52f],
    [0xa640, 0xa69f],
  ], // Cyrillic
  [[0x530, 0x58f]], // Armenian
  [
    [0x590, 0x5ff],
    [0xfb1d, 0xfb4f],
  ], // Hebrew
  [
    [0x600, 0x6ff],
    [0x750, 0x77f],
    [0x8a0, 0x8ff],
    [0xfb50, 0xfdff],
    [0xfe70, 0xfefe],
  ], // Arabic
  [[0x900, 0x97f]], // Devanagari
  [[0x980, 0x9ff]], // Bengali
  [[0xb80, 0xbff]], // Tamil
  [
    [0x10a0, 0x10ff],
    [0x2d00, 0x2d2f],
  ], // Georgian
];

/** Blocks of scripts without spaces, and of Hangul, whose endings change too much to compare whole words. */
const DENSE: readonly Blocks[] = [
  [[0xe00, 0xe7f]], // Thai
  [[0xe80, 0xeff]], // Lao
  [[0xf00, 0xfff]], // Tibetan
  [[0x1000, 0x109f]], // Myanmar
  [[0x1780, 0x17ff]], // Khmer
  [
    [0x1100, 0x11ff],
    [0x3130, 0x318f],
    [0xa960, 0xa97f],
    [0xac00, 0xd7ff],
  ], // Hangul
  [
    [0x3040, 0x30ff],
    [0x31f0, 0x31ff],
    [0xff66, 0xff9f],
  ], // kana
  [
    [0x2e80, 0x2fdf],
    [0x3005, 0x3007],
    [0x3400, 0x9fff],
    [0xf900, 0xfaff],
  ], // Han
];

/** From here on letters of dense scripts. */
export const DENSE_LETTER = LETTER + 1 + SPACED.length;

/** Classes that there are. */
export const CLASSES = DENSE_LETTER + DENSE.length;

let table: Uint8Array | undefined;

/** The class of each UTF-16 unit. Made when first asked for, in some milliseconds. */
export function unitClasses(): Uint8Array {
  return (table ??= makeClasses());
}

function makeClasses(): Uint8Array {
  const classes = new Uint8Array(0x10000);
  const scripts = scriptsOfUnits();
  for (let unit = 0; unit < classes.length; unit++) {
    if (WORD.test(String.fromCharCode(unit))) classes[unit] = scripts[unit]!;
  }
  for (let unit = 0; unit < classes.length; unit++) {
    // Decimal digits are in tens that begin with a 0, but asking is simpler, and few are left to ask.
    if (classes[unit] !== NO_LETTER && DECIMAL.test(String.fromCharCode(unit))) classes[unit] = DIGIT;
  }
  return classes;
}

/** Halves of surrogate pairs are among them: beyond the basic plane are scripts, and an emoji is a word as well. */
const WORD = /[\p{L}\p{M}\p{N}\p{Cs}_]/u;
const DECIMAL = /\p{Nd}/u;

function scriptsOfUnits(): Uint8Array {
  const scripts = new Uint8Array(0x10000).fill(LETTER);
  for (const [at, blocks] of [...SPACED, ...DENSE].entries()) {
    for (const [first, last] of blocks) scripts.fill(LETTER + 1 + at, first, last + 1);
  }
  return scripts;
}
