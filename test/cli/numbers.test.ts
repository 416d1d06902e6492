/** Proves that numbers are shown with three digits and the right unit, at the edges where rounding moves to the next one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMegabytesPerSecond,
  formatShort,
  formatTimeLeft,
} from '../../src/cli/numbers.js';

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1_234_567, '1,234,567'],
    [999_999.6, '1,000,000'],
  ])('%d', (value, expected) => {
    expect(formatCount(value)).toBe(expected);
  });

  it('groups as en-US does', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(formatCount(value)).toBe(value.toLocaleString('en-US'));
      }),
    );
  });
});

describe('formatShort', () => {
  it.each([
    [0, '0'],
    [3.4, '3'],
    [999.4, '999'],
    [999.6, '1.00k'],
    [1000, '1.00k'],
    [9994, '9.99k'],
    [9996, '10.0k'],
    [45_230, '45.2k'],
    [99_960, '100k'],
    [999_499, '999k'],
    [999_500, '1.00M'],
    [1_230_000, '1.23M'],
    [5e15, '5000T'],
  ])('%d is %s', (value, expected) => {
    expect(formatShort(value)).toBe(expected);
  });

  it('is never off by more than half a percent', () => {
    const factors: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), (value) => {
        const shown = formatShort(value);
        const factor = factors[shown.at(-1) ?? ''];
        const read = factor === undefined ? Number(shown) : Number(shown.slice(0, -1)) * factor;
        expect(Math.abs(read - value) / value).toBeLessThanOrEqual(0.005);
        expect(shown.length).toBeLessThanOrEqual(5);
      }),
    );
  });
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [123_456_789, '123 MB'],
    [2_345_678_901, '2.35 GB'],
  ])('%d is %s', (value, expected) => {
    expect(formatBytes(value)).toBe(expected);
  });
});

describe('formatMegabytesPerSecond', () => {
  it.each([
    [0, '0.00 MB/s'],
    [46_120_000, '46.1 MB/s'],
    [2_345_000_000, '2345 MB/s'],
  ])('%d is %s', (value, expected) => {
    expect(formatMegabytesPerSecond(value)).toBe(expected);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0.00 s'],
    [0.424, '0.42 s'],
    [9.99, '9.99 s'],
    [9.996, '10.0 s'],
    [59.94, '59.9 s'],
    [59.96, '1 min 00 s'],
    [185, '3 min 05 s'],
    [3599.4, '59 min 59 s'],
    [3599.6, '1 h 00 min'],
    [7380, '2 h 03 min'],
    [7199, '2 h 00 min'],
  ])('%d s is %s', (value, expected) => {
    expect(formatDuration(value)).toBe(expected);
  });
});

describe('formatTimeLeft', () => {
  it.each([
    [0, '0 s'],
    [0.2, '1 s'],
    [59.1, '1 min 00 s'],
    [360_000, '100 h 00 min'],
  ])('%d s is %s', (value, expected) => {
    expect(formatTimeLeft(value)).toBe(expected);
  });
});
