/**
 * Proves that the file of `--config` is checked as a whole before anything is run, that a mistake in it is bad usage, told in one
 * line with the file's name and the option's path, and that what it says reaches the engine.
 */
import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import { parseConfig } from '../../../src/cli/score/config.js';
import { FILTER_DEFAULTS } from '../../../src/core/filters.js';
import { Scratch } from '../../support/scratch.js';
import { createFake } from '../fake-context.js';

const scratch = new Scratch();

describe('a file of settings', () => {
  it.each([
    ['{"a":1', /^line 1, column 7 must be , or \}, got the end of the file$/],
    ['{\n  "asOf": 2026,\n}', /^line 3, column 1 must be a name in double quotes, got "\}"$/],
    ['', /^line 1, column 1 must be a value, got the end of the file$/],
    ['[]', /^the content must be an object, got an array$/],
    ['null', /^the content must be an object, got null$/],
    ['{"filter":{}}', /^filter is not an option; expected one of asOf, weights, filters$/],
    ['{"measures":"all"}', /^measures is not an option; expected one of asOf, weights, filters$/],
    ['{"asOf":"2026"}', /^asOf must be an integer, got "2026"$/],
    ['{"asOf":null}', /^asOf must be an integer, got null$/],
    ['{"weights":{"clarity":-1}}', /^weights\.clarity must be a number >= 0, got -1$/],
    [
      '{"filters":{"gopher_quality":{"minWords":"x"}}}',
      /^filters\.gopher_quality\.minWords must be an integer >= 0 or null, got "x"$/,
    ],
    ['{"filters":{"c4_quality":{"policy":false}}}', /^filters\.c4_quality\.policy must be true or null, got false$/],
    [
      '{"filters":{"c4_quality":{"policies":true}}}',
      /^filters\.c4_quality\.policies is not an option; expected a name such as policy, /,
    ],
  ])('that holds %s is bad usage', async (text, expected) => {
    const path = scratch.write('config.json', text);
    const { context, stdout, stderr, runs } = createFake();
    expect(await main(['score', 'x', '--config', path], context)).toBe(2);
    const [line, ...rest] = stderr.text.split('\n');
    expect(rest).toEqual(['']);
    const before = `millrace: ${path}: `;
    expect(line?.slice(0, before.length)).toBe(before);
    expect(line?.slice(before.length)).toMatch(expected);
    expect([stdout.text, runs]).toEqual(['', []]);
  });

  it.each([
    ['is not there', 'none.json', /ENOENT/],
    ['is a folder', '.', /EISDIR/],
  ])('that %s is bad usage', async (_, name, expected) => {
    const path = scratch.path(name);
    const { context, stderr, runs } = createFake();
    expect(await main(['score', 'x', '--config', path], context)).toBe(2);
    expect(stderr.text).toContain(`millrace: --config must be a file that can be read, got ${path}: `);
    expect(stderr.text).toMatch(expected);
    expect(stderr.text.match(/\n/g)).toHaveLength(1);
    expect(runs).toEqual([]);
  });

  it('is checked with --dry-run as well', async () => {
    const path = scratch.write('config.json', '{"asOf":1}');
    const { context, stdout } = createFake();
    expect(await main(['score', 'x', '--dry-run', '--config', path], context)).toBe(2);
    expect(stdout.text).toBe('');
  });

  it('says what it says and no more, a byte order mark aside', () => {
    expect(parseConfig('{}')).toEqual({});
    expect(parseConfig('\ufeff{"asOf": 2020}')).toEqual({ asOf: 2020 });
    const alone = { completeness: 0, clarity: 1, consistency: 0, accuracy: 0 };
    expect(parseConfig('{"weights":{"completeness":0,"clarity":9,"consistency":0,"accuracy":0}}')).toEqual({
      weights: alone,
    });
    expect(parseConfig('{"filters":{"c4_quality":{"policy":null,"minSentences":3}}}')).toEqual({
      filters: { ...FILTER_DEFAULTS, c4_quality: { ...FILTER_DEFAULTS.c4_quality, policy: null, minSentences: 3 } },
    });
  });
});

describe('the command line', () => {
  it('hands the measures to the engine', async () => {
    const config = scratch.write('config.json', '{"asOf":2020}');
    const { context, runs } = createFake();
    expect(await main(['score', 'x', '--measures', 'all', '--stats', '--config', config], context)).toBe(0);
    expect(runs[0]).toMatchObject({ inputs: ['x'], measures: 'all', stats: true, asOf: 2020 });
    expect(runs[0]).not.toHaveProperty('config');
  });
});
