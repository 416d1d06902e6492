/**
 * Proves that the kernel's C4 verdicts, statistics and cleaned texts are those of the reference model and of the expected values:
 * on texts made of what the rules look for, at any place in a block, with every threshold changed or switched off.
 */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILTER_DEFAULTS, type FilterThresholds } from '../../../../src/core/filters.js';
import { MEASURE_DEFAULTS } from '../../../../src/core/measures.js';
import { Kernel } from '../../../../src/workers/kernel-host.js';
import { measureRow } from '../../../../src/workers/measure-row.js';
import { STATS_DECODER } from '../../../../src/workers/report-layout.js';
import { c4Quality } from '../../../reference/filters/c4-quality.js';
import {
  ORACLE_ABSENT_NOTE,
  ORACLE_PRESENT,
  readDevFilterCases,
  readEdgeFilterCases,
} from '../../../support/oracle.js';
import { unicodeText } from '../../../support/text-arbitraries.js';

type Thresholds = FilterThresholds<'c4_quality'>;

const DEFAULTS: Thresholds = FILTER_DEFAULTS.c4_quality;

/** One kernel for all thresholds: they are written anew for each text, so that nothing may be left of the one before. */
const kernel = Kernel.load(measureRow({ ...MEASURE_DEFAULTS, stats: true }));

function setThresholds(thresholds: Thresholds): void {
  const filters = { ...FILTER_DEFAULTS, c4_quality: thresholds };
  const row = measureRow({ ...MEASURE_DEFAULTS, stats: true, filters });
  new Float64Array(kernel.bytes.buffer, kernel.exports.settingsAddress() >>> 0, row.length).set(row);
}

function verdictOf(text: string, thresholds = DEFAULTS): unknown {
  setThresholds(thresholds);
  return STATS_DECODER.decode('x', kernel.scoreText(text), 0).filters.c4_quality;
}

/** Functions of the kernel that are called by themselves only here. */
interface DocumentExports {
  measureDocument(text: number, bytes: number, replaced: number): void;
  cleanDocument(out: number): number;
}

/** `behind` stands in memory behind the text, and is no part of it. */
function cleanedText(text: string, thresholds = DEFAULTS, behind = ''): string {
  setThresholds(thresholds);
  const utf8 = Buffer.from(text, 'utf8');
  const input = kernel.layOut(utf8.length, utf8.length);
  kernel.bytes.set(utf8, input);
  kernel.bytes.set(Buffer.from(behind, 'utf8').subarray(0, 64), input + utf8.length);
  const out = kernel.outputAddress;
  const exports = kernel.exports as unknown as DocumentExports;
  exports.measureDocument(input, utf8.length, 0);
  const end = exports.cleanDocument(out) >>> 0;
  expect(end - out).toBeLessThanOrEqual(utf8.length);
  return Buffer.from(kernel.bytes.slice(out, end)).toString('utf8');
}

/** What the kernel cleans of a document that the reference drops: the lines it keeps, or nothing for one with a line that drops it. */
function expectedCleanedText(text: string, thresholds: Thresholds): string {
  return c4Quality(text, { ...thresholds, minSentences: null }).cleanedText ?? '';
}

function expectAsReference(text: string, thresholds = DEFAULTS): void {
  expect(verdictOf(text, thresholds)).toEqual(c4Quality(text, thresholds).verdict);
  expect(cleanedText(text, thresholds)).toBe(expectedCleanedText(text, thresholds));
}

// --- Texts -------------------------------------------------------------------------------------------------------------

const LINE_BREAKS = [...'\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029', '\r\n', '\n\r', '\r\r\n', '\r\n\n'];
const SPACES = [...' \t\x1f\u00a0\u3000', '  '];
const PHRASES = [
  'lorem ipsum',
  'javascript',
  'terms of use',
  'privacy policy',
  'cookie policy',
  'uses cookies',
  'use of cookies',
  'use cookies',
];
/** Nearly phrases: the last and the first with a letter that has another lower case, the others with another space or letter. */
const NEAR_PHRASES = [
  'lorem  ipsum',
  'lorem\u00a0ipsum',
  'javascr\u0130pt',
  'used cookies',
  'cookie\0policy',
  'cy policy',
];
const CITATIONS = ['[]', '[1]', '[207]', '[\u0661\u0662]', '[\u{1d7d9}4]', '[\uff11]', '[edit]', '[citation needed]'];
const NEAR_CITATIONS = [
  ...'[]{',
  '[ ]',
  '[1',
  '[[1]',
  '[1]]',
  '[\u00bd]',
  '[Edit]',
  '[edit ]',
  '[citation  needed]',
  '[1a]',
  '[\u4e00]',
];
const LINE_ENDS = [
  ...'.?!"\'',
  '...',
  '..',
  '....',
  '.[1]',
  '..[2].',
  '."',
  '..."',
  '.)',
  '\u2026',
  '\u3002',
  '\uff01x',
  '\u0964',
  '[3]',
];
const WORDS = [
  'a',
  'Word',
  'the',
  'K\u0130',
  'x_y',
  '\u00e9',
  '\u8a9e',
  '\u{1d49c}',
  '-',
  '\u00bb',
  'poli',
  'cy',
  'java',
  'script',
  'of',
  'use',
];

