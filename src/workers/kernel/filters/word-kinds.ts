/**
 * Words that hold a letter, and words that hold anything but punctuation, by the marks of a block at a time.
 *
 * Of each word the run of bytes before its first mark is taken. Adding the word's first bit to it carries to the byte behind the
 * run: a mark, and the word is of the kind, or white space or the end of the text, and it is not.
 */
import { topRun } from '../bits';
import { ALPHA, INK, markRecordAt } from '../marks';
import { BLOCK_BYTES, HIGH, SPACE, WORD_START, recordAt } from '../masks';
import { firstBytesOf } from '../utf8';

let alphaWords: u32 = 0;
let inkWords: u32 = 0;
/** Code points of all words, of those that hold nothing but punctuation, and of such a one at the end of a block. */
let wordChars: u32 = 0;
let plainChars: u32 = 0;
let openChars: u32 = 0;

/** Counts the kinds of words of the text. */
export function countWordKinds(text: usize, bytes: usize, masks: usize): void {
  alphaWords = 0;
  inkWords = 0;
  wordChars = 0;
  plainChars = 0;
  openChars = 0;
  let alphaOpen: u64 = 0; // the block begins within a word that has held no such mark yet
  let inkOpen: u64 = 0;
  for (let offset: usize = 0; offset < bytes; offset += BLOCK_BYTES) {
    const record = recordAt(masks, offset);
    const markRecord = markRecordAt(offset);
    const left = bytes - offset;
    const valid: u64 = left >= BLOCK_BYTES ? u64.MAX_VALUE : ((<u64>1) << left) - 1;
    const inWord = ~load<u64>(record, SPACE) & valid;
    const first = firstBytesOf(text + offset, load<u64>(record, HIGH));
    wordChars += <u32>popcnt(inWord & first);

    const alpha = load<u64>(markRecord, ALPHA);
    const alphaRuns = inWord & ~alpha;
    const alphaStarts = load<u64>(record, WORD_START) | alphaOpen;
    const alphaCarried = alphaRuns + (alphaStarts & alphaRuns);
    alphaWords += <u32>popcnt((alphaCarried | alphaStarts) & alpha);
    alphaOpen = <u64>(alphaCarried < alphaRuns);

    const ink = load<u64>(markRecord, INK);
    const inkRuns = inWord & ~ink;
    const inkStarts = load<u64>(record, WORD_START) | inkOpen;
    const inkCarried = inkRuns + (inkStarts & inkRuns);
    inkWords += <u32>popcnt((inkCarried | inkStarts) & ink);
    const plainEnds = (inkCarried | inkStarts) & ~ink & ~inkRuns;
    if (plainEnds != 0) addPlainWords(plainEnds, inkRuns, first);
    inkOpen = <u64>(inkCarried < inkRuns);
    openChars = inkOpen == 0 ? 0 : <u32>popcnt(topRun(inkRuns) & first) + (~inkRuns == 0 ? openChars : 0);
  }
  plainChars += openChars;
}

/** Adds the code points of the words without ink that end before these bits: the bits of the run right below each. */
function addPlainWords(ends: u64, runs: u64, first: u64): void {
  for (let rest = ends; rest != 0; rest &= rest - 1) {
    const end = <u64>ctz(rest);
    const below = ((<u64>1) << end) - 1;
    const gaps = below & ~runs;
    const run = gaps == 0 ? below : below & topRun(~gaps);
    plainChars += <u32>popcnt(run & first) + (gaps == 0 ? openChars : 0);
  }
}

/** Words with a letter. */
export function alphaWordCount(): u32 {
  return alphaWords;
}

/** Words with anything but punctuation. */
export function inkWordCount(): u32 {
  return inkWords;
}

/** Code points of those. */
export function inkWordChars(): u32 {
  return wordChars - plainChars;
}
