/**
 * The table of distinct tokens: how often each occurs.
 *
 *   slots    u32 each: where the entry is, 0 when free        (open addressing, linear probing, at most half full, mostly a tenth)
 *   entries  │ key 16 bytes │ hash u32 │ count u32 │ …        (dense, in order of first occurrence)
 *   order    u32 each: the entry of each token of the text, in order
 *
 * The key of a token of up to 16 bytes (lower-cased, UTF-8) is the token itself, padded with zeros: equal keys are equal tokens.
 * A longer token's bytes are kept apart, and its key is │ 0 │ 56 bits of hash │ address u32 │ length u32 │: no token begins with a
 * zero byte, so it never equals a short key, and two long tokens with one hash are compared byte by byte.
 *
 * `_` is kept as 0x7F, since `| 0x20` makes that of it; 0x7F is in no token.
 */
import { entropyOf, isSmall, smallTerm, termOf } from './logarithms';
import { BLOCK_BYTES, RECORD_BYTES, TOKEN_END, TOKEN_START, hasHigh, maskBytes } from './masks';
import { clear, takeWork } from './memory';
import { COMBINING_DOT_ABOVE, DOTTED_CAPITAL_I, lowerOf } from './unicode';
import { decode, encode, widthOf } from './utf8';

const SHORT_KEY_BYTES: usize = 16;

/** The bit that makes an ASCII letter lower case, and the one that ASCII lacks, in each of eight bytes. */
const SPACES: u64 = 0x2020202020202020;
const HIGH_BITS: u64 = 0x8080808080808080;

export const ENTRY_BYTES: usize = 24;
const ENTRY_HASH: usize = 16;
export const ENTRY_COUNT: usize = 20;

/** A block of 64 bytes ends at most 33 tokens, so the room for new ones is checked once a block. */
const TOKENS_PER_BLOCK: u32 = 33;
const SLOTS_MIN: u32 = 128;
/** More slots than this are made when the tokens turn out to be that different; 256 KiB stay in the second-level cache. */
const SLOTS_AT_FIRST: u32 = 65536;

/** Multipliers of the hash: odd, and secret, so that no text can be written to collide. Set by `prepareTokens`. */
let multiplier: u64 = 0;
let multiplierHigh: u64 = 0;

/** `SHORT_KEY_BYTES + 1` vectors; the one at n keeps the first n bytes. Filled by `prepareTokens`. */
const KEEP_MASKS: usize = memory.data(17 * 16, 16);

let slots: usize = 0;
let slotCount: u32 = 0;
let shift: u32 = 0; // 32 − log2(slotCount): a hash's upper bits are its slot
let slotBytesMask: usize = 0;
let entries: usize = 0;
/** Behind this entry there is no room for the tokens of another block with the slots at most half full. */
let roomEnd: usize = 0;
let entriesEnd: usize = 0;
let longKeysEnd: usize = 0;
let order: usize = 0;
export function prepareTokens(seed: u64, seedHigh: u64): void {
  multiplier = seed | 1;
  multiplierHigh = seedHigh | 1;
  for (let length: usize = 1; length <= SHORT_KEY_BYTES; length++) memory.fill(KEEP_MASKS + length * 16, 0xff, length);
}

/**
 * Counts the tokens of the text, `tokens` of them.
 *
 * About every third token of a short document is new, so nothing here branches on that: a short key is written to the next free
 * entry in any case, and that entry is taken only if the slot turns out to be free.
 */
export function countTokens(text: usize, bytes: usize, masks: usize, tokens: u32): void {
  startTable(bytes, tokens);
  const wide = hasHigh;
  const table = slots;
  const base = entries;
  const masksEnd = masks + maskBytes(bytes);
  // Kept out of the globals, which are memory to the machine and would be read again after every store.
  const lowFactor = multiplier;
  const highFactor = multiplierHigh;
  let hashShift = shift;
  let next = entriesEnd;
  let place = order;
  let start: usize = 0; // address of a token that began in a block before, 0 for none
  for (let block = text; masks < masksEnd; block += BLOCK_BYTES, masks += RECORD_BYTES) {
    if (next > roomEnd) {
      entriesEnd = next;
      grow();
      hashShift = shift;
    }
    let starts = load<u64>(masks, TOKEN_START);
    let ends = load<u64>(masks, TOKEN_END);
    while (ends != 0) {
      if (start == 0) {
        start = block + <usize>ctz(starts);
        starts &= starts - 1;
      }
      const end = block + <usize>ctz(ends);
      ends &= ends - 1;
      const keep = KEEP_MASKS + (min(end - start, SHORT_KEY_BYTES) << 4);
      const low = (load<u64>(start) | SPACES) & load<u64>(keep);
      const high = (load<u64>(start, 8) | SPACES) & load<u64>(keep, 8);
      if (end - start > SHORT_KEY_BYTES || (wide && ((low | high) & HIGH_BITS) != 0)) {
        entriesEnd = next;
        store<u32>(place, countLoweredToken(start, end));
        next = entriesEnd;
        place += 4;
        start = 0;
        continue;
      }
      start = 0;
      const hash = <u32>(((low ^ (high * highFactor)) * lowFactor) >>> 32);
      store<u64>(next, low);
      store<u64>(next, high, 8);
      store<u64>(next, <u64>hash, ENTRY_HASH); // and a count of 0
      let at = (<usize>(hash >>> hashShift)) << 2;
      let seated = load<u32>(table + at);
      let entry = seated == 0 ? next : base + <usize>seated;
      if (differs(entry, low, high)) {
        do {
          at = (at + 4) & slotBytesMask;
          seated = load<u32>(table + at);
          entry = seated == 0 ? next : base + <usize>seated;
        } while (differs(entry, low, high));
      }
      store<u32>(table + at, <u32>(entry - base));
      store<u32>(place, <u32>(entry - base));
      place += 4;
      store<u32>(entry, load<u32>(entry, ENTRY_COUNT) + 1, ENTRY_COUNT);
      next += seated == 0 ? ENTRY_BYTES : 0;
    }
    if (starts != 0) start = block + <usize>ctz(starts);
  }
  entriesEnd = next;
}

