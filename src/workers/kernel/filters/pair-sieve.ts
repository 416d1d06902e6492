/**
 * A sieve of pairs of words, for the most frequent n-grams: all of them begin with a pair.
 *
 *   slots   u32 for each word: the slot of the pair that begins there
 *
 * A word is the address of its entry in the list of words.
 */
import { takeWork } from '../memory';
import { wordCount } from '../units';
import { factor, lengthFactor, otherFactor } from './hashes';
import { SIEVE_COUNT_MAX, note, sieve, sieveShift, startSieve } from './sieve';
import { wordStarts, wordsEnd } from './words';

/** The first n bytes of eight, for n from 0 to 8. */
const LEADING_MASKS: usize = memory.data<u64>([
  0, 0xff, 0xffff, 0xffffff, 0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff, 0xffffffffffffffff,
]);

let slots: usize = 0;

/**
 * Notes all pairs of words.
 *
 * @returns what no most frequent n-gram of 2 to 4 words can exceed in characters times occurrences: it is the first of the text, or
 * it repeats, no more often than its first pair, which its last occurrence finds with that count; and it has no more characters
 * than four words and their spaces have bytes.
 */
export function notePairs(): f64 {
  const words = <usize>wordCount();
  slots = takeWork(words << 2);
  startSieve(words);
  const pairs = sieve;
  const shift = sieveShift;
  const end = wordsEnd();
  const toSlot = slots - wordStarts();
  let bound = gramBytes(wordStarts(), 4);
  let most: u32 = 0;
  let wordHash = hashOfWord(wordStarts());
  for (let word = wordStarts(); word < end; word += 4) {
    const nextHash = hashOfWord(word + 4);
    const slot = pairs + <usize>((wordHash * otherFactor + nextHash) >>> shift);
    wordHash = nextHash;
    store<u32>(word + toSlot, <u32>slot);
    const count = note(slot);
    most = max(most, count);
    bound = max(bound, select<u32>(count * gramBytes(word, 4), 0, count > 1));
  }
  return most < SIEVE_COUNT_MAX ? <f64>bound : Infinity;
}

/** How many pairs are in the slot of the pair that begins at this word. */
export function pairCount(word: usize): u32 {
  return <u32>load<u8>(pairSlot(word));
}

/** The slot of the pair that begins at this word. */
export function pairSlot(word: usize): usize {
  return <usize>load<u32>(slots + (word - wordStarts()));
}

/** The bytes of the n words from this one on and of the spaces between them. */
export function gramBytes(word: usize, n: u32): u32 {
  return load<u32>(word + ((<usize>n) << 2)) - load<u32>(word) + n - 1;
}

/** The hash of a word by its length and its first eight bytes. */
function hashOfWord(word: usize): u64 {
  const start = <usize>load<u32>(word);
  const bytes = <usize>load<u32>(word, 4) - start;
  return (load<u64>(start) & load<u64>(LEADING_MASKS + (min(bytes, 8) << 3))) * factor + <u64>bytes * lengthFactor;
}
