/**
 * Two sieves over the words, filled in one walk: of pairs of words, for the most frequent n-grams, and of what begins at a word, for
 * the n-grams that occur again.
 *
 *   slots   │ of the pair u32 │ of the beginning u32 │ …    the address of each word's slot in either sieve
 */
import { takeWork } from '../memory';
import { wordCount } from '../units';
import { factor, lengthFactor, otherFactor } from './hashes';
import { SIEVE_COUNT_MAX, note, sieve, sieveShift, startSieve } from './sieve';
import { wordAt, wordStarts, wordsEnd } from './words';

export const SLOTS_BYTES: usize = 8;
export const BEGINNING_SLOT: usize = 4;

/** The shortest n-grams that are looked for by their beginnings. */
export const WORDS_MIN: usize = 5;

/** Bytes of a beginning that are looked at. */
const BEGINNING_BYTES: usize = 16;

/** The first n bytes of eight, for n from 0 to 8. */
const LEADING_MASKS: usize = memory.data<u64>([
  0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff, 0xffffffffffffffff,
]);

/** The slots of each word. */
export let wordSlots: usize = 0;

/** Of the first 16 bytes from a word on, those that the beginnings of equal n-grams have in common. */
let beginningLow: u64 = 0;
let beginningHigh: u64 = 0;

/**
 * Notes all pairs of words and all beginnings.
 *
 * @returns what no n-gram of 2 to 4 words can exceed in characters times occurrences: it occurs no more often than its first pair,
 * which its last occurrence finds with that count, and it has no more characters than four words and their spaces have bytes.
 */
export function noteWords(): f64 {
  const words = <usize>wordCount();
  wordSlots = takeWork(words * SLOTS_BYTES);
  measureBeginnings();
  startSieve(words);
  const pairs = sieve;
  const shift = sieveShift;
  startSieve(words);
  const beginnings = sieve;
  const low = beginningLow;
  const high = beginningHigh;
  const end = wordsEnd();
  let slots = wordSlots;
  let bound: u32 = 0;
  let most: u32 = 0;
  for (let word = wordStarts(); word < end; word += 4) {
    const start = <usize>load<u32>(word);
    const first = load<u64>(start);
    const pairBytes = min(<usize>load<u32>(word, 8) - start, 8);
    const pair =
      (first & load<u64>(LEADING_MASKS + (pairBytes << 3))) * factor +
      <u64>(<usize>load<u32>(word, 4) - start) * lengthFactor;
    const pairSlot = pairs + <usize>(pair >>> shift);
    const count = note(pairSlot);
    most = max(most, count);
    bound = max(bound, count * (load<u32>(word, 16) - <u32>start + 3));
    const beginning = (first & low) * factor + (load<u64>(start, 8) & high) * otherFactor;
    const beginningSlot = beginnings + <usize>(beginning >>> shift);
    note(beginningSlot);
    store<u32>(slots, <u32>pairSlot);
    store<u32>(slots, <u32>beginningSlot, BEGINNING_SLOT);
    slots += SLOTS_BYTES;
  }
  return most < SIEVE_COUNT_MAX ? <f64>bound : Infinity;
}

/** How many pairs are in the slot of the pair that begins at this word. */
export function pairCount(slots: usize): u32 {
  return <u32>load<u8>(<usize>load<u32>(slots));
}

/** Sets which bytes of a beginning count: as many as the shortest five words of the text have, 16 at most. */
function measureBeginnings(): void {
  const words = <usize>wordCount();
  let shortest = i32x4.splat(<i32>BEGINNING_BYTES);
  let word: usize = 0;
  for (; word + WORDS_MIN + 3 <= words; word += 4) {
    const start = wordStarts() + (word << 2);
    shortest = i32x4.min_u(shortest, i32x4.sub(v128.load(start, WORDS_MIN << 2), v128.load(start)));
  }
  let shared = min(
    min(<u32>i32x4.extract_lane(shortest, 0), <u32>i32x4.extract_lane(shortest, 1)),
    min(<u32>i32x4.extract_lane(shortest, 2), <u32>i32x4.extract_lane(shortest, 3)),
  );
  for (; word + WORDS_MIN <= words; word++) shared = min(shared, <u32>(wordAt(word + WORDS_MIN) - wordAt(word)));
  beginningLow = u64.MAX_VALUE >>> ((<u64>(8 - min(shared, 8))) << 3);
  beginningHigh = shared > 8 ? u64.MAX_VALUE >>> ((<u64>(16 - shared)) << 3) : 0;
}
