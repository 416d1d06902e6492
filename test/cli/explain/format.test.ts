/** Proves the small forms that an explanation is printed in: bars, numbers and excerpts. */
import { describe, expect, it } from 'vitest';
import { formatBeside, formatDecimal, formatPercent } from '../../../src/cli/explain/decimals.js';
import { excerptOf } from '../../../src/cli/explain/excerpt.js';
import { barOf, glyphsFor } from '../../../src/cli/explain/glyphs.js';

const ASCII = glyphsFor({}, 'linux');

describe('a bar', () => {
  it.each([
    [0, '..........'],
    [0.001, '#.........'],
    [0.5, '#####.....'],
    [0.999, '#########.'],
    [1, '##########'],
  ])('of %d is %s', (value, bar) => {
    expect(barOf(value, ASCII)).toBe(bar);
  });

  it('is drawn as the locale allows', () => {
    expect(glyphsFor({ LANG: 'de_DE.utf8' }, 'linux').full).toBe('█');
    expect(glyphsFor({ LC_ALL: '', LC_CTYPE: 'C.UTF-8' }, 'linux').full).toBe('█');
    expect(glyphsFor({ LC_ALL: 'C', LANG: 'C.UTF-8' }, 'linux').full).toBe('#');
    expect(glyphsFor({}, 'win32').full).toBe('█');
  });
});

describe('a number', () => {
  it('is short', () => {
    expect([0, 34, 0.125, 5.20661, 0.000123].map(formatDecimal)).toEqual(['0', '34', '0.125', '5.207', '0.00012']);
    expect([0, 0.004, 0.0994, 0.0996, 1].map(formatPercent)).toEqual(['0.0 %', '0.4 %', '9.9 %', '10 %', '100 %']);
  });

  it('beside its threshold is equal to it only if it is', () => {
    expect(formatBeside(0.1, 0.1)).toBe('0.100');
    expect(formatBeside(0.1000001, 0.1)).toBe('0.1000001');
    expect(formatBeside(0.2, 0.1)).toBe('0.200');
  });
});

describe('an excerpt', () => {
  it.each([
    ['a  b\tc\n d', 20, 'a b c d'],
    ['abcdefghij', 10, 'abcdefghij'],
    ['abcdefghijk', 10, 'abcdefg...'],
    ['abcdef hijk', 10, 'abcdef...'],
    ['漢字漢字漢字', 10, '漢字漢...'],
    ['a\u0301'.repeat(10), 10, 'a\u0301'.repeat(10)],
    ['\u{1f600}'.repeat(6), 10, `${'\u{1f600}'.repeat(3)}...`],
    ['x\x1b[1m\u200by', 20, 'x·[1m·y'],
    ['x'.repeat(5000), 10, 'xxxxxxx...'],
  ])('of %j in %d columns is %j', (text, width, expected) => {
    expect(excerptOf(text, width, '...')).toBe(expected);
  });
});