function differs(entry: usize, low: u64, high: u64): bool {
  return ((load<u64>(entry) ^ low) | (load<u64>(entry, 8) ^ high)) != 0;
}

export function distinctTokens(): u32 {
  return <u32>((entriesEnd - entries) / ENTRY_BYTES) - 1;
}

/** Address of the first entry; entries stand one after the other up to `entriesLimit`, in order of first occurrence. */
export function firstEntry(): usize {
  return entries + ENTRY_BYTES;
}

export function entriesLimit(): usize {
  return entriesEnd;
}

/** Bytes of the table: what an entry's offset is below. */
export function entryBytes(): usize {
  return entriesEnd - entries;
}

/** Address of the key of an entry: lower case, with 0x7F for `_`. */
export function keyAddress(entry: usize): usize {
  return isLong(entry) ? <usize>(load<u64>(entry, 8) & 0xffffffff) : entry;
}

export function isLong(entry: usize): bool {
  return load<u8>(entry) == 0;
}

/** The entry of the token of this index, as an offset that is a multiple of `ENTRY_BYTES`. */
export function entryAt(index: u32): u32 {
  return load<u32>(order + ((<usize>index) << 2));
}

/** Where `entryAt` reads: u32 each, for loops. */
export function orderAddress(): usize {
  return order;
}

/** The entry's offset of a token of up to 16 bytes, lower case, padded with zeros; 0 when the text does not have it. */
export function entryOf(low: u64, high: u64): u32 {
  let at = (<usize>(shortHash(low, high) >>> shift)) << 2;
  while (true) {
    const seated = load<u32>(slots + at);
    if (seated == 0 || !differs(entries + <usize>seated, low, high)) return seated;
    at = (at + 4) & slotBytesMask;
  }
}

/** How often such a token occurs. */
export function countOf(low: u64, high: u64): u32 {
  const seated = entryOf(low, high);
  return seated == 0 ? 0 : load<u32>(entries + <usize>seated, ENTRY_COUNT);
}

export function tokenEntropy(tokens: u32): f64 {
  let evenTerms: f64 = 0;
  let oddTerms: f64 = 0;
  let entry = entries + ENTRY_BYTES;
  for (; entry + ENTRY_BYTES < entriesEnd; entry += 2 * ENTRY_BYTES) {
    const even = load<u32>(entry, ENTRY_COUNT);
    const odd = load<u32>(entry, ENTRY_BYTES + ENTRY_COUNT);
    evenTerms += isSmall(even | odd) ? smallTerm(even) : termOf(even);
    oddTerms += isSmall(even | odd) ? smallTerm(odd) : termOf(odd);
  }
  if (entry < entriesEnd) evenTerms += termOf(load<u32>(entry, ENTRY_COUNT));
  return entropyOf(tokens, distinctTokens(), evenTerms + oddTerms);
}

/** Takes the address space of the worst case, all tokens different; what is not touched costs nothing. */
function startTable(bytes: usize, tokens: u32): void {
  const slotsAtFirst = min(powerOfTwo(4 * (tokens + TOKENS_PER_BLOCK)), SLOTS_AT_FIRST);
  const slotsMax = max(powerOfTwo(2 * (tokens + TOKENS_PER_BLOCK)), slotsAtFirst);
  slots = takeWork((<usize>slotsMax) << 2);
  entries = takeWork((<usize>tokens + 2) * ENTRY_BYTES);
  longKeysEnd = takeWork(bytes + (bytes >>> 1)); // lower case is at most half as long again
  order = takeWork((<usize>tokens) << 2);
  entriesEnd = entries + ENTRY_BYTES; // the first entry stays unused: 0 means a free slot
  setSlots(slotsAtFirst);
}

function setSlots(count: u32): void {
  slotCount = count;
  slotBytesMask = ((<usize>count) << 2) - 4;
  shift = 32 - <u32>ctz(count);
  roomEnd = entries + <usize>((count >>> 1) - TOKENS_PER_BLOCK) * ENTRY_BYTES;
  clear(slots, (<usize>count) << 2);
}

