/**
 * Proves that the kernel's tables say of every code point what Unicode 17.0 and the fixed sets say, by asking for each
 * one. Only a Node with that Unicode version can tell; on others the cases worked out by hand remain.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { WHITE_SPACE } from '../../reference/code-points.js';
import { TERMINAL } from '../../reference/terminal.js';
import { type RawKernel, loadRawKernel } from '../../support/kernel.js';
import { ORACLE_ABSENT_NOTE, ORACLE_PRESENT, readPunctSet } from '../../support/oracle.js';

const CODE_POINTS = 0x110000;
const UNICODE_VERSION = '17.0';

/** As src/workers/kernel/unicode.ts has them. */
const TOKEN = 1;
const SOLO = 2;
const SPACE = 4;
const TERMINATES = 8;
const CLOSER = 16;
const WIDE_TERMINAL = 32;
const ALPHABETIC = 64;
const PUNCT = 128;
const DIGIT = 256;
const LOWERED = 512;

let kernel: RawKernel;

beforeAll(async () => {
  kernel = await loadRawKernel();
});

/** The code points whose class has the bit. */
function withBit(bit: number): number[] {
  return codePointsWhere((codePoint) => (kernel.classOf(codePoint) & bit) !== 0);
}

function codePointsWhere(predicate: (codePoint: number) => boolean): number[] {
  const found: number[] = [];
  for (let codePoint = 0; codePoint < CODE_POINTS; codePoint++) if (predicate(codePoint)) found.push(codePoint);
  return found;
}

function codePointsMatching(pattern: RegExp): number[] {
  return codePointsWhere((codePoint) => pattern.test(String.fromCodePoint(codePoint)));
}

function sorted(characters: string): number[] {
  return [...characters].map((character) => character.codePointAt(0)!).sort((left, right) => left - right);
}

describe('classOf, the fixed sets', () => {
  it('knows white space', () => {
    const ranges = WHITE_SPACE.flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    );
    expect(withBit(SPACE)).toEqual(ranges);
  });

  it('knows what ends a sentence, what may follow that, and what ends one without white space', () => {
    expect(withBit(TERMINATES)).toEqual(TERMINAL);
    expect(withBit(CLOSER)).toEqual(sorted('"\'”’)]}»'));
    expect(withBit(WIDE_TERMINAL)).toEqual(sorted('。！？｡'));
  });

  it.skipIf(!ORACLE_PRESENT)(`knows punctuation${ORACLE_PRESENT ? '' : ` (skipped: ${ORACLE_ABSENT_NOTE})`}`, () => {
    expect(withBit(PUNCT)).toEqual(readPunctSet('PUNCT'));
  });

  it('has punctuation in ASCII wherever there is no letter, digit, space, tab or line feed', () => {
    const punctuation = withBit(PUNCT).filter((codePoint) => codePoint < 0x80);
    expect(punctuation).toEqual(
      codePointsWhere((codePoint) => codePoint < 0x80 && !/[A-Za-z0-9 \t\n]/.test(String.fromCodePoint(codePoint))),
    );
  });
});

describe.runIf(process.versions['unicode'] === UNICODE_VERSION)(
  `classOf and lowerOf, Unicode ${UNICODE_VERSION}`,
  () => {
    it('knows letters, digits and tokens', () => {
      expect(withBit(ALPHABETIC)).toEqual(codePointsMatching(/\p{L}/u));
      expect(withBit(DIGIT)).toEqual(codePointsMatching(/\p{Nd}/u));
      expect(withBit(TOKEN)).toEqual(codePointsMatching(/[\p{L}\p{M}\p{N}_]/u));
    });

    it('knows the code points that are tokens by themselves', () => {
      expect(withBit(SOLO)).toEqual(
        codePointsMatching(/(?=[\p{L}\p{M}\p{N}_])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u),
      );
    });

    it('lower-cases every code point by itself', () => {
      expect(
        codePointsWhere((codePoint) => {
          const lower = String.fromCodePoint(codePoint).toLowerCase();
          return kernel.lowerOf(codePoint) !== lower.codePointAt(0);
        }),
      ).toEqual([]);
      expect(withBit(LOWERED)).toEqual(codePointsWhere((codePoint) => kernel.lowerOf(codePoint) !== codePoint));
    });

    it('leaves out a second code point of the lower case for U+0130 only', () => {
      expect(codePointsWhere((codePoint) => [...String.fromCodePoint(codePoint).toLowerCase()].length > 1)).toEqual([
        0x130,
      ]);
    });
  },
);

describe('classOf and lowerOf, by hand', () => {
  it.each([
    ['A', TOKEN | ALPHABETIC | LOWERED],
    ['z', TOKEN | ALPHABETIC],
    ['7', TOKEN | DIGIT],
    ['_', TOKEN | PUNCT],
    ['\n', SPACE],
    ['\u001c', SPACE | PUNCT],
    ['.', TERMINATES | PUNCT],
    ['"', CLOSER | PUNCT],
    ['。', TERMINATES | WIDE_TERMINAL | PUNCT],
    ['\u0301', TOKEN], // a mark
    ['½', TOKEN], // a number, no digit
    ['漢', TOKEN | SOLO | ALPHABETIC],
    ['ー', TOKEN | ALPHABETIC], // Script Common, with Katakana among its extensions only
    ['㋞', 0], // U+32DE: Script Katakana, a symbol
    ['\u{20000}', TOKEN | SOLO | ALPHABETIC],
    ['😀', 0],
    ['\ufeff', 0],
    ['\u{10ffff}', 0],
  ])('gives %j the class %i', (character, expected) => {
    expect(kernel.classOf(character.codePointAt(0)!)).toBe(expected);
  });

  it.each([
    ['Z', 'z'],
    ['À', 'à'],
    ['Σ', 'σ'], // also at the end of a word: no context
    ['Ω', 'ω'], // U+2126, Ohm
    ['ẞ', 'ß'],
    ['Ꭰ', 'ꭰ'],
    ['𐐀', '𐐨'],
    ['\u{1e921}', '\u{1e943}'],
    ['\u{1e922}', '\u{1e922}'],
    ['İ', 'i'], // the caller appends U+0307
    ['\u{10ffff}', '\u{10ffff}'],
  ])('lower-cases %j to %j', (upper, lower) => {
    expect(kernel.lowerOf(upper.codePointAt(0)!)).toBe(lower.codePointAt(0));
  });
});
