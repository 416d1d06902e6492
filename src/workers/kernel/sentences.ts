/**
 * Sentences, and the entropy of their lengths in words.
 *
 * A sentence ends after a run of TERMINAL code points and the closers directly behind it, when white space or the end of the
 * text follows or the run holds a terminal of a script written without spaces. One that holds no token is not counted.
 */
import { entropyOf, termOf } from './logarithms';
import { SPACE, TERMINAL, TOKEN_START, WORD_START, hasHigh } from './masks';
import { takePermanent, takeWork } from './memory';
import { countBits, hasBit, hasBits, nextBit, nextClear } from './units';
import { CLASS_CLOSER, CLASS_WIDE_TERMINAL, classOf } from './unicode';
import { decode, widthOf } from './utf8';

/** Sentences shorter than this are counted by length in a table; the few longer ones are compared with each other. */
const SHORT_WORDS: u32 = 4096;

/** `SHORT_WORDS` counters by sentence length; zero between documents. */
let shortCounts: usize = 0;
/** Lengths of the counted sentences in words, u32 each, in order; the long ones apart. */
let lengths: usize = 0;
let longLengths: usize = 0;
/** Where sentences end, u32 each, in order; also those of sentences that are not counted. */
let ends: usize = 0;
let endCount: u32 = 0;
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
  ends = takeWork(((bytes >>> 1) + 1) << 2);
  endCount = 0;
  sentences = 0;
  longSentences = 0;
  let start: usize = 0;
  let runStart = nextBit(masks, TERMINAL, 0, bytes);
  while (runStart < bytes) {
    const runEnd = nextClear(masks, TERMINAL, runStart, bytes);
    const closed = isEnd(masks, runEnd, bytes) ? runEnd : skipClosers(text, runEnd, bytes);
    if (isEnd(masks, closed, bytes) || holdsWideTerminal(text, runStart, runEnd)) {
      finishSentence(masks, start, closed);
      store<u32>(ends + ((<usize>endCount) << 2), <u32>closed);
      endCount++;
      start = closed;
    }
    runStart = nextBit(masks, TERMINAL, closed, bytes);
  }
  if (start < bytes) finishSentence(masks, start, bytes);
}

/** Byte offset at which the sentence of this index ends, counted or not. The rest behind the last end is not among them. */
export function sentenceEnd(index: u32): usize {
  return <usize>load<u32>(ends + ((<usize>index) << 2));
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
  let start = from;
  while (cursor < endCount && sentenceEnd(cursor) <= to) {
    const end = sentenceEnd(cursor++);
    found += <u32>hasBits(masks, TOKEN_START, start, end);
    start = end;
  }
  return found + <u32>(start < to && hasBits(masks, TOKEN_START, start, to));
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

/** White space or the end of the text. */
function isEnd(masks: usize, offset: usize, bytes: usize): bool {
  return offset == bytes || hasBit(masks, SPACE, offset);
}

function finishSentence(masks: usize, from: usize, to: usize): void {
  if (!hasBits(masks, TOKEN_START, from, to)) return;
  let words = countBits(masks, WORD_START, from, to);
  // Behind a terminal that needs no space, the slice begins inside a word of the text: its rest is a word of the slice.
  if (!hasBit(masks, SPACE, from) && !hasBit(masks, WORD_START, from)) words++;
  if (words < SHORT_WORDS) {
    store<u32>(lengths + ((<usize>sentences) << 2), words);
    sentences++;
  } else {
    store<u32>(longLengths + ((<usize>longSentences) << 2), words);
    longSentences++;
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

function holdsWideTerminal(text: usize, from: usize, to: usize): bool {
  if (!hasHigh) return false;
  let at = text + from;
  const end = text + to;
  while (at < end) {
    if (classOf(decode(at)) & CLASS_WIDE_TERMINAL) return true;
    at += widthOf(load<u8>(at));
  }
  return false;
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
