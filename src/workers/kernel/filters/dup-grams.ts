/**
 * Characters in repeated n-grams of 5 to 10 words, taken without the spaces between them.
 *
 *   repeats   │ word u32 │ reach u32 │ …    the words at which n-grams may begin that occurred before, in order
 *   reaches   u32 for each word: how far what begins there stands elsewhere too
 *
 * A word is the address of its entry in the list of words. Equal n-grams need not have equal words, since `ab` + `c` is `a` + `bc`,
 * but they begin with as many equal bytes as the shortest five words of the text have. `noteWords` has chained the words whose
 * beginnings may be equal; each is compared with those before it in its chain, and its reach is the number of bytes that it shares
 * with one of them. So an n-gram occurred before only if it is no longer than the reach, and in most texts none is.
 */
import { clear, releaseWork, takeWork, workMark } from '../memory';
import { wordCount } from '../units';
import { hashOf, isSame, powerOfTwo } from './hashes';
import { WORDS_MIN, chainWords, earlierThan, repeats as chained, repeatsEnd as chainedEnd } from './word-chains';
import { wordAt, wordChars, wordStarts, wordsEnd } from './words';

/** The longest n-grams that are looked for, which is as far as beginnings are compared. */
const WORDS_MAX: usize = 10;

const REPEAT_BYTES: usize = 8;
const REPEAT_REACH: usize = 4;

/**
 * What comparing may cost for each word and for each byte of the words, and then no more: what was not compared may be equal all the
 * way. A comparison costs the bytes that it finds equal and so many more. Ordinary texts need a tenth of that.
 */
const COST_PER_WORD: usize = 64;
const COST_PER_BYTE: usize = 4;
const COMPARISON_COST: usize = 16;

let repeats: usize = 0;
let repeatsEnd: usize = 0;
let reaches: usize = 0;
let slots: usize = 0;
let slotBytesMask: usize = 0;

/** Finds how far what begins at each word repeats. */
export function startDupGrams(): void {
  const words = <usize>wordCount();
  repeats = takeWork(words * REPEAT_BYTES);
  reaches = takeWork(words << 2);
  repeatsEnd = repeats;
  chainWords();
  if (chainedEnd == chained) return;
  clear(reaches, words << 2);
  const bytes = wordAt(words) - wordAt(0);
  if (!compareChains(words * COST_PER_WORD + bytes * COST_PER_BYTE)) repeatEverything();
}

/** What `dupGramChars` cannot exceed: the bytes of all n-grams that may have occurred before. */
export function boundDupGrams(n: u32): f64 {
  const size = (<usize>n) << 2;
  let bytes: usize = 0;
  let covered: usize = 0; // the end of the last n-gram
  for (let repeat = repeats; repeat < repeatsEnd; repeat += REPEAT_BYTES) {
    const word = <usize>load<u32>(repeat);
    if (word + size > wordsEnd()) break;
    const gramStart = <usize>load<u32>(word);
    const gramEnd = <usize>load<u32>(word + size);
    if (gramEnd - gramStart > <usize>load<u32>(repeat, REPEAT_REACH)) continue;
    bytes += gramEnd - max(gramStart, covered);
    covered = gramEnd;
  }
  return <f64>bytes;
}

/** Characters of the n-grams that occurred before; one found is passed over as a whole, so none is counted twice. */
export function dupGramChars(n: u32): f64 {
  const size = (<usize>n) << 2;
  const mark = workMark();
  startSlots();
  let free = wordStarts(); // the first word behind the last n-gram found
  let chars: f64 = 0;
  for (let word = free; word + size <= wordsEnd(); word += 4) {
    const start = <usize>load<u32>(word);
    const end = <usize>load<u32>(word + size);
    if (end - start > reachOf(word) || word < free || !isSeen(word, size, start, end)) continue;
    chars += <f64>wordChars(start, end);
    free = word + size;
  }
  releaseWork(mark);
  return chars;
}

