/**
 * Proves that an explanation says what the report says: on generated texts the parts' mean is the dimension, what a perfect part
 * would gain is what the means and weights give, the first check that fails is the reason, and what repeats is what the model of
 * the filters counts.
 *
 * The checks are tried on the model's statistics, so that they do not depend on which filters the kernel has.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILTER_DEFAULTS, FILTER_NAMES, FILTER_REASONS } from '../../../src/core/filters.js';
import { checksOf, type Check } from '../../../src/engine/explain/checks.js';
import { explain } from '../../../src/index.js';
import { findEssentials, ESSENTIALS } from '../../../src/engine/explain/essentials.js';
import { referenceReport } from '../../reference/report.js';
import { documentText } from '../../support/text-arbitraries.js';

const RUNS = { numRuns: 150 };

describe('the parts', () => {
  it('have the dimension of the report as their mean', () => {
    fc.assert(
      fc.property(documentText(), (text) => {
        const { report, dimensions } = explain({ text });
        for (const { name, value, parts } of dimensions) {
          expect(value).toBe(report.documentation[name]);
          const values = parts.flatMap((part) => part.value ?? []);
          if (report.tokens === 0) expect(values).toEqual([]);
          else expect(value).toBeCloseTo(sum(values) / values.length, 12);
          for (const part of parts) expect(part.found === null).toBe(part.value === null);
        }
      }),
      RUNS,
    );
  });

  it.each([{}, { clarity: 3 }, { accuracy: 0 }])('would make it perfect with all they gain, by %j', (weights) => {
    fc.assert(
      fc.property(documentText(), (text) => {
        const { report, advice } = explain({ text }, { weights });
        const gains = advice.map(({ gain }) => gain);
        if (report.tokens > 0) expect(report.documentation.overall + sum(gains)).toBeCloseTo(1, 9);
        else expect(gains).toEqual([]);
        expect(gains).toEqual(gains.toSorted((left, right) => right - left));
      }),
      { numRuns: 50 },
    );
  });

  it('name as many essentials as were counted', () => {
    fc.assert(
      fc.property(documentText(), (text) => {
        const { report, dimensions } = explain({ text });
        const part = dimensions[0]?.parts.find(({ name }) => name === 'essentials');
        if (report.tokens > 0) expect(findEssentials(text).length / ESSENTIALS.length).toBe(part?.value);
      }),
      RUNS,
    );
  });

  it('say what was found and what is missing', () => {
    const { dimensions, advice } = explain({
      text: '# Salt\n\nTODO: salt keeps, see [here](x). Salt is used in 2019.',
    });
    const found = Object.fromEntries(
      dimensions.flatMap(({ parts }) => parts.map((part) => [part.name, part.found] as const)),
    );
    expect(found).toMatchObject({
      headings: '1 heading of 5',
      links: '1 link of 2',
      'open ends': '1 marker such as TODO',
      essentials: 'none of them',
      passives: '1 passive or more in 12 words',
      'link targets': '0 % lead to a URL, path or document',
      'code languages': null,
    });
    expect(advice.find(({ part }) => part === 'links')).toEqual({
      dimension: 'completeness',
      part: 'links',
      advice: 'add 1 more link',
      gain: (0.25 * 0.5) / 6,
    });
  });
});

describe('the checks', () => {
  it('fail first with the reason of the verdict', () => {
    fc.assert(
      fc.property(documentText(), (text) => {
        const { filters } = referenceReport(text, {});
        for (const name of FILTER_NAMES) {
          const { keep, reason, stats } = filters[name];
          const known = FILTER_REASONS[name].find((one) => one === reason) ?? null;
          const checks = checksOf(name, { keep, reason: known, stats }, FILTER_DEFAULTS[name] as never);
          expect(checks.find(({ outcome }) => outcome === 'failed')?.reason ?? null).toBe(reason);
        }
      }),
      RUNS,
    );
  });

  it('are off where the threshold is null, and have the value all the same', () => {
    const { checks } = explain(
      { text: 'Salt keeps.' },
      { filters: { gopher_quality: { minWords: null, maxWords: 1 } } },
    );
    expect(checkOf(checks.gopher_quality, 'minWords')).toMatchObject({ outcome: 'off', value: 2, threshold: null });
    expect(checkOf(checks.gopher_quality, 'maxWords')).toMatchObject({ outcome: 'failed', value: 2, threshold: 1 });
    expect(checkOf(checks.gopher_quality, 'minMeanWordLength')).toMatchObject({ outcome: 'passed' });
  });

  it('are unknown behind the phrase that drops the document', () => {
    const { checks, report } = explain({ text: 'Here is lorem ipsum.\nAnd a { too.\n' });
    expect(report.filters.c4_quality.reason).toBe('lorem_ipsum');
    expect(checks.c4_quality.map(({ option, outcome }) => `${option} ${outcome}`)).toEqual([
      'maxWordLength noted',
      'citations noted',
      'terminalPunctuation noted',
      'minWordsPerLine noted',
      'loremIpsum failed',
      'javascript noted',
      'curlyBracket unknown',
      'policy noted',
      'minSentences unknown',
    ]);
  });
});

describe('explain', () => {
  it('has the report of a document with its statistics, and survives JSON', () => {
    const explanation = explain({ id: 7, text: 'Salt keeps. Salt also remembers.' }, { asOf: 2026 });
    expect(explanation.report).toMatchObject({ schema: 1, id: 7, words: 5 });
    expect(explanation.report.filters.gopher_quality.stats?.n_words).toBe(5);
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
  });

  it('takes the empty text', () => {
    const { report, dimensions, advice, repeats, readability } = explain({ text: '' });
    expect(report.bytes).toBe(0);
    expect(dimensions.map(({ value }) => value)).toEqual([0, 0, 0, 0]);
    expect([advice, repeats.lines, repeats.chars, readability]).toEqual([[], [], 0, null]);
  });

  it('counts what was replaced, by whomever', () => {
    expect(explain({ text: 'a\ud800' }, { replaced: 2 }).report.replaced).toBe(3);
    expect(explain({ text: 'a' }).report).not.toHaveProperty('replaced');
  });

  it('reads the year from its options', () => {
    const share = (asOf: number): unknown =>
      explain({ text: 'In 2020.' }, { asOf }).dimensions[3]?.parts.find(({ name }) => name === 'years')?.found;
    expect([share(2023), share(2024)]).toEqual(['100 % of years are 2020 or later', '0 % of years are 2021 or later']);
  });

  it('refuses what is no text and what is no option', () => {
    const notText: unknown = null;
    expect(() => explain({ text: notText as string })).toThrow(expect.objectContaining({ code: 'ERR_TEXT_TYPE' }));
    const options: object = { stats: true };
    expect(() => explain({ text: '' }, options)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_UNKNOWN' }));
    expect(() => explain({ text: '' }, { replaced: -1 })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION_RANGE' }),
    );
  });

  it.each([
    ['The cat sat on the mat. The dog ran to me.', 'very easy, below grade 1'],
    [
      'Institutional considerations necessitate comprehensive interdepartmental communication.',
      'very difficult, beyond grade 18',
    ],
    ['12 34', null],
  ])('says how readable %j is', (text, expected) => {
    expect(explain({ text }).readability).toBe(expected);
  });
});

function checkOf(checks: readonly Check[], option: string): Check | undefined {
  return checks.find((check) => check.option === option);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
