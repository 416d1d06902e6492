/**
 * The most frequent n-gram of 2, 3 and 4 words.
 *
 *   places   │ key u64 │ word u32 │ gram u32 │ …    where an n-gram begins that may repeat, in order
 *   grams    │ first place u32 │ occurrences u32 │ …    dense, in order of first occurrence
 *   slots    u32 each: the address of a gram, 0 when free    (open addressing, linear probing, at most four fifths full)
 *
 * A word is the address of its entry in the list of words. An n-gram can only repeat where its first n − 1 words and its last n − 1
 * words both do, and those two grams are its key. So the places of n-grams are found among those of (n − 1)-grams, and there are
 * fewer each time. Only the key of a pair is a hash, and pairs are compared word by word.
 */
import { clear, takeWork } from '../memory';
import { wordCount } from '../units';
import { factor, hashOf, isSame, leadingBytes, lengthFactor, powerOfTwo } from './hashes';
import { gramBytes, pairCount, pairSlot } from './pair-sieve';
import { growthBy } from './sieve';
import { wordChars, wordStarts, wordsEnd } from './words';

const PLACE_BYTES: usize = 16;
const PLACE_WORD: usize = 8;
const PLACE_GRAM: usize = 12;

const GRAM_BYTES: usize = 8;
const GRAM_COUNT: usize = 4;

let places: usize = 0;
let placesEnd: usize = 0;
let grams: usize = 0;
let gramsEnd: usize = 0;
let slots: usize = 0;

/** For each n, what `topGramChars` cannot exceed. */
export let pairBound: f64 = 0;
export let tripleBound: f64 = 0;
export let quadrupleBound: f64 = 0;

/**
 * Bounds the most frequent n-grams: each is the first of the text, or it repeats, no more often than the rarest of its pairs, as
 * `notePairs` has counted them.
 */
export function boundTopGrams(): void {
  const lastWord = wordsEnd() - 4;
  const textStart = wordStarts();
  let pairs = gramBytes(textStart, 2);
  let triples = gramBytes(textStart, 3);
  let quadruples = gramBytes(textStart, 4);
  let before: u32 = 0; // how often the pair before may occur
  let beforeThat: u32 = 0;
  for (let word = textStart; word < lastWord; word += 4) {
    const count = pairCount(word);
    const two = min(count, before);
    const three = min(two, beforeThat);
    if (count > 1) pairs = max(pairs, count * gramBytes(word, 2));
    if (two > 1) triples = max(triples, two * gramBytes(word - 4, 3));
    if (three > 1) quadruples = max(quadruples, three * gramBytes(word - 8, 4));
    beforeThat = before;
    before = count;
  }
  pairBound = <f64>pairs;
  tripleBound = <f64>triples;
  quadrupleBound = <f64>quadruples;
}

/** Makes places of the pairs that may repeat, of those that `notePairs` has noted. */
export function startTopGrams(): void {
  const words = <usize>wordCount();
  places = takeWork(words * PLACE_BYTES);
  grams = takeWork(words * GRAM_BYTES);
  listPairs();
  slots = takeWork(slotBytesFor((placesEnd - places) / PLACE_BYTES));
}

/**
 * The length of the most frequent n-gram, its words joined by spaces, times its occurrences; among equals, of the first seen.
 *
 * To be asked for 2, 3 and 4 in turn, of a text of n words or more.
 */
export function topGramChars(n: u32): f64 {
  if (n > 2) joinNeighbours();
  countGrams(n == 2);
  let top = wordStarts(); // the first n-gram of the text, if none occurs twice
  let most: u32 = 1;
  for (let gram = grams; gram < gramsEnd; gram += GRAM_BYTES) {
    const count = load<u32>(gram, GRAM_COUNT);
    if (count <= most) continue;
    most = count;
    top = <usize>load<u32>(<usize>load<u32>(gram), PLACE_WORD);
  }
  const chars = wordChars(<usize>load<u32>(top), <usize>load<u32>(top + ((<usize>n) << 2))) + n - 1;
  return <f64>chars * <f64>most;
}

