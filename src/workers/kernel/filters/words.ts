/**
 * The words of the text, put together without the white space between them.
 *
 *   text    │  the  quick⏎brown… │
 *   joined  │thequickbrown…      │
 *   starts   ▲  ▲    ▲               u32 each: the address of each word, and behind the last one four times the end
 *
 * The n words from the one at `i` are the bytes from `wordAt(i)` to `wordAt(i + n)`.
 */
import { BLOCK_BYTES, RECORD_BYTES, SPACE, WORD_START, hasHigh, maskBytes } from '../masks';
import { takeWork } from '../memory';
import { SETTING_MIN_STOP_WORDS } from '../setting-slots';
import { setting, wantsStats } from '../settings';
import { wordCount } from '../units';
import { codePointsIn } from '../utf8';
import { leadingBytes } from './hashes';

const STEP_BYTES: usize = 16;

/** The stop words, u32 each, padded with zeros: the be to of, and that have with. */
const STOP_WORDS: v128 = i32x4(0x00656874, 0x00006562, 0x00006f74, 0x0000666f);
const OTHER_STOP_WORDS: v128 = i32x4(0x00646e61, 0x74616874, 0x65766168, 0x68746977);
const STOP_WORDS_IN_ALL: u32 = 8;
/** The longest of them. */
const STOP_WORD_BYTES: usize = 4;

let starts: usize = 0;

/** The address of the word of this index; of the index after the last, the end of the last word. */
export function wordAt(index: usize): usize {
  return <usize>load<u32>(starts + (index << 2));
}

/** The list of the words' addresses. */
export function wordStarts(): usize {
  return starts;
}

/** The end of the list of addresses but for its last one, which is where the last word ends. */
export function wordsEnd(): usize {
  return starts + ((<usize>wordCount()) << 2);
}

/** Code points of the words from `start` to `end`. */
export function wordChars(start: usize, end: usize): u32 {
  return hasHigh ? codePointsIn(start, end) : <u32>(end - start);
}

/** Puts the words together. */
export function joinWords(text: usize, bytes: usize, masks: usize): void {
  const joined = takeWork(bytes);
  starts = takeWork((<usize>wordCount() + 4) << 2);
  const masksEnd = masks + maskBytes(bytes);
  let list = starts;
  let to = joined;
  let start = text; // of the next word; the block's own address if none has begun before
  let inkCarry: u64 = 0;
  let left = bytes;
  for (let block = text; masks < masksEnd; block += BLOCK_BYTES, masks += RECORD_BYTES, left -= BLOCK_BYTES) {
    const valid: u64 = left >= BLOCK_BYTES ? u64.MAX_VALUE : ((<u64>1) << left) - 1;
    const ink = ~load<u64>(masks, SPACE) & valid;
    let begins = load<u64>(masks, WORD_START);
    if (start == block) {
      start += <usize>ctz(begins);
      begins &= begins - 1;
    }
    for (let ends = ((ink << 1) | inkCarry) & ~ink; ends != 0; ends &= ends - 1) {
      const length = block + <usize>ctz(ends) - start;
      store<u32>(list, <u32>to);
      list += 4;
      v128.store(to, v128.load(start));
      if (length > STEP_BYTES) copyRest(start, length, to);
      to += length;
      start = block + <usize>ctz(begins); // the next block if there is none
      begins &= begins - 1;
    }
    inkCarry = ink >>> 63;
  }
  v128.store(list, i32x4.splat(<i32>to));
  v128.store(to, i8x16.splat(0));
}

/**
 * How many distinct words of {the, be, to, of, and, that, have, with} the text holds, case-sensitive.
 *
 * Counted no further than asked: to the end when statistics are wanted, else to the number that Gopher's quality filter is content with.
 */
export function countStopWords(): u32 {
  const enough = wantsStats() ? STOP_WORDS_IN_ALL : stopWordsAsked();
  const end = wordsEnd();
  let found: u32 = 0; // a bit for each stop word
  for (let word = starts; word < end && <u32>popcnt(found) < enough; word += 4) {
    const start = <usize>load<u32>(word);
    const length = <usize>load<u32>(word, 4) - start;
    if (length > STOP_WORD_BYTES || load<u8>(start + length - 1) == 0) continue; // a NUL at the end is no padding
    const key = i32x4.splat(<i32>leadingBytes(start, length));
    found |= i32x4.bitmask(i32x4.eq(key, STOP_WORDS)) | (i32x4.bitmask(i32x4.eq(key, OTHER_STOP_WORDS)) << 4);
  }
  return <u32>popcnt(found);
}

/** The number of stop words that is enough; a threshold that is switched off is NaN and asks for none. */
function stopWordsAsked(): u32 {
  const least = setting(SETTING_MIN_STOP_WORDS);
  return least > 0 ? <u32>Math.min(Math.ceil(least), STOP_WORDS_IN_ALL) : 0;
}

function copyRest(start: usize, length: usize, to: usize): void {
  for (let at = STEP_BYTES; at < length; at += STEP_BYTES) v128.store(to + at, v128.load(start + at));
}