/** Whether the n-gram is that of a word in the slots; puts the word there if not. */
function isSeen(word: usize, size: usize, start: usize, end: usize): bool {
  let at = ((<usize>(hashOf(start, end) >>> 32)) << 2) & slotBytesMask;
  let other = <usize>load<u32>(slots + at);
  while (other != 0) {
    const otherStart = <usize>load<u32>(other);
    const isAsLong = <usize>load<u32>(other + size) - otherStart == end - start;
    if (isAsLong && isSame(start, otherStart, end - start)) return true;
    at = (at + 4) & slotBytesMask;
    other = <usize>load<u32>(slots + at);
  }
  store<u32>(slots + at, <u32>word);
  return false;
}

/**
 * Compares the words with those before them in their chains; returns whether that cost no more than it may.
 *
 * What repeats goes on repeating for some words: where a word is as far from the other one as before, the bytes that were equal
 * then need not be compared again.
 */
function compareChains(costMax: usize): bool {
  let left = costMax;
  let distance: usize = 0;
  let equalEnd: usize = 0;
  for (let entry = chained; entry < chainedEnd; entry += 4) {
    const word = <usize>load<u32>(entry);
    if (word + (WORDS_MIN << 2) > wordsEnd()) break;
    const start = <usize>load<u32>(word);
    const limit = <usize>load<u32>(min(word + (WORDS_MAX << 2), wordsEnd()));
    const least = <usize>load<u32>(word + (WORDS_MIN << 2)) - start;
    let reach: usize = 0;
    for (let other = earlierThan(word); other != 0; other = earlierThan(other)) {
      if (left < COMPARISON_COST) return false;
      left -= COMPARISON_COST;
      const otherStart = <usize>load<u32>(other);
      // No n-gram is equal if the ends of the first five words are not: a look at these is enough for most.
      if (load<u32>(start + least - 4) != load<u32>(otherStart + least - 4)) continue;
      const known = start - otherStart == distance ? max(start, equalEnd) : start;
      equalEnd = endOfEqual(known, known - (start - otherStart), limit);
      left -= min(left, equalEnd - known);
      distance = start - otherStart;
      const length = equalEnd - start;
      reach = max(reach, length);
      raiseReach(other, length);
    }
    raiseReach(word, reach);
    store<u32>(repeatsEnd, <u32>word);
    store<u32>(repeatsEnd, <u32>reach, REPEAT_REACH);
    repeatsEnd += reach < least ? 0 : REPEAT_BYTES;
  }
  return true;
}

/** The end of the bytes from `at` on that are those from `other` on; `limit` at most. */
function endOfEqual(at: usize, other: usize, limit: usize): usize {
  for (; at < limit; at += 16, other += 16) {
    const equal = i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(other)));
    if (equal != 0xffff) return min(at + <usize>ctz(~equal), limit);
  }
  return limit;
}

/** Takes it that each word repeats as far as can be. */
function repeatEverything(): void {
  repeatsEnd = repeats;
  for (let word = wordStarts(); word < wordsEnd(); word += 4) {
    raiseReach(word, <usize>u32.MAX_VALUE);
    store<u32>(repeatsEnd, <u32>word);
    store<u32>(repeatsEnd, u32.MAX_VALUE, REPEAT_REACH);
    repeatsEnd += REPEAT_BYTES;
  }
}

function reachOf(word: usize): usize {
  return <usize>load<u32>(reaches + (word - wordStarts()));
}

function raiseReach(word: usize, reach: usize): void {
  const place = reaches + (word - wordStarts());
  store<u32>(place, max(load<u32>(place), <u32>reach));
}

/** Takes empty slots for the words, which are at most half of them. */
function startSlots(): void {
  const slotBytes = (<usize>powerOfTwo(wordCount() * 2 + 2)) << 2;
  slots = takeWork(slotBytes);
  slotBytesMask = slotBytes - 4;
  clear(slots, slotBytes);
}
