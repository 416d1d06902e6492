/**
 * Proves that Gopher's repetition filter and FineWeb's quality filter give the numbers and verdicts of the reference model: on texts
 * that repeat words, n-grams, lines and paragraphs, also across the boundaries of words; that no verdict changes when statistics are
 * not asked for, whatever the thresholds; and that texts made to be hard take time in proportion to their length.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILTER_DEFAULTS } from '../../../../src/core/filters.js';
import { MEASURE_DEFAULTS } from '../../../../src/core/measures.js';
import { Kernel } from '../../../../src/workers/kernel-host.js';
import { measureRow } from '../../../../src/workers/measure-row.js';
import { REPORT_DECODER, STATS_DECODER } from '../../../../src/workers/report-layout.js';
import { finewebQuality } from '../../../reference/filters/fineweb-quality.js';
import { gopherRepetition } from '../../../reference/filters/gopher-repetition.js';
import { asciiText, wellFormedText } from '../../../support/text-arbitraries.js';

const withStats = Kernel.load(measureRow({ ...MEASURE_DEFAULTS, stats: true }));
const withoutStats = Kernel.load(measureRow(MEASURE_DEFAULTS));

function expectAsReference(text: string): void {
  const { gopher_repetition, fineweb_quality } = STATS_DECODER.decode('x', withStats.scoreText(text), 0).filters;
  const repetition = gopherRepetition(text, FILTER_DEFAULTS.gopher_repetition);
  const quality = finewebQuality(text, FILTER_DEFAULTS.fineweb_quality);
  expect(gopher_repetition).toEqual(repetition);
  expect(fineweb_quality).toEqual(quality);

  const { filters } = REPORT_DECODER.decode('x', withoutStats.scoreText(text), 0);
  expect(filters.gopher_repetition).toEqual({ keep: repetition.keep, reason: repetition.reason });
  expect(filters.fineweb_quality).toEqual({ keep: quality.keep, reason: quality.reason });
}

/** Has the kernel measure by other settings; to load one for each would take most of the time. */
function configure(kernel: Kernel, row: Float64Array): void {
  new Float64Array(kernel.bytes.buffer, kernel.exports.settingsAddress() >>> 0, row.length).set(row);
}

/** Few words, so that n-grams repeat, and ones that shift boundaries: `ab` + `a` is `a` + `ba`. */
const WORDS = [
  'a',
  'b',
  'ab',
  'ba',
  'aba',
  'é',
  '語',
  '𝒜',
  'the',
  'that',
  'internationalisation',
  'x'.repeat(17),
  '.',
  '…',
];
const GAPS = [
  ' ',
  ' ',
  ' ',
  '  ',
  '\t',
  '\n',
  '\n\n',
  '\r\n',
  '\r\n\r\n',
  ' \n',
  '\n ',
  '\n\n\n',
  '\u3000',
  '\u0085',
  '\u2028',
];

