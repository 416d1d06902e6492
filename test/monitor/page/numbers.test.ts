/** Proves that numbers are written as people read them, in every unit, and that three figures never say something else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Unit } from '../../../src/monitor/page/model.js';
import { figures, formatCount, formatInstant, formatTick, formatValue } from '../../../src/monitor/page/numbers.js';

describe('a value', () => {
  it.each<[number, Unit, string]>([
    [1_234_567, 'count', '1,234,567'],
    [-1234, 'count', '−1,234'],
    [12_400_000, 'docs/min', '12.4M documents/min'],
    [999.6, 'docs/min', '1k documents/min'],
    [0, 'bytes', '0 B'],
    [1536, 'bytes', '1.54 kB'],
    [-2_100_000, 'bytes/hour', '−2.1 MB/hour'],
    [0.0123, 'ms', '12.3 µs'],
    [1500, 'ms', '1.5 s'],
    [7.1, 'us', '7.1 µs'],
    [0, 'seconds', '0 s'],
    [65, 'seconds', '1 min 05 s'],
    [7380, 'seconds', '2 h 03 min'],
    [0.0031, 'share', '0.31 %'],
    [3.4, 'ratio', '3.4 ×'],
    [1234.5, 'usd', '$1,234.50'],
    [0.00123, 'usd', '$0.00123'],
    [2048, 'number', '2048'],
    [0.46666, 'number', '0.467'],
  ])('%d in %s is %s', (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  it('loses at most half of its third figure', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (value) => {
        expect(Math.abs(Number(figures(value)) / value - 1)).toBeLessThanOrEqual(0.00501);
      }),
    );
  });

  it('is written back to itself where it is a count', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        expect(Number(formatCount(value).replace(/,/g, '').replace('−', '-'))).toBe(value);
      }),
    );
  });
});

it('a tick leaves out what its axis says', () => {
  expect(formatTick(5e6, 'docs/min')).toBe('5M');
  expect(formatTick(1000, 'bytes')).toBe('1 kB');
});

it('a time is shown to the minute; what is none, as it is', () => {
  expect(formatInstant('2026-01-31T12:05:09.123Z')).toBe('2026-01-31 12:05 UTC');
  expect(formatInstant('yesterday')).toBe('yesterday');
});
