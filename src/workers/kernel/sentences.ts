/**
 * Sentences, and the entropy of their lengths in words.
 *
 * A sentence ends after a run of TERMINAL code points and the closers directly behind it, when white space or the end of the
 * text follows or the run holds a terminal of a script written without spaces. One that holds no token is not counted.
 */
import { entropyOf, termOf } from './logarithms';
import { BLOCK_BYTES, SPACE, TERMINAL, TOKEN_START, WORD_START, hasHigh, recordAt } from './masks';
import { takePermanent, takeWork } from './memory';
import { tokensBefore } from './token-index';
import { hasBit, lastClear } from './units';
import { CLASS_CLOSER, CLASS_WIDE_TERMINAL, classOf } from './unicode';
import { decode, widthOf } from './utf8';

/** Sentences shorter than this are counted by length in a table; the few longer ones are compared with each other. */
const SHORT_WORDS: u32 = 4096;

/** `SHORT_WORDS` counters by sentence length; zero between documents. */
let shortCounts: usize = 0;
/** Lengths of the counted sentences in words, u32 each, in order; the long ones apart. */
let lengths: usize = 0;
let longLengths: usize = 0;
/** Where sentences end, in order; also those that are not counted. */
let ends: usize = 0;
let endCount: u32 = 0;
/** An end: its byte offset and the tokens before it.   │ offset u32 │ tokens u32 │ */
const END_BYTES: usize = 8;
const END_TOKENS: usize = 4;

/** What there was before the last end, and whether that was within a word of the text. */
let wordsEnded: u32 = 0;
let tokensEnded: u32 = 0;
let endedInWord: bool = false;

/** The first end that `sentencesWithin` has not passed. */
let cursor: u32 = 0;
let sentences: u32 = 0;
let longSentences: u32 = 0;

export function prepareSentences(): void {
  shortCounts = takePermanent((<usize>SHORT_WORDS) << 2);
}

export function sentenceCount(): u32 {
  return sentences + longSentences;
}

/** Finds all sentences of the text. A sentence takes two bytes or more, a long one two bytes for each word. */
export function findSentences(text: usize, bytes: usize, masks: usize): void {
  lengths = takeWork(((bytes >>> 1) + 1) << 2);
  longLengths = takeWork((bytes / (2 * SHORT_WORDS) + 1) << 2);
  ends = takeWork(((bytes >>> 1) + 1) * END_BYTES);
  begin();
  // Before a token no sentence ends, as in `index.js`, but for a terminal beyond ASCII.
  const maybe: u64 = hasHigh ? u64.MAX_VALUE : 0;
  let words: u32 = 0; // before the block
  let tokens: u32 = 0;
  let terminalBefore: u64 = 0;
  for (let base: usize = 0; base <= bytes; base += BLOCK_BYTES) {
    const record = recordAt(masks, base);
    const terminals = load<u64>(record, TERMINAL);
    const wordStarts = load<u64>(record, WORD_START);
    const tokenStarts = load<u64>(record, TOKEN_START);
    const runEnds = ((terminals << 1) | terminalBefore) & ~terminals;
    for (let rest = runEnds & (~tokenStarts | maybe); rest != 0; rest &= rest - 1) {
      const end = endBehind(text, bytes, masks, base + <usize>ctz(rest));
      const before = (rest ^ (rest - 1)) >>> 1;
      if (end != 0) endAt(masks, end, words + countOf(wordStarts & before), tokens + countOf(tokenStarts & before));
    }
    words += countOf(wordStarts);
    tokens += countOf(tokenStarts);
    terminalBefore = terminals >>> 63;
  }
  finishSentence(words, tokens);
}

/** Byte offset at which the sentence of this index ends, counted or not. The rest behind the last end is not among them. */
export function sentenceEnd(index: u32): usize {
  return <usize>load<u32>(ends + <usize>index * END_BYTES);
}

/** Tokens before that end. */
export function tokensBeforeEnd(index: u32): u32 {
  return load<u32>(ends + <usize>index * END_BYTES, END_TOKENS);
}

/** Ends that `sentenceEnd` knows. */
export function sentenceEndCount(): u32 {
  return endCount;
}

/** Begins a walk of `sentencesWithin` at the front. */
export function walkSentences(): void {
  cursor = 0;
}

/**
 * The sentences of the slice [from, to) taken as a text of its own; it begins and ends with the text, a line or white space.
 *
 * Slices are asked for in ascending order, so that all of a text's take one walk over its sentences.
 */
export function sentencesWithin(masks: usize, from: usize, to: usize): u32 {
  while (cursor < endCount && sentenceEnd(cursor) <= from) cursor++;
  let found: u32 = 0;
  let tokens = tokensBefore(from);
  for (; cursor < endCount && sentenceEnd(cursor) <= to; cursor++) {
    found += <u32>(tokensBeforeEnd(cursor) != tokens);
    tokens = tokensBeforeEnd(cursor);
  }
  return found + <u32>(tokensBefore(to) != tokens);
}

