/** Proves how values, shares and bars are written, at their edges. */
import { describe, expect, it } from 'vitest';
import { sparkline, wideHistogram } from '../../../src/cli/calibrate/bars.js';
import { formatPosition, formatShare, formatValue } from '../../../src/cli/calibrate/numbers.js';

describe('numbers', () => {
  it.each([
    [null, '-'],
    [0, '0'],
    [1234, '1,234'],
    [12_345_678, '12.3M'],
    [0.034482758, '0.03448'],
    [-194.53, '-194.5'],
    [-3, '-3'],
  ])('%d is %s', (value, text) => {
    expect(formatValue(value)).toBe(text);
  });

  it.each([
    [0, '0 %', 'p0'],
    [0.0001, '< 0.1 %', 'p0.1'],
    [0.121, '12.1 %', 'p12'],
    [0.9995, '> 99.9 %', 'p99.9'],
    [0.9999999, '> 99.9 %', 'p99.9'],
    [1, '100 %', 'p100'],
  ])('the share %d is %s, the place %s', (share, text, position) => {
    expect(formatShare(share)).toBe(text);
    expect(formatPosition(share)).toBe(position);
  });
});

describe('bars', () => {
  const histogram = { edges: [0, 1, 2, 3], counts: [0, 1, 8], below: 1, above: 0 };

  it('are as high as their counts', () => {
    expect(sparkline(histogram)).toBe(' ▁█');
    expect(sparkline({ edges: [2, 2], counts: [5], below: 0, above: 0 })).toBe('█');
  });

  it('are as long as their counts, with an axis', () => {
    expect(wideHistogram(histogram, 32)).toEqual([
      '< 0 │                   10.0 %',
      '  0 │                      0 %',
      '  1 │██                 10.0 %',
      '  2 │████████████████   80.0 %',
      '    └────────────────',
    ]);
  });
});
