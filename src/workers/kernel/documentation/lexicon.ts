/** Words that mean something to the documentation profile, looked up among the tokens. */
import { findAt } from '../bits';
import { BLOCK_BYTES, TOKEN_END, TOKEN_START, recordAt } from '../masks';
import { takePermanent } from '../memory';
import { tokensBefore } from '../token-index';
import { countOf, entryAt, entryOf } from '../tokens';
import { hasBit } from '../units';

const HYPHEN: i8 = 0x2d;
const KEY_BYTES: usize = 16;
const NOTICES: u32 = 4;
const VARIANTS: u32 = 6;
/** A group of variants: the word in one, and the two halves of the hyphenated form. */
const VARIANT_BYTES: usize = 3 * KEY_BYTES;
const FIRST_HALF: usize = KEY_BYTES;
const SECOND_HALF: usize = 2 * KEY_BYTES;

/** Keys of the words as `tokens.ts` has them. */
let notices: usize = 0;
let variants: usize = 0;
let keysEnd: usize = 0;

let variantGroups: u32 = 0;
let variantShares: f64 = 0;

export function prepareLexicon(): void {
  keysEnd = takePermanent(<usize>NOTICES * KEY_BYTES + <usize>VARIANTS * VARIANT_BYTES);
  notices = keysEnd;
  addKey('deprecated');
  addKey('warning');
  addKey('note');
  addKey('important');
  variants = keysEnd;
  addVariant('email', 'e', 'mail');
  addVariant('setup', 'set', 'up');
  addVariant('online', 'on', 'line');
  addVariant('website', 'web', 'site');
  addVariant('database', 'data', 'base');
  addVariant('filename', 'file', 'name');
}

/** Tokens that tell the reader to take note. */
export function countNotices(): u32 {
  let total: u32 = 0;
  for (let key = notices; key < variants; key += KEY_BYTES) total += timesOf(key);
  return total;
}

/** Compares the forms in which each group of variants is written. */
export function readVariants(text: usize, bytes: usize, masks: usize): void {
  variantGroups = 0;
  variantShares = 0;
  for (let group = variants; group < keysEnd; group += VARIANT_BYTES) {
    const joined = <f64>timesOf(group);
    const hyphenated = <f64>countHyphenated(text, bytes, masks, group);
    if (joined + hyphenated == 0) continue;
    variantGroups++;
    variantShares += max(joined, hyphenated) / (joined + hyphenated);
  }
}

/** Groups of which the text has a form. */
export function variantGroupCount(): u32 {
  return variantGroups;
}

/** The sum over these groups of the share of the more frequent form. */
export function variantShareSum(): f64 {
  return variantShares;
}

function addVariant(joined: string, first: string, second: string): void {
  addKey(joined);
  addKey(first);
  addKey(second);
}

function addKey(word: string): void {
  for (let index = 0; index < word.length; index++) store<u8>(keysEnd + <usize>index, <u8>word.charCodeAt(index));
  keysEnd += KEY_BYTES;
}

function timesOf(key: usize): u32 {
  return countOf(load<u64>(key), load<u64>(key, 8));
}

/** Occurrences of the halves as two tokens in a row with exactly one hyphen between them. */
function countHyphenated(text: usize, bytes: usize, masks: usize, group: usize): u32 {
  const first = entryOf(load<u64>(group, FIRST_HALF), load<u64>(group, FIRST_HALF + 8));
  if (first == 0) return 0;
  const second = entryOf(load<u64>(group, SECOND_HALF), load<u64>(group, SECOND_HALF + 8));
  if (second == 0) return 0;
  let total: u32 = 0;
  for (let base: usize = 0; base < bytes; base += BLOCK_BYTES) {
    let hyphens = findAt(text + base, HYPHEN, 0) & load<u64>(recordAt(masks, base), TOKEN_END);
    for (; hyphens != 0; hyphens &= hyphens - 1) {
      const behind = base + <usize>ctz(hyphens) + 1;
      if (behind >= bytes || !hasBit(masks, TOKEN_START, behind)) continue;
      const index = tokensBefore(behind);
      total += <u32>(entryAt(index - 1) == first && entryAt(index) == second);
    }
  }
  return total;
}