/** Doubles the slots in place and seats every entry anew. */
function grow(): void {
  setSlots(slotCount << 1);
  for (let entry = entries + ENTRY_BYTES; entry < entriesEnd; entry += ENTRY_BYTES) {
    let slot = load<u32>(entry, ENTRY_HASH) >>> shift;
    while (load<u32>(slots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & (slotCount - 1);
    store<u32>(slots + ((<usize>slot) << 2), <u32>(entry - entries));
  }
}

function powerOfTwo(least: u32): u32 {
  return max(SLOTS_MIN, (<u32>1) << (32 - <u32>clz(least - 1)));
}

function shortHash(low: u64, high: u64): u32 {
  return <u32>(((low ^ (high * multiplierHigh)) * multiplier) >>> 32);
}

/**
 * Counts a token that is long or not all ASCII, and returns its entry's offset.
 *
 * It is lower-cased behind the long keys, and stays there if it is long and new.
 */
function countLoweredToken(start: usize, end: usize): u32 {
  const key = longKeysEnd;
  const keyEnd = lowerInto(key, start, end);
  const length = keyEnd - key;
  if (length <= SHORT_KEY_BYTES) return countShortKey(key, length);
  return countLongKey(key, length, longHash(key, keyEnd));
}

/** The loop of `countTokens` for one key, which is rare enough here to be found and then seated. */
function countShortKey(address: usize, length: usize): u32 {
  const key = v128.and(v128.load(address), v128.load(KEEP_MASKS + (length << 4)));
  const hash = shortHash(i64x2.extract_lane(key, 0), i64x2.extract_lane(key, 1));
  let slot = hash >>> shift;
  while (true) {
    const at = slots + ((<usize>slot) << 2);
    const seated = load<u32>(at);
    if (seated == 0) {
      v128.store(entriesEnd, key);
      return seatNewEntry(at, hash);
    }
    if (!v128.any_true(v128.xor(v128.load(entries + <usize>seated), key))) return countAgain(seated);
    slot = (slot + 1) & (slotCount - 1);
  }
}

function countLongKey(key: usize, length: usize, hash: u64): u32 {
  const keyLow = hash << 8;
  let slot = (<u32>(hash >>> 32)) >>> shift;
  while (true) {
    const at = slots + ((<usize>slot) << 2);
    const seated = load<u32>(at);
    if (seated == 0) {
      store<u64>(entriesEnd, keyLow);
      store<u64>(entriesEnd, (<u64>key) | ((<u64>length) << 32), 8);
      longKeysEnd = key + length;
      return seatNewEntry(at, <u32>(hash >>> 32));
    }
    const entry = entries + <usize>seated;
    if (load<u64>(entry) == keyLow && isLongKey(entry, key, length)) return countAgain(seated);
    slot = (slot + 1) & (slotCount - 1);
  }
}

function seatNewEntry(slotAddress: usize, hash: u32): u32 {
  const seated = <u32>(entriesEnd - entries);
  store<u32>(slotAddress, seated);
  store<u32>(entriesEnd, hash, ENTRY_HASH);
  store<u32>(entriesEnd, 1, ENTRY_COUNT);
  entriesEnd += ENTRY_BYTES;
  return seated;
}

function countAgain(seated: u32): u32 {
  const entry = entries + <usize>seated;
  store<u32>(entry, load<u32>(entry, ENTRY_COUNT) + 1, ENTRY_COUNT);
  return seated;
}

function isLongKey(entry: usize, key: usize, length: usize): bool {
  const place = load<u64>(entry, 8);
  return <usize>(place >>> 32) == length && memory.compare(<usize>(place & 0xffffffff), key, length) == 0;
}

/** Eight bytes a step; the zeros that fill up the last step do no harm, since the length is compared as well. */
function longHash(key: usize, end: usize): u64 {
  for (let pad = end; pad < ((end + 7) & ~7) + 8; pad++) store<u8>(pad, 0);
  let hash = multiplierHigh;
  for (let at = key; at < end; at += 8) {
    hash = (hash ^ load<u64>(at)) * multiplier;
    hash ^= hash >>> 32;
  }
  return hash * multiplierHigh;
}

function lowerInto(out: usize, start: usize, end: usize): usize {
  let at = start;
  let to = out;
  while (at < end) {
    const sixteen = v128.load(at);
    if (i8x16.bitmask(sixteen) == 0) {
      v128.store(to, v128.or(sixteen, i8x16.splat(0x20)));
      const step = min(end - at, SHORT_KEY_BYTES);
      at += step;
      to += step;
      continue;
    }
    const lead = load<u8>(at);
    if (lead < 0x80) {
      store<u8>(to++, lead | 0x20);
      at++;
      continue;
    }
    const codePoint = decode(at);
    to = encode(lowerOf(codePoint), to);
    if (codePoint == DOTTED_CAPITAL_I) to = encode(COMBINING_DOT_ABOVE, to);
    at += widthOf(lead);
  }
  return to;
}
