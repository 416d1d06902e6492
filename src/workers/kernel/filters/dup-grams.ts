/**
 * Characters in repeated n-grams of 5 to 10 words, taken without the spaces between them.
 *
 *   places   │ hash u64 │ word u32 │ reach u32 │ …    where an n-gram begins that may repeat, in order
 *   slots    u32 each: the address of a place, 0 when free (open addressing, linear probing, at most half full)
 *
 * A word is the address of its entry in the list of words. Equal n-grams need not have equal words, since `ab` + `c` is `a` + `bc`,
 * but they begin with as many equal bytes as the shortest five words of the text have: places are the words whose beginning may
 * occur again. They are sieved by ever longer beginnings, and what begins at a place may repeat within its reach only, which is the
 * first length at which it was alone. Of most texts no place is left for five words already.
 *
 * An n-gram's hash is taken anew for each n. A byte is in at most n n-grams of n words, so that is linear in the text.
 */
import { clear, releaseWork, takeWork, workMark } from '../memory';
import { wordCount } from '../units';
import { hashOf, isSame, mix, powerOfTwo } from './hashes';
import { growthBy, note, restartSieve, sieve, sieveShift } from './sieve';
import { BEGINNING_SLOT, SLOTS_BYTES, WORDS_MIN, wordSlots } from './word-sieves';
import { wordChars, wordStarts, wordsEnd } from './words';

const PLACE_BYTES: usize = 16;
const PLACE_WORD: usize = 8;
const PLACE_REACH: usize = 12;

/** Places are sieved by beginnings of up to so many bytes, by so many more each time. */
const SIEVED_BYTES: usize = 64;
const SIEVED_STEP: usize = 8;

let places: usize = 0;
let placesEnd: usize = 0;
let slots: usize = 0;
let slotBytesMask: usize = 0;
/** Finds the places, of the words that `noteWords` has noted. */
export function startDupGrams(): void {
  const words = <usize>wordCount();
  places = takeWork(words * PLACE_BYTES);
  placesEnd = places;
  if (words <= WORDS_MIN) return;
  const mark = workMark();
  listPlaces();
  findReaches(takeWork(words << 2));
  releaseWork(mark);
}

/**
 * Leaves the places for n-grams of n words, to be asked for 5 to 10 in turn; returns what `dupGramChars` cannot exceed.
 *
 * That is the bytes of all n-grams at the places together.
 */
export function boundDupGrams(n: u32): f64 {
  const end = placesEnd;
  const size = (<usize>n) << 2;
  let bytes: usize = 0;
  let covered: usize = 0; // the end of the last n-gram
  placesEnd = places;
  for (let place = places; place < end; place += PLACE_BYTES) {
    const word = <usize>load<u32>(place, PLACE_WORD);
    if (word + size > wordsEnd()) break;
    const gramStart = <usize>load<u32>(word);
    const gramEnd = <usize>load<u32>(word + size);
    if (gramEnd - gramStart >= <usize>load<u32>(place, PLACE_REACH)) continue;
    v128.store(placesEnd, v128.load(place));
    placesEnd += PLACE_BYTES;
    bytes += gramEnd - max(gramStart, covered);
    covered = gramEnd;
  }
  return placesEnd - places > PLACE_BYTES ? <f64>bytes : 0;
}

/** Characters of the n-grams that occurred before; one found is passed over as a whole, so none is counted twice. */
export function dupGramChars(n: u32): f64 {
  const size = (<usize>n) << 2;
  const mark = workMark();
  startSlots();
  let free: usize = 0; // the first word behind the last n-gram found
  let chars: f64 = 0;
  for (let place = places; place < placesEnd; place += PLACE_BYTES) {
    const word = <usize>load<u32>(place, PLACE_WORD);
    if (word < free || !isSeen(place, word, size)) continue;
    chars += <f64>wordChars(<usize>load<u32>(word), <usize>load<u32>(word + size));
    free = word + size;
  }
  releaseWork(mark);
  return chars;
}