/** Leaves the places whose gram repeats, as does that of the next word; the two are the key of the gram that is longer by a word. */
function joinNeighbours(): void {
  const end = placesEnd;
  placesEnd = places;
  for (let place = places; place + PLACE_BYTES < end; place += PLACE_BYTES) {
    const word = load<u32>(place, PLACE_WORD);
    const gram = load<u32>(place, PLACE_GRAM);
    const nextGram = load<u32>(place, PLACE_BYTES + PLACE_GRAM);
    if (load<u32>(place, PLACE_BYTES + PLACE_WORD) != word + 4 || !isRepeated(gram) || !isRepeated(nextGram)) continue;
    addPlace(word, ((<u64>gram) << 32) | (<u64>nextGram));
  }
}

/** Finds the gram of each place; those of pairs by their bytes as well. */
function countGrams(arePairs: bool): void {
  const slotBytes = slotBytesFor((placesEnd - places) / PLACE_BYTES);
  const slotBytesMask = slotBytes - 4;
  const slotShift = 66 - <u64>ctz(slotBytes);
  clear(slots, slotBytes);
  gramsEnd = grams;
  for (let place = places; place < placesEnd; place += PLACE_BYTES) {
    const key = load<u64>(place);
    let at = (<usize>((rotl(key, 32) * factor) >>> slotShift)) << 2;
    let gram = <usize>load<u32>(slots + at);
    while (gram != 0 && !isOccurrence(gram, place, key, arePairs)) {
      at = (at + 4) & slotBytesMask;
      gram = <usize>load<u32>(slots + at);
    }
    if (gram == 0) {
      gram = addGram(place);
      store<u32>(slots + at, <u32>gram);
    }
    store<u32>(gram, load<u32>(gram, GRAM_COUNT) + 1, GRAM_COUNT);
    store<u32>(place, <u32>gram, PLACE_GRAM);
  }
}

function isOccurrence(gram: usize, place: usize, key: u64, arePairs: bool): bool {
  const first = <usize>load<u32>(gram);
  return (
    load<u64>(first) == key && (!arePairs || isSamePair(load<u32>(first, PLACE_WORD), load<u32>(place, PLACE_WORD)))
  );
}

function isRepeated(gram: u32): bool {
  return load<u32>(<usize>gram, GRAM_COUNT) > 1;
}

function addPlace(word: u32, key: u64): void {
  store<u64>(placesEnd, key);
  store<u32>(placesEnd, word, PLACE_WORD);
  placesEnd += PLACE_BYTES;
}

function addGram(place: usize): usize {
  const gram = gramsEnd;
  store<u32>(gram, <u32>place);
  store<u32>(gram, 0, GRAM_COUNT);
  gramsEnd += GRAM_BYTES;
  return gram;
}

/** A place is written in any case, and kept by moving on. */
function listPairs(): void {
  const lastWord = wordsEnd() - 4;
  let end = places;
  for (let word = wordStarts(); word < lastWord; word += 4) {
    store<u32>(end, <u32>word, PLACE_WORD);
    end += growthBy(pairSlot(word)) << 2;
  }
  placesEnd = end;
  for (let place = places; place < end; place += PLACE_BYTES)
    store<u64>(place, pairHash(<usize>load<u32>(place, PLACE_WORD)));
}

/** The hash of a word and the next one, and of where the first one ends. */
function pairHash(word: usize): u64 {
  const start = <usize>load<u32>(word);
  const end = <usize>load<u32>(word, 8);
  const hash = end - start > 8 ? hashOf(start, end) : leadingBytes(start, end - start) * factor;
  return hash ^ (<u64>(<usize>load<u32>(word, 4) - start) * lengthFactor);
}

function isSamePair(a: usize, b: usize): bool {
  const aStart = <usize>load<u32>(a);
  const bStart = <usize>load<u32>(b);
  const aBytes = <usize>load<u32>(a, 8) - aStart;
  return (
    <usize>load<u32>(a, 4) - aStart == <usize>load<u32>(b, 4) - bStart &&
    <usize>load<u32>(b, 8) - bStart == aBytes &&
    isSame(aStart, bStart, aBytes)
  );
}

function slotBytesFor(most: usize): usize {
  return (<usize>powerOfTwo(<u32>most + ((<u32>most) >>> 2) + 2)) << 2;
}
