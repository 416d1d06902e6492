/**
 * Writes src/workers/kernel/unicode-data.ts: the character classes and the lower-casing of Unicode 17.0 as tables.
 *
 *   node scripts/generate-unicode.js
 *
 * Needed only when the project moves to another Unicode version: change UNICODE_VERSION here, run the script on a Node
 * that has this version, and check in the result. The tables are checked in, and not made at build time, so that every
 * Node version gives the same answers.
 *
 * A table has two stages: blocks of 2^shift code points, each distinct block stored once, and an index from
 * `code point >> shift` to the number of its block.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const UNICODE_VERSION = '17.0';
const OUTPUT = fileURLToPath(new URL('../src/workers/kernel/unicode-data.ts', import.meta.url));
const CODE_POINTS = 0x110000;
const LINE_WIDTH = 120;

/** Of the shifts from 4 to 9, these make the smallest tables. */
const CLASS_SHIFT = 7;
const CASE_SHIFT = 6;

/** The one code point whose lower case is two code points, U+0069 U+0307. */
const DOTTED_CAPITAL_I = 0x130;

/** The bits of a class, as in src/workers/kernel/unicode.ts. */
const CLASS_TOKEN = 1;
const CLASS_SOLO = 2;
const CLASS_SPACE = 4;
const CLASS_TERMINAL = 8;
const CLASS_CLOSER = 16;
const CLASS_WIDE_TERMINAL = 32;
const CLASS_ALPHABETIC = 64;
const CLASS_PUNCT = 128;
const CLASS_DIGIT = 256;
const CLASS_LOWERED = 512;

/** White space as Python's `str.isspace` has it. */
const SPACE = codePointsOf('9-d 1c-20 85 a0 1680 2000-200a 2028-2029 202f 205f 3000');

/** What ends a sentence or a line, in all scripts; this is not the property Sentence_Terminal. */
const TERMINAL = codePointsOf(`
  21 2e 3f 589 61d-61f 6d4 700-702 7f9 837 839 83d-83e 964-965 104a-104b 1362 1367-1368 166e 1735-1736 17d4-17d6
  17d9-17da 1803 1809 1944-1945 1aa8-1aab 1b5a-1b5b 1b5e-1b5f 1b7d-1b7e 1c3b-1c3c 1c7e-1c7f 203c-203d 2047-2049
  2e2e 2e3c 2e53-2e54 3002 a4ff a60e-a60f a6f3 a6f7 a876-a877 a8ce-a8cf a92f a9c8-a9c9 aa5d-aa5f aaf0-aaf1 abeb
  fe52 fe56-fe57 ff01 ff0e ff1f ff61 10a56-10a57 10f55-10f59 10f86-10f89 11047-11048 110be-110c1 11141-11143
  111c5-111c6 111cd 111de-111df 11238-11239 1123b-1123c 112a9 1144b-1144c 115c2-115c3 115c9-115d7 11641-11642
  1173c-1173e 11944 11946 11a42-11a43 11a9b-11a9c 11c41-11c42 11ef7-11ef8 11f43-11f44 16a6e-16a6f 16af5
  16b37-16b38 16b44 16e98 1bc9f 1da88`);

/** A word of these (and of TERMINAL) alone counts as no word: punctuation, symbols and control characters. */
const PUNCT = codePointsOf(`
  0-8 b-1f 21-2f 3a-40 5b-60 7b-9f ab b4 bb 2013-2014 2019 201c-201e 2026 2236 2501 25ba 3001-3002 3008-300d
  3010-3011 ff01 ff05 ff08-ff09 ff0c ff0e ff11 ff1a-ff1b ff1f ff5e`);

const CLOSERS = codePointsOf('22 27 29 5d 7d bb 2019 201d');

/** TERMINAL code points that end a sentence even when no white space follows. */
const WIDE_TERMINALS = codePointsOf('3002 ff01 ff1f ff61');

main();

function main() {
  if (process.versions.unicode !== UNICODE_VERSION) {
    throw new Error(`needs a Node with Unicode ${UNICODE_VERSION}, this one has ${process.versions.unicode}`);
  }
  const classes = tableOf(CODE_POINTS, classOf);
  const allDeltas = tableOf(CODE_POINTS, caseDeltaOf);
  const caseEnd = roundUp(allDeltas.findLastIndex((delta) => delta !== 0) + 1, 1 << CASE_SHIFT);
  const deltas = [...new Set(allDeltas)];
  const cases = tableOf(caseEnd, (codePoint) => deltas.indexOf(allDeltas[codePoint]));
  writeFileSync(OUTPUT, sourceOf(twoStages(classes, CLASS_SHIFT), twoStages(cases, CASE_SHIFT), deltas, caseEnd));
}