const pieces = (words: readonly string[], gaps: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(fc.tuple(fc.constantFrom(...words), fc.constantFrom(...gaps)), { maxLength })
    .map((all) => all.flat().join(''));

/** A few stretches, each put down several times. */
const repeated = (stretch: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.array(stretch, { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(fc.nat(3), fc.constantFrom(...GAPS, '')), { maxLength: 12 }),
    )
    .map(([stretches, uses]) => uses.map(([index, gap]) => `${stretches[index % stretches.length]!}${gap}`).join(''));

describe('the repetition filters agree with the reference', () => {
  it.each<[string, fc.Arbitrary<string>]>([
    ['words of a few letters', pieces(['a', 'b', 'ab', 'ba'], [' '], 120)],
    ['words of one letter', pieces(['a', 'b', 'c', 'd', 'e'], [' '], 200)],
    ['any words and gaps', pieces(WORDS, GAPS, 80)],
    ['stretches that repeat', repeated(pieces(WORDS, [' '], 25))],
    ['lines and paragraphs that repeat', repeated(pieces(['a', 'b c', 'd.', '', ' '], ['\n', '\n\n', '\r\n', ' '], 8))],
    ['ASCII texts that repeat', repeated(asciiText())],
    ['texts of any script', wellFormedText()],
    ['such texts that repeat', repeated(wellFormedText())],
  ])('on %s', (_, texts) => {
    fc.assert(fc.property(texts, expectAsReference), { numRuns: 1000 });
  });

  it.each([
    ['nothing', ''],
    ['LFs', '\n\n\n'],
    ['one LF', '\n'],
    ['white space', ' \n \n\n \t'],
    ['one word', 'word'],
    ['a word again and again', 'word '.repeat(500)],
    ['punctuation', '... !!! ... !!!\n\n... !!! ... !!!'],
    ['a paragraph that begins behind white space', ' a\n\nb\n\na'],
    ['a paragraph that ends before white space', 'a\n\nb\n\na '],
    ['a space alone in a line', 'a\n \nb\n\na\n \nb'],
    ['CRLF', 'a b\r\n\r\na b\r\n\r\nc'],
    ['two of the same count', 'c d c d a b a b'],
    ['n-grams of other words but the same bytes', 'ab c d e f x a bc d e f y ab cd e f g'],
  ])('on %s', (_, text) => {
    expectAsReference(text);
  });

  it('on n-grams of any length that differ in one byte', () => {
    for (let length = 1; length < 40; length++) {
      const words = Array.from({ length: 12 }, (_, index) => 'abcdefghijkl'[index]!.repeat(length));
      const other = words.with(7, `${words[7]!.slice(1)}!`);
      expectAsReference([...words, ...other, ...words.slice(3), ...other.slice(5)].join(' '));
    }
  });

  it('on more of one thing than a byte counts', () => {
    for (const times of [127, 128, 129, 255, 256, 257, 1000]) expectAsReference('a b c d e f g\n'.repeat(times));
  });
});

describe('without statistics', () => {
  it('gives the same verdict, whatever the thresholds', () => {
    const kernel = Kernel.load();
    const threshold = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });
    const text = fc.oneof(
      repeated(pieces(WORDS, [' '], 25)),
      pieces(WORDS, GAPS, 80),
      pieces(['a', 'b', 'ab'], [' '], 90),
    );
    fc.assert(
      fc.property(text, fc.array(threshold, { minLength: 13, maxLength: 13 }), (value, thresholds) => {
        const names = Object.keys(FILTER_DEFAULTS.gopher_repetition);
        const settings = Object.fromEntries(names.map((name, index) => [name, thresholds[index]!]));
        const gopher_repetition = settings as Record<keyof typeof FILTER_DEFAULTS.gopher_repetition, number | null>;
        const filters = { ...FILTER_DEFAULTS, gopher_repetition };
        configure(kernel, measureRow({ ...MEASURE_DEFAULTS, filters }));
        const { keep, reason } = gopherRepetition(value, gopher_repetition);
        const report = REPORT_DECODER.decode('x', kernel.scoreText(value), 0);
        expect(report.filters.gopher_repetition).toEqual({ keep, reason });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('time is in proportion to the length', () => {
  const MIB = 1 << 20;
  const numbered = (count: number, line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join('');

  /** Far above what one takes (some 0.3 s), and far below what anything quadratic would. */
  const SECONDS_MAX = 10;

  it.each<[string, string]>([
    ['one word', 'word '.repeat(MIB)],
    ['words that all differ', numbered(MIB / 2, (index) => `${index.toString(36)} `)],
    ['words of a letter', 'a b '.repeat(MIB)],
    ['one long word', 'ab'.repeat(2 * MIB)],
    ['ten long words', `${'x'.repeat(MIB / 2)} `.repeat(10)],
    ['long words that differ at their ends', numbered(256, (index) => `${'z'.repeat(16_384)}${index} `)],
    ['LFs', '\n'.repeat(4 * MIB)],
    [
      'lines that differ in the middle',
      numbered(MIB / 16, (index) => `the quick brown fox ${index} jumps over the dog\n`),
    ],
  ])('of a text of %s', (_, text) => {
    const started = performance.now();
    withStats.scoreText(text);
    expect(performance.now() - started).toBeLessThan(SECONDS_MAX * 1000);
  });
});