/** Any case of each letter; the Kelvin sign is one of those of `k`. */
function inAnyCase(phrase: string): fc.Arbitrary<string> {
  const cases = (char: string) => (char === 'k' ? ['k', 'K', '\u212a'] : [char, char, char.toUpperCase()]);
  return fc.tuple(...Array.from(phrase, (char) => fc.constantFrom(...cases(char)))).map((parts) => parts.join(''));
}

const phrase = fc.constantFrom(...PHRASES, ...NEAR_PHRASES).chain(inAnyCase);
/** A phrase that is one only when a citation is gone, or one with a bracket in it. */
const brokenPhrase = fc
  .tuple(phrase, fc.nat({ max: 12 }), fc.constantFrom(...CITATIONS, ...NEAR_CITATIONS))
  .map(([whole, at, between]) => whole.slice(0, at) + between + whole.slice(at));
const longWord = fc
  .tuple(
    fc.constantFrom('x', '\u00e9', '\u8a9e', '\u{1d49c}', '[1]', '.'),
    fc.constantFrom(1, 5, 20, 64, 333, 334, 999, 1000, 1001),
  )
  .map(([char, times]) => char.repeat(times));

const piece = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...WORDS).map((word) => `${word} `) },
  { weight: 3, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 3, arbitrary: fc.constantFrom(...SPACES) },
  { weight: 4, arbitrary: fc.constantFrom(...LINE_BREAKS) },
  { weight: 4, arbitrary: fc.constantFrom('.\n', '. Two three four.\n', '? "a b c d"\r\n', '. a b. ') },
  { weight: 3, arbitrary: fc.constantFrom(...LINE_ENDS) },
  { weight: 2, arbitrary: fc.constantFrom(...CITATIONS) },
  { weight: 2, arbitrary: fc.constantFrom(...NEAR_CITATIONS) },
  { weight: 1, arbitrary: phrase },
  { weight: 1, arbitrary: brokenPhrase },
  { weight: 1, arbitrary: longWord },
  { weight: 1, arbitrary: fc.nat({ max: 66 }).map((length) => 'ab '.repeat(22).slice(0, length)) },
);
const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

function orNull<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) });
}
const rule = orNull(fc.constant(true as const));
const thresholds: fc.Arbitrary<Thresholds> = fc.record({
  maxWordLength: orNull(fc.constantFrom(1000, 0, -1, 1, 2, 2.5, 5, 19, 20, 63, 64, 333)),
  citations: rule,
  terminalPunctuation: rule,
  minWordsPerLine: orNull(fc.constantFrom(3, 0, 1, 2.5, 7, -1)),
  loremIpsum: rule,
  javascript: rule,
  curlyBracket: rule,
  policy: rule,
  minSentences: orNull(fc.constantFrom(5, 0, 1, 2.5)),
});

// --- Tests -------------------------------------------------------------------------------------------------------------

