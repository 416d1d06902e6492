/**
 * Tokens of ASCII letters and their syllables, from the masks alone: no token is looked at by itself.
 *
 * The syllables of a token are its runs of vowels, less one for a last `e` that is not of `le` if there is another run, and at
 * least one (Flesch 1948, by the usual rule of thumb). Over the text that is: all runs, one more for each token without a vowel,
 * one less for each token of two runs or more that ends in a silent `e`.
 *
 * Whether a token has something is found by walks. Adding a bit to the run of bits that it begins carries to the first byte
 * behind the run, for all tokens of a block in one addition:
 *
 *   letters of tokens     . h o u s e . n t h .
 *   starts                . 1 0 0 0 0 . 1 0 0 .
 *   their sum, landings   . 0 0 0 0 0 1 0 0 0 1     ends of tokens of letters, unless something else is there
 *
 * A walk that has not landed when the block ends goes on at the start of the next one.
 */
import { join, topRun } from './bits';
import { ALPHA, markRecordAt } from './marks';
import { BLOCK_BYTES, HIGH, TOKEN_END, TOKEN_START, recordAt } from './masks';

/** 0xff at the low nibbles of `e` and `u`, 5, of `i` and `y`, 9, and of `o`, 15, which no other letters have. */
const VOWEL_NIBBLES: v128 = i8x16(0, 0, 0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, 0, 0, -1);

const LETTER_A: i8 = 0x61;
const LETTER_E: i8 = 0x65;
const LETTER_L: i8 = 0x6c;

let tokens: u32 = 0;
let syllables: u32 = 0;

/* Walks under way at the end of a block, 1 or 0 each: from a token's start to its end and to its first vowel, from there to the
   end and to the second run of vowels, and from that to the end. */
let toEnd: u64 = 0;
let toVowel: u64 = 0;
let vowelToEnd: u64 = 0;
let toSecond: u64 = 0;
let secondToEnd: u64 = 0;
/** Runs of vowels that the first of these walks has passed. */
let runsPassed: u32 = 0;

/** Counts the tokens of ASCII letters and their syllables, of a text whose marks are there. */
export function countSyllables(text: usize, bytes: usize, masks: usize): void {
  begin();
  let isOpen: u64 = 0; // the block begins within a token
  let vowelBefore: u64 = 0;
  for (let offset: usize = 0; offset <= bytes; offset += BLOCK_BYTES) {
    const block = text + offset;
    const record = recordAt(masks, offset);
    const starts = load<u64>(record, TOKEN_START);
    const ends = load<u64>(record, TOKEN_END);
    const token = ends - starts - isOpen; // the bits from each start up to its end
    const letter = load<u64>(markRecordAt(offset), ALPHA) & ~load<u64>(record, HIGH) & token;
    const vowel = vowelsAt(block) & letter;
    const runs = vowel & ~((vowel << 1) | vowelBefore);
    const spoken = walkToEnds(starts, ends, letter, runs);
    walkByVowels(starts, ends, letter, vowel, runs, spoken, behindSilent(block));
    isOpen = token >>> 63;
    vowelBefore = vowel >>> 63;
  }
}

/** Tokens of ASCII letters only. */
export function letterTokenCount(): u32 {
  return tokens;
}

/** Their syllables. */
export function syllableCount(): u32 {
  return syllables;
}

function begin(): void {
  tokens = 0;
  syllables = 0;
  toEnd = 0;
  toVowel = 0;
  vowelToEnd = 0;
  toSecond = 0;
  secondToEnd = 0;
  runsPassed = 0;
}

/** Counts tokens of letters and all their runs of vowels; returns how many tokens end here. */
function walkToEnds(starts: u64, ends: u64, letter: u64, runs: u64): u32 {
  const sum = letter + ((starts | toEnd) & letter);
  const landings = (sum | toEnd) & ~letter;
  const passed = letter & ~sum;
  const others = landings & ~ends; // tokens that go on with something else than a letter
  const ended = <u32>popcnt(landings & ends);
  tokens += ended;
  syllables += <u32>popcnt(runs & passed);
  if (others != 0) takeBack(others, passed, runs);
  toEnd = <u64>(sum < letter);
  runsPassed = toEnd == 0 ? 0 : <u32>popcnt(runs & topRun(passed)) + (~passed == 0 ? runsPassed : 0);
  return ended;
}

/** Takes back the runs of vowels of tokens that turn out not to be of letters only. */
function takeBack(landings: u64, passed: u64, runs: u64): void {
  for (let rest = landings; rest != 0; rest &= rest - 1) {
    const below = ((<u64>1) << (<u64>ctz(rest))) - 1;
    const gaps = below & ~passed;
    const run = gaps == 0 ? below : below & topRun(~gaps);
    syllables -= <u32>popcnt(runs & run) + (gaps == 0 ? runsPassed : 0);
  }
}

/** Adds a syllable for each of the tokens that ends without a vowel, and takes one off for each silent `e`. */
function walkByVowels(starts: u64, ends: u64, letter: u64, vowel: u64, runs: u64, ended: u32, silent: u64): void {
  const consonant = letter & ~vowel;
  const consonantSum = consonant + ((starts | toVowel) & consonant);
  const first = (consonantSum | starts | toVowel) & vowel;
  toVowel = <u64>(consonantSum < consonant);

  const vowelSum = letter + (first | (vowelToEnd & letter));
  const voiced = (vowelSum | vowelToEnd) & ~letter & ends;
  syllables += ended - <u32>popcnt(voiced);
  vowelToEnd = <u64>(vowelSum < letter);

  const betweenRuns = letter & ~(runs & ~first);
  const betweenSum = betweenRuns + (first | (toSecond & betweenRuns));
  const second = (betweenSum | toSecond) & ~betweenRuns & runs;
  toSecond = <u64>(betweenSum < betweenRuns);

  const secondSum = letter + (second | (secondToEnd & letter));
  const longer = (secondSum | secondToEnd) & ~letter & ends;
  syllables -= <u32>popcnt(longer & silent);
  secondToEnd = <u64>(secondSum < letter);
}

/** The vowels of the block, and other bytes that are no letters. */
function vowelsAt(block: usize): u64 {
  return join(isVowel(block), isVowel(block + 16), isVowel(block + 32), isVowel(block + 48));
}

function isVowel(address: usize): v128 {
  const lower = lowerAt(address);
  const byNibble = i8x16.swizzle(VOWEL_NIBBLES, v128.and(lower, i8x16.splat(0x0f)));
  return v128.or(byNibble, i8x16.eq(lower, i8x16.splat(LETTER_A)));
}

/** The bytes behind an `e` that is not of `le`. In the first two of the text that is of no account: no such token has two vowels. */
function behindSilent(block: usize): u64 {
  return join(isSilent(block - 2), isSilent(block + 14), isSilent(block + 30), isSilent(block + 46));
}

function isSilent(address: usize): v128 {
  const isE = i8x16.eq(lowerAt(address + 1), i8x16.splat(LETTER_E));
  return v128.andnot(isE, i8x16.eq(lowerAt(address), i8x16.splat(LETTER_L)));
}

function lowerAt(address: usize): v128 {
  return v128.or(v128.load(address), i8x16.splat(0x20));
}
