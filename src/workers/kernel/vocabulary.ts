/**
 * One walk over the distinct tokens of a text, for years and for words that tokens begin with which others look for.
 *
 * Those words are told by their first five bytes: a multiplication sends each to a slot of its own, so that one comparison a
 * token is enough.
 */
import { isAt } from './ascii';
import { takePermanent } from './memory';
import { ENTRY_BYTES, ENTRY_COUNT, entriesLimit, firstEntry, isLong, keyAddress } from './tokens';

/* The words, a bit each. */
export const INTRODUCTION: u32 = 1;
export const USAGE: u32 = 2;
export const EXAMPLE: u32 = 4;
export const REFERENCE: u32 = 8;
export const COOKIE: u32 = 16;
export const POLICY: u32 = 32;
export const IPSUM: u32 = 64;
export const USE: u32 = 128;

const PREFIX_MASK: u64 = 0xffffffffff;
const USE_BYTES: u64 = 0x657375;
const THREE_BYTES: u64 = 0xffffff;
const TWO_BYTES: u64 = 0xffff;
const ZERO: u32 = 0x30;
/** `20`, the first digits of a year. */
const CENTURY: u64 = 0x3032;

/** Sixteen slots of a prefix each, empty ones all ones. */
let prefixes: usize = 0;
const PREFIX_SLOTS: usize = 16;
const SLOT_SHIFT: u64 = 60;
/** Found by trial: it sends each of the seven prefixes to a slot of its own. */
const MULTIPLIER: u64 = 0xdf442d22ce4859bb;

let years: f64 = 0;
let recentYears: f64 = 0;
let beginnings: u32 = 0;

export function prepareVocabulary(): void {
  prefixes = takePermanent(PREFIX_SLOTS << 3);
  memory.fill(prefixes, 0xff, PREFIX_SLOTS << 3);
  seat(0x6f72746e69); // intro
  seat(0x6567617375); // usage
  seat(0x706d617865); // examp
  seat(0x7265666572); // refer
  seat(0x696b6f6f63); // cooki
  seat(0x63696c6f70); // polic
  seat(0x6d75737069); // ipsum
}

/** Reads the table of tokens; years are recent if not before `recentFrom`. */
export function readVocabulary(recentFrom: f64): void {
  years = 0;
  recentYears = 0;
  beginnings = 0;
  const end = entriesLimit();
  let holdsUse = false;
  for (let entry = firstEntry(); entry < end; entry += ENTRY_BYTES) {
    const low = load<u64>(entry);
    if (isSought(low & PREFIX_MASK)) noteBeginning(entry);
    holdsUse = holdsUse || (low & THREE_BYTES) == USE_BYTES;
    if ((low & TWO_BYTES) == CENTURY) readYear(entry, recentFrom);
    if (isLong(entry)) noteBeginning(keyAddress(entry));
  }
  if (holdsUse) beginnings |= USE;
}

/** Tokens that are a year from 2000 to 2099. */
export function yearCount(): f64 {
  return years;
}

export function recentYearCount(): f64 {
  return recentYears;
}

/** Whether a token begins with the word. */
export function begins(word: u32): bool {
  return (beginnings & word) != 0;
}

function seat(prefix: u64): void {
  store<u64>(slotOf(prefix), prefix);
}

function isSought(prefix: u64): bool {
  return load<u64>(slotOf(prefix)) == prefix;
}

function slotOf(prefix: u64): usize {
  return prefixes + ((<usize>((prefix * MULTIPLIER) >>> SLOT_SHIFT)) << 3);
}

/** Notes which of the words the key begins with. */
function noteBeginning(key: usize): void {
  if (isAt(key, 'introduction')) beginnings |= INTRODUCTION;
  if (isAt(key, 'usage')) beginnings |= USAGE;
  if (isAt(key, 'example')) beginnings |= EXAMPLE;
  if (isAt(key, 'reference')) beginnings |= REFERENCE;
  if (isAt(key, 'cookie')) beginnings |= COOKIE;
  if (isAt(key, 'policy')) beginnings |= POLICY;
  if (isAt(key, 'ipsum')) beginnings |= IPSUM;
  if (isAt(key, 'use')) beginnings |= USE;
}

/** A token of four digits from 2000 to 2099. */
function readYear(entry: usize, recentFrom: f64): void {
  if (load<u64>(entry, 8) != 0 || load<u32>(entry, 4) != 0) return;
  const tens = <u32>load<u8>(entry, 2) - ZERO;
  const ones = <u32>load<u8>(entry, 3) - ZERO;
  if (tens > 9 || ones > 9) return;
  const times = <f64>load<u32>(entry, ENTRY_COUNT);
  years += times;
  if (<f64>(2000 + 10 * tens + ones) >= recentFrom) recentYears += times;
}
