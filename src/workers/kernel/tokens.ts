/**
 * The table of distinct tokens: how often each occurs.
 *
 *   slots    u32 each: where the entry is, 0 when free        (open addressing, linear probing, at most half full)
 *   entries  │ key 16 bytes │ hash u32 │ count u32 │ …        (dense, in order of first occurrence)
 *
 * The key of a token of up to 16 bytes (lower-cased, UTF-8) is the token itself, padded with zeros: equal keys are equal tokens.
 * A longer token's bytes are kept apart, and its key is │ 0 │ 56 bits of hash │ address u32 │ length u32 │: no token begins with a
 * zero byte, so it never equals a short key, and two long tokens with one hash are compared byte by byte.
 *
 * `_` is kept as 0x7F, since `| 0x20` makes that of it; 0x7F is in no token.
 */
import { entropyOf, termOf } from './logarithms';
import { BLOCK_BYTES, RECORD_BYTES, TOKEN_END, TOKEN_START, hasHigh } from './masks';
import { takePermanent, takeWork } from './memory';
import { COMBINING_DOT_ABOVE, DOTTED_CAPITAL_I, lowerOf } from './unicode';
import { decode, encode, widthOf } from './utf8';

const SHORT_KEY_BYTES: usize = 16;

const ENTRY_BYTES: usize = 24;
const ENTRY_HASH: usize = 16;
const ENTRY_COUNT: usize = 20;

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
let entries: usize = 0;
let entriesEnd: usize = 0;
let longKeysEnd: usize = 0;

export function prepareTokens(seed: u64, seedHigh: u64): void {
  multiplier = seed | 1;
  multiplierHigh = seedHigh | 1;
  for (let length: usize = 1; length <= SHORT_KEY_BYTES; length++) memory.fill(KEEP_MASKS + length * 16, 0xff, length);
}

/** Counts the tokens of the text, `tokens` of them. */
export function countTokens(text: usize, bytes: usize, masks: usize, tokens: u32): void {
  startTable(bytes, tokens);
  let pending: usize = 0; // address of a token that began in a block before, 0 for none
  for (let offset: usize = 0; offset < bytes; offset += BLOCK_BYTES) {
    if (distinctTokens() + TOKENS_PER_BLOCK > slotCount >>> 1) grow();
    const block = text + offset;
    const starts = load<u64>(masks + offset, TOKEN_START);
    const ends = load<u64>(masks + offset, TOKEN_END);
    pending = countBlock(block, starts, ends, pending);
  }
  if (pending != 0) countBlock(text + bytes, 0, 1, pending);
}

/**
 * Counts the tokens that end in a block, the first of which may have begun at `pending`; returns where one that goes on began.
 *
 * About every third token of a short document is new, so nothing here branches on that: a short key is written to the next free
 * entry in any case, and that entry is taken only if the slot turns out to be free.
 */
function countBlock(block: usize, starts: u64, ends: u64, pending: usize): usize {
  const wide = hasHigh;
  const table = slots;
  const base = entries;
  const slotMask = slotCount - 1;
  let next = entriesEnd;
  while (ends != 0) {
    let start = pending;
    if (start == 0) {
      start = block + <usize>ctz(starts);
      starts &= starts - 1;
    }
    pending = 0;
    const end = block + <usize>ctz(ends);
    ends &= ends - 1;
    const length = end - start;
    const keep = length <= SHORT_KEY_BYTES ? v128.load(KEEP_MASKS + (length << 4)) : i8x16.splat(0);
    const bytes = v128.and(v128.load(start), keep);
    if (length > SHORT_KEY_BYTES || (wide && i8x16.bitmask(bytes) != 0)) {
      entriesEnd = next;
      countLoweredToken(start, end);
      next = entriesEnd;
      continue;
    }
    const key = v128.or(bytes, v128.and(keep, i8x16.splat(0x20)));
    const hash = shortHash(i64x2.extract_lane(key, 0), i64x2.extract_lane(key, 1));
    v128.store(next, key);
    store<u64>(next, <u64>hash, ENTRY_HASH); // and a count of 0
    let at = table + ((<usize>(hash >>> shift)) << 2);
    let seated = load<u32>(at);
    let entry = seated == 0 ? next : base + <usize>seated;
    while (v128.any_true(v128.xor(v128.load(entry), key))) {
      at = table + ((at - table + 4) & ((<usize>slotMask) << 2));
      seated = load<u32>(at);
      entry = seated == 0 ? next : base + <usize>seated;
    }
    store<u32>(at, <u32>(entry - base));
    store<u32>(entry, load<u32>(entry, ENTRY_COUNT) + 1, ENTRY_COUNT);
    next += seated == 0 ? ENTRY_BYTES : 0;
  }
  entriesEnd = next;
  return starts != 0 ? block + <usize>ctz(starts) : pending;
}

export function distinctTokens(): u32 {
  return <u32>((entriesEnd - entries) / ENTRY_BYTES) - 1;
}

export function tokenEntropy(tokens: u32): f64 {
  let evenTerms: f64 = 0;
  let oddTerms: f64 = 0;
  let entry = entries + ENTRY_BYTES;
  for (; entry + ENTRY_BYTES < entriesEnd; entry += 2 * ENTRY_BYTES) {
    evenTerms += termOf(load<u32>(entry, ENTRY_COUNT));
    oddTerms += termOf(load<u32>(entry, ENTRY_BYTES + ENTRY_COUNT));
  }
  if (entry < entriesEnd) evenTerms += termOf(load<u32>(entry, ENTRY_COUNT));
  return entropyOf(tokens, distinctTokens(), evenTerms + oddTerms);
}

/** Takes the address space of the worst case, all tokens different; what is not touched costs nothing. */
function startTable(bytes: usize, tokens: u32): void {
  const slotsMax = powerOfTwo(2 * (tokens + TOKENS_PER_BLOCK));
  slots = takeWork((<usize>slotsMax) << 2);
  entries = takeWork((<usize>tokens + 2) * ENTRY_BYTES);
  longKeysEnd = takeWork(bytes + (bytes >>> 1)); // lower case is at most half as long again
  entriesEnd = entries + ENTRY_BYTES; // the first entry stays unused: 0 means a free slot
  setSlots(min(slotsMax, SLOTS_AT_FIRST));
}

function setSlots(count: u32): void {
  slotCount = count;
  shift = 32 - <u32>ctz(count);
  memory.fill(slots, 0, (<usize>count) << 2);
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

/** Counts a token that is long or not all ASCII: it is lower-cased behind the long keys, and stays there if it is long and new. */
function countLoweredToken(start: usize, end: usize): void {
  const key = longKeysEnd;
  const keyEnd = lowerInto(key, start, end);
  const length = keyEnd - key;
  if (length <= SHORT_KEY_BYTES) return countShortKey(key, length);
  countLongKey(key, length, longHash(key, keyEnd));
}

/** The loop of `countBlock` for one key, which is rare enough here to be found and then seated. */
function countShortKey(address: usize, length: usize): void {
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

function countLongKey(key: usize, length: usize, hash: u64): void {
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

function seatNewEntry(slotAddress: usize, hash: u32): void {
  store<u32>(slotAddress, <u32>(entriesEnd - entries));
  store<u32>(entriesEnd, hash, ENTRY_HASH);
  store<u32>(entriesEnd, 1, ENTRY_COUNT);
  entriesEnd += ENTRY_BYTES;
}

function countAgain(seated: u32): void {
  const entry = entries + <usize>seated;
  store<u32>(entry, load<u32>(entry, ENTRY_COUNT) + 1, ENTRY_COUNT);
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