/** The code points of `first-last` ranges and single ones, in hexadecimal, separated by white space. */
function codePointsOf(ranges) {
  const codePoints = new Set();
  for (const range of ranges.trim().split(/\s+/)) {
    const [first, last = first] = range.split('-').map((hex) => Number.parseInt(hex, 16));
    for (let codePoint = first; codePoint <= last; codePoint++) codePoints.add(codePoint);
  }
  return codePoints;
}

function classOf(codePoint) {
  const character = String.fromCodePoint(codePoint);
  const isToken = /[\p{L}\p{M}\p{N}_]/u.test(character);
  let bits = 0;
  if (isToken) bits |= CLASS_TOKEN;
  if (isToken && /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(character)) bits |= CLASS_SOLO;
  if (SPACE.has(codePoint)) bits |= CLASS_SPACE;
  if (TERMINAL.has(codePoint)) bits |= CLASS_TERMINAL;
  if (CLOSERS.has(codePoint)) bits |= CLASS_CLOSER;
  if (WIDE_TERMINALS.has(codePoint)) bits |= CLASS_WIDE_TERMINAL;
  if (/\p{L}/u.test(character)) bits |= CLASS_ALPHABETIC;
  if (PUNCT.has(codePoint)) bits |= CLASS_PUNCT;
  if (/\p{Nd}/u.test(character)) bits |= CLASS_DIGIT;
  if (character.toLowerCase() !== character) bits |= CLASS_LOWERED;
  return bits;
}

/** What to add to the code point to get the first code point of its lower case. */
function caseDeltaOf(codePoint) {
  const lower = String.fromCodePoint(codePoint).toLowerCase();
  if ([...lower].length > 1 && codePoint !== DOTTED_CAPITAL_I) {
    throw new Error(`U+${codePoint.toString(16)} has a lower case of several code points; lowerOf assumes one`);
  }
  return lower.codePointAt(0) - codePoint;
}

function tableOf(length, valueOf) {
  return Array.from({ length }, (_, codePoint) => valueOf(codePoint));
}

function roundUp(value, step) {
  return Math.ceil(value / step) * step;
}

function twoStages(table, shift) {
  const numbers = new Map();
  const index = [];
  const values = [];
  for (let start = 0; start < table.length; start += 1 << shift) {
    const block = table.slice(start, start + (1 << shift));
    const key = block.join();
    if (!numbers.has(key)) {
      numbers.set(key, numbers.size);
      values.push(...block);
    }
    index.push(numbers.get(key));
  }
  if (numbers.size > 256) throw new Error(`${numbers.size} blocks; the index has bytes`);
  return { index, values };
}

function sourceOf(classes, cases, deltas, caseEnd) {
  return [
    `/* Generated by scripts/generate-unicode.js from Unicode ${UNICODE_VERSION}; do not edit. */`,
    '',
    '/** Code points of a block of classes, as a power of two. */',
    `export const CLASS_SHIFT: u32 = ${CLASS_SHIFT};`,
    '/** Number of the block of classes, one byte for each run of 2^CLASS_SHIFT code points. */',
    data('CLASS_BLOCKS', 'u8', classes.index),
    '/** Class bits, two bytes for each code point of a block. */',
    data('CLASS_VALUES', 'u16', classes.values),
    '',
    '/** Code points of a block of case deltas, as a power of two. */',
    `export const CASE_SHIFT: u32 = ${CASE_SHIFT};`,
    '/** Code points from here on have no lower case and no entry in CASE_BLOCKS. */',
    `export const CASE_END: u32 = 0x${caseEnd.toString(16)};`,
    '/** Number of the block of case deltas, one byte for each run of 2^CASE_SHIFT code points. */',
    data('CASE_BLOCKS', 'u8', cases.index),
    '/** Index into CASE_DELTAS, one byte for each code point of a block. */',
    data('CASE_VALUES', 'u8', cases.values),
    '/** What to add to a code point to get its lower case. */',
    data('CASE_DELTAS', 'i32', deltas),
    '',
  ].join('\n');
}

function data(name, type, values) {
  const lines = [];
  let line = ' ';
  for (const value of values) {
    if (line.length + ` ${value},`.length > LINE_WIDTH) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${value},`;
  }
  return `export const ${name}: usize = memory.data<${type}>([\n${[...lines, line].join('\n')}\n]);`;
}
