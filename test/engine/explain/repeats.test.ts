/**
 * Proves that what repeats is found where it stands: against the statistics of the model's Gopher filter on generated texts, on
 * texts made by hand, and at the bound of what is looked at.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRepeats, REPEATS_UNITS_MAX, type Repeat } from '../../../src/engine/explain/repeats.js';
import { gopherRepetition } from '../../reference/filters/gopher-repetition.js';
import { FILTER_DEFAULTS } from '../../reference/options.js';
import { words } from '../../reference/text-units.js';
import { documentText } from '../../support/text-arbitraries.js';

describe('on generated texts', () => {
  it('the most frequent n-gram takes what Gopher says, where it repeats', () => {
    fc.assert(
      fc.property(documentText({ loneSurrogates: false }), (text) => {
        const { stats } = gopherRepetition(text.toWellFormed(), FILTER_DEFAULTS.gopher_repetition);
        const { grams } = findRepeats(text.toWellFormed());
        for (const size of [2, 3, 4] as const) {
          const [top] = grams[size];
          if (top !== undefined) expect(top.charShare).toBeCloseTo(stats[`top_${size}_gram_char_frac`] ?? -1, 12);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('each n-gram occurs as often as it says', () => {
    fc.assert(
      fc.property(documentText({ loneSurrogates: false }), (given) => {
        const text = given.toWellFormed();
        const all = words(text);
        const { grams } = findRepeats(text);
        for (const { text: gram, count } of [...grams[2], ...grams[3], ...grams[4]]) {
          const size = gram.split(' ').length;
          const occurrences = all.filter((_, at) => all.slice(at, at + size).join(' ') === gram);
          expect(occurrences.length).toBe(count);
          expect(count).toBeGreaterThan(1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('lines and paragraphs take no more than Gopher says of all', () => {
    fc.assert(
      fc.property(documentText({ loneSurrogates: false }), (given) => {
        const text = given.toWellFormed();
        const { stats } = gopherRepetition(text, FILTER_DEFAULTS.gopher_repetition);
        const { lines, paragraphs } = findRepeats(text);
        expect(shareOf(lines)).toBeLessThanOrEqual((stats['dup_line_char_frac'] ?? 0) + 1e-9);
        expect(shareOf(paragraphs)).toBeLessThanOrEqual((stats['dup_para_char_frac'] ?? 0) + 1e-9);
      }),
      { numRuns: 200 },
    );
  });
});

describe('places', () => {
  it('are the lines in which the occurrences begin', () => {
    const text = 'one two\nthree one\ntwo\n\n\n  one\ttwo\n';
    expect(findRepeats(text).grams[2]).toEqual([
      { text: 'one two', count: 3, charShare: 21 / text.length, lines: [1, 2, 6] },
    ]);
  });

  it('are those of lines and paragraphs in the whole text', () => {
    const text = '\n\n  x y\nb\n\nc d\n\n\nb\n\nc d\n';
    const { lines, paragraphs } = findRepeats(text);
    expect(lines).toEqual([
      { text: 'c d', count: 2, charShare: 3 / text.length, lines: [6, 11] },
      { text: 'b', count: 2, charShare: 1 / text.length, lines: [4, 9] },
    ]);
    expect(paragraphs).toEqual([{ text: 'c d', count: 2, charShare: 3 / text.length, lines: [6, 11] }]);
  });

  it('are told of the first few', () => {
    const [line] = findRepeats('a\n'.repeat(20)).lines;
    expect(line).toMatchObject({ count: 20, lines: [1, 2, 3, 4, 5] });
  });
});

describe('long n-grams', () => {
  it('of a passage that repeats are one, as long as it goes', () => {
    const passage = 'a b c d e f g h';
    const { long } = findRepeats(`${passage} x ${passage} y ${passage}`).grams;
    expect(long).toMatchObject([{ text: passage, count: 3, lines: [1, 1, 1] }]);
  });

  it('do not overlap themselves', () => {
    const { long } = findRepeats('a '.repeat(20)).grams;
    expect(long[0]?.charShare).toBeLessThanOrEqual(1);
  });
});

describe('the bound', () => {
  it('is the end of a line, and said', () => {
    const line = `${'word '.repeat(20)}\n`;
    const text = line.repeat(Math.ceil((2 * REPEATS_UNITS_MAX) / line.length));
    const { chars, isAll, lines } = findRepeats(text);
    expect(isAll).toBe(false);
    expect(chars % line.length).toBe(0);
    expect(chars).toBeGreaterThan(REPEATS_UNITS_MAX - line.length);
    expect(lines[0]?.count).toBe(chars / line.length);
  });

  it('cuts no code point', () => {
    const { chars, isAll } = findRepeats(`x${'\u{1f600}'.repeat(REPEATS_UNITS_MAX)}`);
    expect([chars, isAll]).toEqual([REPEATS_UNITS_MAX / 2, false]);
  });
});

function shareOf(repeats: readonly Repeat[]): number {
  return repeats.reduce((sum, { charShare }) => sum + charShare, 0);
}