describe('C4 agrees with the reference', () => {
  it('on lines of what the rules look for', () => {
    fc.assert(
      fc.property(text, (sample) => {
        expectAsReference(sample);
      }),
      { numRuns: 3000 },
    );
  });

  it('with other thresholds, and with checks switched off', () => {
    fc.assert(
      fc.property(text, thresholds, (sample, settings) => {
        expectAsReference(sample, settings);
      }),
      { numRuns: 6000 },
    );
  });

  it('on any text', () => {
    fc.assert(
      fc.property(unicodeText({ loneSurrogates: false }), thresholds, (sample, settings) => {
        expectAsReference(sample);
        expectAsReference(sample, settings);
      }),
      { numRuns: 1000 },
    );
  });

  it('on each phrase, each citation and each line break at any place in a block', () => {
    const ends = [...PHRASES, ...CITATIONS, ...NEAR_CITATIONS].map((part) => `${part}.`);
    const breaks = LINE_BREAKS.map((lineBreak) => `.${lineBreak}b c d.`);
    for (let before = 0; before < 66; before++) {
      for (const part of [...ends, ...breaks]) expectAsReference(`${'ab '.repeat(22).slice(0, before)} x y ${part}`);
    }
  });

  it('on a text that ends within a phrase, a citation or a line break, with the rest of it behind in memory', () => {
    const settings = { ...DEFAULTS, terminalPunctuation: null };
    for (const whole of [...PHRASES, ...CITATIONS, 'a.\r\n'].map((part) => Array.from(part))) {
      for (let length = 0; length <= whole.length; length++) {
        const sample = `a b c ${whole.slice(0, length).join('')}`;
        expectAsReference(sample, settings);
        const cleaned = cleanedText(sample, settings, whole.slice(length).join(''));
        expect(cleaned).toBe(expectedCleanedText(sample, settings));
      }
    }
  });

  it('on words of nearly the greatest length, in bytes and in characters', () => {
    for (const [char, bytes] of [
      ['x', 1],
      ['\u00e9', 2],
      ['\u8a9e', 3],
      ['\u{1d49c}', 4],
    ] as const) {
      for (const length of [Math.floor(1000 / bytes), Math.ceil(1001 / bytes), 999, 1000, 1001, 2000]) {
        expectAsReference(`One two\n  a ${char.repeat(length)} b.\n`);
        expectAsReference(`${char.repeat(length)} ${char.repeat(length - 1)} b.`);
      }
    }
  });
});

describe('the order of the rules', () => {
  it.each([
    ['`..` and `.` around a citation make an ellipsis', 'One two three..[1].'],
    ['a space before a citation stays, and ends the line', 'One two three. [1]'],
    ['words are those before citations are removed', 'One [1] two.'],
    ['a citation within a phrase', 'All our java[1]script, poli[2]cy and use[3] cookies.'],
    ['a Kelvin sign is a k', 'We use coo\u212aies here.\nThe COO\u212aIE POLICY is this.'],
    ['sentences are joined where a citation stood', 'One.[1]Two three. Four five.[2]'],
    ['statistics end with the line that drops the document', 'One two three. Four.\nA {b} c d.\nOne two three.'],
    ['lorem ipsum comes before a curly bracket', 'Some { lorem ipsum here.'],
    ['JavaScript comes before a curly bracket, and that before a policy', 'A { javascript b.\nA { use cookies b.'],
  ])('%s', (_, sample) => {
    expectAsReference(sample);
  });
});

describe('the cleaned text', () => {
  it('is of lines without citations, stripped at both ends only', () => {
    const sample = '  [1] One two three.\r\n\tFour[2] five six[edit].\nSeven\n[3] Eight nine ten!  ';
    expect(cleanedText(sample)).toBe('One two three.\nFour five six.\n Eight nine ten!');
  });

  it('is empty for a document that is dropped for a line, and not for one with too few sentences', () => {
    expect(cleanedText('One two three.\nA { b c.')).toBe('');
    expect(cleanedText('One two three.\nA lorem ipsum c.')).toBe('');
    expect(cleanedText('One two three.\nA b c')).toBe('One two three.');
  });
});

describe.skipIf(!ORACLE_PRESENT)(
  `C4 agrees with the expected values${ORACLE_PRESENT ? '' : ` (${ORACLE_ABSENT_NOTE})`}`,
  () => {
    it.each([
      ['short texts', readEdgeFilterCases],
      ['real documents', readDevFilterCases],
    ])('on %s', { timeout: 120_000 }, (_, readCases) => {
      const cases = readCases();
      expect(cases.length).toBeGreaterThan(40);
      for (const { text: sample, expected, cleanedText: cleaned } of cases) {
        expect(verdictOf(sample), expected.id).toMatchObject(expected.filters.c4_quality);
        if (cleaned === null) continue;
        const actual = cleanedText(sample);
        expect(Array.from(actual).length, expected.id).toBe(cleaned.chars);
        expect(createHash('sha256').update(actual).digest('hex'), expected.id).toBe(cleaned.sha256);
      }
    });
  },
);