/** The entropy of the lengths; empties the counters on the way. */
export function sentenceEntropy(): f64 {
  let distinct: u32 = 0;
  let terms: f64 = 0;
  const end = lengths + ((<usize>sentences) << 2);
  for (let at = lengths; at < end; at += 4) {
    const counter = shortCounts + ((<usize>load<u32>(at)) << 2);
    store<u32>(counter, load<u32>(counter) + 1);
  }
  for (let at = lengths; at < end; at += 4) {
    const counter = shortCounts + ((<usize>load<u32>(at)) << 2);
    const times = load<u32>(counter);
    if (times == 0) continue; // counted at its first occurrence
    distinct++;
    terms += termOf(times);
    store<u32>(counter, 0);
  }
  if (longSentences != 0) {
    sortLongLengths();
    let from: u32 = 0;
    while (from < longSentences) {
      let to = from + 1;
      while (to < longSentences && longLength(to) == longLength(from)) to++;
      distinct++;
      terms += termOf(to - from);
      from = to;
    }
  }
  return entropyOf(sentenceCount(), distinct, terms);
}

function begin(): void {
  endCount = 0;
  sentences = 0;
  longSentences = 0;
  wordsEnded = 0;
  tokensEnded = 0;
  endedInWord = false;
}

/** Where the sentence ends whose run of terminals ends at `at`, behind the closers; 0 if it goes on. */
function endBehind(text: usize, bytes: usize, masks: usize, at: usize): usize {
  if (isEnd(masks, at, bytes)) return at;
  const closed = skipClosers(text, at, bytes);
  return isEnd(masks, closed, bytes) || holdsWideTerminal(text, masks, at) ? closed : 0;
}

/** White space or the end of the text. */
function isEnd(masks: usize, offset: usize, bytes: usize): bool {
  return offset == bytes || hasBit(masks, SPACE, offset);
}

/** Ends a sentence at `offset`, before which there are so many words and tokens. */
function endAt(masks: usize, offset: usize, words: u32, tokens: u32): void {
  const end = ends + <usize>endCount * END_BYTES;
  store<u32>(end, <u32>offset);
  store<u32>(end, tokens, END_TOKENS);
  endCount++;
  finishSentence(words, tokens);
  // Behind a terminal that needs no space, the slice begins inside a word of the text: its rest is a word of the slice.
  endedInWord = !hasBit(masks, SPACE, offset);
}

/** Counts the sentence that has gone on up to here, if it holds a token. */
function finishSentence(words: u32, tokens: u32): void {
  const length = words - wordsEnded + <u32>endedInWord;
  const hasToken = <u32>(tokens != tokensEnded);
  wordsEnded = words;
  tokensEnded = tokens;
  if (length < SHORT_WORDS) {
    store<u32>(lengths + ((<usize>sentences) << 2), length);
    sentences += hasToken;
  } else {
    store<u32>(longLengths + ((<usize>longSentences) << 2), length);
    longSentences += hasToken;
  }
}

function skipClosers(text: usize, from: usize, bytes: usize): usize {
  let at = from;
  while (at < bytes) {
    const lead = load<u8>(text + at);
    const codePoint: u32 = lead < 0x80 ? lead : decode(text + at);
    if (!(classOf(codePoint) & CLASS_CLOSER)) break;
    at += widthOf(lead);
  }
  return at;
}

/** Whether the run of terminals that ends at `runEnd` holds one that needs no white space behind it. */
function holdsWideTerminal(text: usize, masks: usize, runEnd: usize): bool {
  if (!hasHigh) return false;
  let at = text + lastClear(masks, TERMINAL, runEnd);
  const end = text + runEnd;
  while (at < end) {
    if (classOf(decode(at)) & CLASS_WIDE_TERMINAL) return true;
    at += widthOf(load<u8>(at));
  }
  return false;
}

function countOf(bits: u64): u32 {
  return <u32>popcnt(bits);
}

function longLength(index: u32): u32 {
  return load<u32>(longLengths + ((<usize>index) << 2));
}

/** Heap sort (Williams 1964): at most a few thousand lengths, and no input makes it slow. */
function sortLongLengths(): void {
  for (let root = <i32>(longSentences >>> 1) - 1; root >= 0; root--) siftDown(<u32>root, longSentences);
  for (let end = longSentences - 1; end > 0; end--) {
    swapLongLengths(0, end);
    siftDown(0, end);
  }
}

function siftDown(from: u32, end: u32): void {
  let root: u32 = from;
  while ((root << 1) + 1 < end) {
    let child: u32 = (root << 1) + 1;
    if (child + 1 < end && longLength(child + 1) > longLength(child)) child++;
    if (longLength(root) >= longLength(child)) return;
    swapLongLengths(root, child);
    root = child;
  }
}

function swapLongLengths(a: u32, b: u32): void {
  const kept = longLength(a);
  store<u32>(longLengths + ((<usize>a) << 2), longLength(b));
  store<u32>(longLengths + ((<usize>b) << 2), kept);
}
