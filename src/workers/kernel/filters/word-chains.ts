/**
 * Chains of the words from which on the same bytes may stand, for the n-grams that occur again.
 *
 *   heads     u32 for each hash: the word that was chained last with it, 0 for none
 *   earlier   u32 for each word: the one that was chained before it with the same hash, 0 for none
 *
 * A word is the address of its entry in the list of words. Equal n-grams need not have equal words, since `ab` + `c` is `a` + `bc`,
 * but they begin with as many equal bytes as the shortest n words of the text have: that many are hashed, 16 at most.
 */
import { clear, takeWork } from '../memory';
import { wordCount } from '../units';
import { factor, otherFactor, powerOfTwo } from './hashes';
import { wordAt, wordStarts, wordsEnd } from './words';

/** The shortest n-grams that are looked for. */
export const WORDS_MIN: usize = 5;

/** Bytes that are hashed at most. */
const HASHED_BYTES: u32 = 16;

/** With so many heads for each word, few chains hold different bytes. */
const HEADS_PER_WORD: u32 = 16;
/** 16 MiB: the chains of a huge document grow longer rather than leave the caches for good. */
const HEADS_MAX: u32 = 4 << 20;

/** The words that have an earlier one, u32 each, in order. */
export let repeats: usize = 0;
export let repeatsEnd: usize = 0;

let earlier: usize = 0;

/** The last word before this one from which on the same bytes may stand, 0 for none. */
export function earlierThan(word: usize): usize {
  return <usize>load<u32>(earlier + (word - wordStarts()));
}

/** Chains the words of the text. */
export function chainWords(): void {
  const words = <usize>wordCount();
  earlier = takeWork(words << 2);
  repeats = takeWork(words << 2);
  const headCount = powerOfTwo(min(<u32>words, HEADS_MAX / HEADS_PER_WORD) * HEADS_PER_WORD + 2);
  const shift = 64 - <u64>ctz(headCount);
  const heads = takeWork((<usize>headCount) << 2);
  clear(heads, (<usize>headCount) << 2);
  const bytes = <u64>sharedBytes();
  const low = leading(min(bytes, 8));
  const high = leading(bytes - min(bytes, 8));
  const end = wordsEnd();
  const toEarlier = earlier - wordStarts();
  let repeat = repeats;
  for (let word = wordStarts(); word < end; word += 4) {
    const start = <usize>load<u32>(word);
    const hash = (load<u64>(start) & low) * factor + (load<u64>(start, 8) & high) * otherFactor;
    const head = heads + ((<usize>(hash >>> shift)) << 2);
    const before = load<u32>(head);
    store<u32>(head, <u32>word);
    store<u32>(word + toEarlier, before);
    store<u32>(repeat, <u32>word); // in any case, and kept by moving on
    repeat += before == 0 ? 0 : 4;
  }
  repeatsEnd = repeat;
}

/** The lowest n bytes of eight. */
function leading(n: u64): u64 {
  return n == 0 ? 0 : u64.MAX_VALUE >>> ((8 - n) << 3);
}

/** How many bytes the shortest n-gram has, `HASHED_BYTES` at most. */
function sharedBytes(): u32 {
  const words = <usize>wordCount();
  let shortest = i32x4.splat(<i32>HASHED_BYTES);
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
  return shared;
}