/** Whether the n-gram at the place is that of one in the slots; puts the place there if not. */
function isSeen(place: usize, word: usize, size: usize): bool {
  const start = <usize>load<u32>(word);
  const end = <usize>load<u32>(word + size);
  const hash = <u32>(hashOf(start, end) >>> 32);
  store<u32>(place, hash);
  let slot = findSlot(hash);
  while (load<u32>(slot) != 0) {
    const other = <usize>load<u32>(<usize>load<u32>(slot), PLACE_WORD);
    const otherStart = <usize>load<u32>(other);
    if (<usize>load<u32>(other + size) - otherStart == end - start && isSame(start, otherStart, end - start))
      return true;
    slot = nextSlot(slot, hash);
  }
  store<u32>(slot, <u32>place);
  return false;
}

/** Lists the words whose beginnings may repeat. */
function listPlaces(): void {
  const end = wordsEnd() - ((WORDS_MIN - 1) << 2);
  let place = places;
  let slots = wordSlots;
  for (let word = wordStarts(); word < end; word += 4) {
    store<u32>(place, <u32>word, PLACE_WORD);
    place += growthBy(<usize>load<u32>(slots, BEGINNING_SLOT)) << 2;
    slots += SLOTS_BYTES;
  }
  placesEnd = place;
}

/** Sieves the places by beginnings that grow; `left` lists the address of each one left, u32 each. */
function findReaches(left: usize): void {
  let leftEnd = left;
  for (let place = places; place < placesEnd; place += PLACE_BYTES) {
    store<u64>(place, load<u64>(<usize>load<u32>(<usize>load<u32>(place, PLACE_WORD))));
    store<u32>(leftEnd, <u32>place);
    leftEnd += 4;
  }
  for (let bytes: usize = 2 * SIEVED_STEP; bytes <= SIEVED_BYTES && leftEnd > left; bytes += SIEVED_STEP) {
    leftEnd = sieveByBeginning(left, leftEnd, bytes);
  }
}

/** Leaves on the list the places whose first `bytes` bytes may repeat; returns its end. Sets the reach of the others. */
function sieveByBeginning(left: usize, leftEnd: usize, bytes: usize): usize {
  restartSieve((leftEnd - left) >>> 2);
  for (let entry = left; entry < leftEnd; entry += 4) {
    const place = <usize>load<u32>(entry);
    const start = <usize>load<u32>(<usize>load<u32>(place, PLACE_WORD));
    const hash = mix(load<u64>(place), load<u64>(start + bytes - SIEVED_STEP));
    store<u64>(place, hash);
    note(sieve + <usize>(hash >>> sieveShift));
  }
  let keptEnd = left;
  for (let entry = left; entry < leftEnd; entry += 4) {
    const place = load<u32>(entry);
    const growth = growthBy(sieve + <usize>(load<u64>(<usize>place) >>> sieveShift));
    store<u32>(<usize>place, growth == 0 ? <u32>bytes : u32.MAX_VALUE, PLACE_REACH);
    store<u32>(keptEnd, place);
    keptEnd += growth;
  }
  return keptEnd;
}

/** Takes empty slots for the places. */
function startSlots(): void {
  const slotBytes = (<usize>powerOfTwo(<u32>((placesEnd - places) / PLACE_BYTES) * 2 + 2)) << 2;
  slots = takeWork(slotBytes);
  slotBytesMask = slotBytes - 4;
  clear(slots, slotBytes);
}

/** The slot of the place with this hash that was seated last, or the free one where it is to be. */
function findSlot(hash: u32): usize {
  return firstSlot(slots + (((<usize>hash) << 2) & slotBytesMask), hash);
}

/** As `findSlot`, behind a slot. */
function nextSlot(slot: usize, hash: u32): usize {
  return firstSlot(slots + ((slot - slots + 4) & slotBytesMask), hash);
}

function firstSlot(slot: usize, hash: u32): usize {
  while (load<u32>(slot) != 0 && load<u32>(<usize>load<u32>(slot)) != hash) {
    slot = slots + ((slot - slots + 4) & slotBytesMask);
  }
  return slot;
}
