/**
 * What a code point is, and its lower case: lookups in the tables of Unicode 17.0 that `scripts/generate-unicode.js` makes.
 */
import {
  CASE_BLOCKS,
  CASE_DELTAS,
  CASE_END,
  CASE_SHIFT,
  CASE_VALUES,
  CLASS_BLOCKS,
  CLASS_SHIFT,
  CLASS_VALUES,
} from './unicode-data';

/** Part of a token: a letter, mark or number, or `_`. */
export const CLASS_TOKEN: u32 = 1;
/** A token by itself: in the token class, and of Script Han, Hiragana or Katakana. */
export const CLASS_SOLO: u32 = 2;
/** White space, as Python's `str.isspace` has it. */
export const CLASS_SPACE: u32 = 4;
/** Can end a sentence or a line. */
export const CLASS_TERMINAL: u32 = 8;
/** One of `" ' ” ’ ) ] } »`, which may stand between a sentence's terminal and the white space after it. */
export const CLASS_CLOSER: u32 = 16;
/** One of `。 ！ ？ ｡`: a terminal that ends a sentence without white space after it. */
export const CLASS_WIDE_TERMINAL: u32 = 32;
/** A letter: general category L. */
export const CLASS_ALPHABETIC: u32 = 64;
/** Punctuation, symbols and control characters; a word of these and of terminals alone is no word to the filters. */
export const CLASS_PUNCT: u32 = 128;
/** A decimal digit of any script: general category Nd. */
export const CLASS_DIGIT: u32 = 256;
/** `lowerOf` gives another code point. */
export const CLASS_LOWERED: u32 = 512;

/** The only code point whose lower case is two: `lowerOf` gives the first, COMBINING_DOT_ABOVE is the second. */
export const DOTTED_CAPITAL_I: u32 = 0x130;
export const COMBINING_DOT_ABOVE: u32 = 0x307;

/**
 * The CLASS bits of a code point.
 *
 * @param codePoint - below 0x110000; it is not checked, since decoded text holds no other.
 */
export function classOf(codePoint: u32): u32 {
  const block = <usize>load<u8>(CLASS_BLOCKS + (codePoint >> CLASS_SHIFT));
  const inBlock = <usize>(codePoint & ((1 << CLASS_SHIFT) - 1));
  return load<u16>(CLASS_VALUES + (((block << CLASS_SHIFT) + inBlock) << 1));
}

/**
 * The lower case of a code point by itself, without context (a final sigma is an ordinary one).
 *
 * For DOTTED_CAPITAL_I it gives `i`, and the caller appends COMBINING_DOT_ABOVE.
 */
export function lowerOf(codePoint: u32): u32 {
  if (codePoint >= CASE_END) return codePoint;
  const block = <usize>load<u8>(CASE_BLOCKS + (codePoint >> CASE_SHIFT));
  const inBlock = <usize>(codePoint & ((1 << CASE_SHIFT) - 1));
  const delta = <usize>load<u8>(CASE_VALUES + ((block << CASE_SHIFT) + inBlock));
  return codePoint + load<u32>(CASE_DELTAS + (delta << 2));
}
