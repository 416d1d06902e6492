/**
 * Proves what the parser accepts, and that everything else is refused with a message that has the column, what was expected and
 * what was given. Random texts of the language's own words must never fail in any other way.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MillraceError } from '../../../src/core/errors.js';
import { FIELDS } from '../../../src/core/expression/fields.js';
import type { Report } from '../../../src/core/report.js';
import { EXPRESSION_LENGTH_MAX, parseExpression } from '../../../src/engine/expression/parse.js';
import { compileForReports } from '../../../src/engine/expression/report-fields.js';
import { EXPRESSION_DEPTH_MAX } from '../../../src/engine/expression/tokens.js';
import { compileForRows } from '../../../src/workers/expression-row.js';
import { REPORT_SLOTS, STATS_SLOTS } from '../../../src/workers/kernel/report-slots.js';
import { REPORT_DECODER } from '../../../src/workers/report-layout.js';

const ALL = { measures: 'all', stats: false } as const;
const STATS = { measures: 'all', stats: true } as const;
const ENTROPY = { measures: 'entropy', stats: false } as const;

/** 60 words, no coherence, dropped by c4_quality as too_few_sentences. */
const REPORT: Report = REPORT_DECODER.decode(
  'a',
  Float64Array.from({ length: REPORT_SLOTS }, (_, slot) => ({ 2: 60, 18: NaN, 23: 0.7, 27: 3 })[slot] ?? 0),
  0,
);

async function holds(text: string, report: Report = REPORT): Promise<boolean> {
  return compileForReports(await parseExpression(text, ALL))(report);
}

async function refusal(text: string, settings: Parameters<typeof parseExpression>[1] = ALL): Promise<string> {
  try {
    return `accepted: ${JSON.stringify(await parseExpression(text, settings))}`;
  } catch (error) {
    if (error instanceof MillraceError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

describe('parseExpression accepts', () => {
  it.each([
    'documentation.overall >= 0.6 and words > 50',
    'filters.c4_quality.reason == "too_few_sentences"',
    `'too_few_sentences' == filters.c4_quality.reason`,
    'filters.c4_quality.reason != "lorem_ipsum"',
    'filters.gopher_quality.reason == null and null != filters.c4_quality.reason',
    'not (filters.c4_quality.keep) or entropy.token / log2(distinctTokens) < 0.5',
    'filters["gopher_quality"].keep and documentation["overall"] > 0',
    '59 < words <= 60 != 61 == 61',
    'coherence == null and not (coherence < 0.5) and not (coherence != 0.5)',
    'not filters.c4_quality.keep == true',
    '(coherence == null ? -1 : coherence) == -1',
    'words > 50 ? true : false',
    'words % 7 == 4 and -words ^ 2 < 0 and 2 ^ 3 ^ 2 == 512',
    'round(-2.5) == -2 and max(1, words, 2) == 60 and min(words) == 60',
    '\n words\n > \t50\u00a0\n',
    'words >= .6e2',
    'filters.c4_quality.keep != null and replaced == 0',
    'true',
  ])('%s', async (text) => {
    expect(await holds(text)).toBe(true);
  });

  it.each([
    'filters.gopher_quality.reason != "gopher_short_doc"',
    'coherence >= 0.5 or coherence != 0.5 or coherence + 1 == coherence + 1',
    'coherence ^ 0 == 1',
    '0 / 0 == 0 / 0 or 0 / 0 != 0 / 0',
    'filters.c4_quality.keep',
  ])('%s, and it does not hold', async (text) => {
    expect(await holds(text)).toBe(false);
  });

  it('each field by its path', async () => {
    for (const { path, type } of FIELDS.values()) {
      const text = type === 'boolean' ? path : `${path} == null`;
      expect(await refusal(text, STATS)).toMatch(/^accepted/);
    }
  });

  it('a list of conditions of any length', async () => {
    const text = Array.from({ length: 400 }, (_, n) => `words==${n}`).join(' or ');
    expect(text.length).toBeGreaterThan(EXPRESSION_LENGTH_MAX);
    const most = text.slice(0, text.lastIndexOf(' or ', EXPRESSION_LENGTH_MAX));
    expect(await holds(most)).toBe(true);
  });

  it('what its limits allow, the limits included', async () => {
    expect(await refusal(`true${' '.repeat(EXPRESSION_LENGTH_MAX - 4)}`)).toMatch(/^accepted/);
    expect(await refusal(nested(EXPRESSION_DEPTH_MAX - 1))).toMatch(/^accepted/);
  });
});

function nested(levels: number): string {
  return `${'('.repeat(levels)}true${')'.repeat(levels)}`;
}

describe('parseExpression refuses', () => {
  it.each([
    // What is written otherwise here.
    ['words = 5', 'column 7: expected == to compare, got ='],
    ['f(x) = 3', 'column 6: expected == to compare, got ='],
    ['words === 5', 'column 7: expected ==, got ==='],
    ['words <> 5', 'column 7: expected !=, got <>'],
    ['words > 5 && words < 9', 'column 11: expected and, got &&'],
    ['words > 5 AND words < 9', 'column 11: expected and, got AND'],
    ['words > 5 || words < 9', 'column 11: expected or, got ||'],
    ['!filters.c4_quality.keep', 'column 1: expected not, got !'],
    ['words ** 2 > 5', 'column 7: expected ^, got **'],
    ['words mod 2 == 0', 'column 7: expected %, got mod'],
    [
      'not words > 5',
      'column 5: not expected a condition, got a number; not binds closer than a comparison: not (words > 50)',
    ],
    // Names.
    ['entropy.tokens > 1', 'column 1: expected a field of the report, got entropy.tokens; nearest: entropy.token'],
    [
      '1 < entropy',
      'column 5: expected a field of the report, got entropy; nearest: entropy.char, entropy.token, entropy.sentence',
    ],
    ['e > 2', 'column 1: expected a field of the report, got e; docs/expressions.md lists them all'],
    ['pi > 3', 'column 1: expected a field of the report, got pi; docs/expressions.md lists them all'],
    ['i == 1', 'column 1: expected a field of the report, got i; docs/expressions.md lists them all'],
    ['NaN == 1', 'column 1: expected a field of the report, got NaN; docs/expressions.md lists them all'],
    [
      '__proto__.x == 1',
      'column 1: expected a field of the report, got __proto__.x; docs/expressions.md lists them all',
    ],
    ['filters["c4_quality.keep"]', 'column 9: expected a name in quotes, got "c4_quality.keep"'],
    ['filters[1]', 'column 9: expected a name in quotes, got 1'],
    ['(filters).c4_quality.keep', 'column 1: expected a field of the report, got ('],
    ['filters.c4_quality.stats.lines > 1', 'column 1: filters.c4_quality.stats.lines is a statistic and needs --stats'],
    ['sin(words) > 0', 'column 1: expected one of abs, sqrt, log2, log10, log, floor, ceil, round, min, max, got sin'],
    ['min() > 1', 'column 1: min expected 1 number or more, got 0'],
    ['round(words, 2) > 1', 'column 1: round expected 1 number, got 2'],
    // Types.
    ['words', 'column 1: expected a condition such as words > 50, got a number'],
    ['filters.c4_quality.reason', 'column 1: expected a condition such as words > 50, got a reason'],
    ['words and miair', 'column 1: and expected a condition, got a number'],
    ['true or (words + 1)', 'column 9: or expected a condition, got a number'],
    ['words + filters.c4_quality.keep > 1', 'column 9: + expected a number, got a condition'],
    ['coherence + null > 1', 'column 13: + expected a number, got null'],
    ['abs("a") > 1', 'column 5: abs expected a number, got a string'],
    ['words > null', 'column 7: > expected two numbers, got a number and null'],
    [
      'words == "a"',
      'column 7: == and != expected two numbers, two conditions, a reason and a string, or null and a field, got a number and a string',
    ],
    [
      'null == null',
      'column 6: == and != expected two numbers, two conditions, a reason and a string, or null and a field, got null and null',
    ],
    ['filters.c4_quality.reason < "lorem_ipsum"', 'column 27: < expected two numbers, got a reason and a string'],
    [
      'filters.c4_quality.reason == "empty"',
      'column 30: expected a reason of c4_quality, got "empty"; it has lorem_ipsum, curly_bracket, too_few_sentences',
    ],
    [
      'filters.gopher_repetition.reason != "top_5_gram"',
      'column 37: expected a reason of gopher_repetition, got "top_5_gram"; nearest: top_2_gram, top_3_gram, top_4_gram',
    ],
    [
      'words > 5 == true',
      'column 14: a chain of comparisons expected a number, got a condition; put one comparison into parentheses, or join two by and',
    ],
    ['words ? true : false', 'column 1: ? expected a condition, got a number'],
    ['true ? 1 : "a"', 'column 8: ? : expected two numbers or two conditions, got a number and a string'],
    // What mathjs knows and an expression does not.
    ['words words > 5', 'column 7: expected an operator, got words'],
    ['2 (words) > 5', 'column 3: expected an operator, got ('],
    ['5 cm > 3', 'column 3: expected an operator, got cm'],
    ['words to 5', 'column 7: expected an operator, got to'],
    ['words% > 5', 'column 6: expected an operator with a number behind it, got % alone'],
    ['words .* 2 > 1', 'column 7: expected an operator, got .'],
    ['+words > 1', 'column 1: expected a field, a number or a string, got +'],
    ['[1, 2] > 1', 'column 1: expected a field, a number or a string, got ['],
    ['1:2', 'column 1: expected a field, a number or a string, got 1'],
    ['words > 0x10', 'column 10: expected an operator, got x10'],
    ['words > 5.', 'column 10: expected an operator, got .'],
    ['words > 1e999', 'column 9: expected a number of 64 bits, got 1e999'],
    ['words > 5; true', 'column 10: expected a name, a number, a string or an operator, got ";"'],
    ['words > 5 # long', 'column 11: expected a name, a number, a string or an operator, got "#"'],
    ['{a: 1}', 'column 1: expected a name, a number, a string or an operator, got "{"'],
    ['wörter > 1', 'column 2: expected a name, a number, a string or an operator, got "ö"'],
    ['words > 5 😀', 'column 11: expected a name, a number, a string or an operator, got "😀"'],
    ['filters.c4_quality?.keep', 'column 19: expected ? and a space, or ., got ?.'],
    ['coherence ?? 0 > 1', 'column 11: expected a test such as (x == null ? 0 : x), got ??'],
    // Form.
    ['  ', 'column 1: expected a condition such as words > 50, got nothing'],
    ['words >', 'column 8: expected a value, got the end of the expression'],
    ['words > > 5', 'column 9: expected a value, got >'],
    ['(words > 5', 'column 11: expected an operator or ), got the end of the expression'],
    ['words > 5)', 'column 10: expected an operator, got )'],
    ['words > 5, true', 'column 10: expected an operator, got ,'],
    ['filters["c4_quality"', 'column 21: expected ], got the end of the expression'],
    ['filters.', 'column 9: expected a name, got the end of the expression'],
    ['true ? 1', 'column 9: expected : and a value, got the end of the expression'],
    ['"abc', 'column 1: expected " at the end of the string, got the end of the expression'],
  ])('%s', async (text, expected) => {
    expect(await refusal(text)).toBe(`ERR_EXPRESSION: expression, ${expected}`);
  });

  it.each([
    ['miair > 1', 'column 1: miair needs --measures all, got --measures entropy'],
    [
      'filters.c4_quality.stats.kept > 1',
      'column 1: filters.c4_quality.stats.kept needs --measures all, got --measures entropy',
    ],
  ])('%s where only entropy is measured', async (text, expected) => {
    expect(await refusal(text, ENTROPY)).toBe(`ERR_EXPRESSION: expression, ${expected}`);
  });

  it('a text beyond its limits', async () => {
    expect(await refusal('')).toBe('ERR_OPTION_RANGE: expression must be a non-empty string, got ""');
    expect(await refusal(' '.repeat(EXPRESSION_LENGTH_MAX + 1))).toBe(
      'ERR_EXPRESSION: expression must have at most 4096 characters, got 4097',
    );
  });

  it.each([
    ['parentheses', nested(EXPRESSION_DEPTH_MAX), 129],
    ['parentheses by the thousand', nested(2000), 129],
    ['minus signs', `${'-'.repeat(4000)}1 > 0`, 128],
    ['powers', `${'1^'.repeat(2000)}1 > 0`, 253],
    ['choices', `${'true?1:'.repeat(500)}1 > 0`, 890],
    ['brackets', '['.repeat(4096), 129],
  ])('%s nested deeper than 128 levels', async (_, text, column) => {
    expect(await refusal(text)).toBe(
      `ERR_EXPRESSION: expression, column ${column}: expected at most 128 levels of nesting, got more`,
    );
  });

  it('by the name of the option that holds the text', async () => {
    await expect(parseExpression('words = 5', ALL, '--keep-if')).rejects.toThrow(
      '--keep-if, column 7: expected == to compare, got =',
    );
  });

  it('any text of its own words with a column in the text, or accepts it and can compile it', async () => {
    const word = fc.constantFrom(
      ...['words', 'coherence', 'filters', 'c4_quality', 'keep', 'reason', 'entropy.token', 'filters.c4_quality.keep'],
      ...['filters.c4_quality.reason', '"lorem_ipsum"', "'x'", '"keep"', '1', '.5', '2e3', '5.', 'true', 'null', 'NaN'],
      ...['and', 'or', 'not', 'xor', 'mod', 'to', 'in', 'abs', 'min', 'e', 'end', '==', '!=', '<', '<=', '>', '>='],
      ...['+', '-', '*', '/', '%', '^', '!', "'", '"', '.', ',', ':', '?', ';', '=', '&', '|', '~', '\\', '\n', '#'],
      ...['(', ')', '(', ')', '[', ']', '{', '}', ' '],
    );
    const text = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' '));
    const dense = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(''));
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, dense), async (source) => {
        const outcome = await refusal(source, STATS);
        const column = /^ERR_EXPRESSION: expression, column (\d+): \S/.exec(outcome)?.[1];
        if (column === undefined) {
          expect(outcome).toMatch(/^accepted: /);
          compileForRows(await parseExpression(source, STATS), STATS_SLOTS)(new Float64Array(STATS_SLOTS), 0);
        } else {
          expect(Number(column)).toBeGreaterThanOrEqual(1);
          expect(Number(column)).toBeLessThanOrEqual(source.length + 1);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
