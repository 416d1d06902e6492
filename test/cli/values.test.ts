/** Proves that each kind of value is read from what is typed, and refused in one message: option, expected, got. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, choiceOf, integerOf, textOf } from '../../src/cli/values.js';
import { MillraceError } from '../../src/core/errors.js';

function refusal(read: () => unknown): string {
  try {
    return `accepted ${String(read())}`;
  } catch (error) {
    if (error instanceof MillraceError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

describe('bytesOf', () => {
  const read = bytesOf('--max-bytes', 1, 128 * 2 ** 20);

  it.each([
    ['1000', 1000],
    ['1000b', 1000],
    ['1k', 1024],
    ['64k', 65_536],
    ['64K', 65_536],
    ['64KiB', 65_536],
    ['64kib', 65_536],
    ['64kB', 64_000],
    ['64 KB', 64_000],
    ['64m', 67_108_864],
    ['64M', 67_108_864],
    ['64MiB', 67_108_864],
    ['64MB', 64_000_000],
    ['128MiB', 134_217_728],
  ])('reads %s as %d', (typed, bytes) => {
    expect(read(typed)).toBe(bytes);
  });

  it('reads units of giga', () => {
    expect(bytesOf('--cache-bytes', 1)('2GiB')).toBe(2 ** 31);
    expect(bytesOf('--cache-bytes', 1)('2GB')).toBe(2e9);
  });

  it.each(['', ' ', 'k', 'many', '1.5m', '-1', '64mb/s', '64 m b', '0x10', '1e6', '64ki', '64t'])(
    'refuses "%s"',
    (typed) => {
      expect(refusal(() => read(typed))).toBe(
        `ERR_OPTION_TYPE: --max-bytes must be a number of bytes such as 1000, 64k or 64MiB, got "${typed}"`,
      );
    },
  );

  it.each([
    ['0', 0],
    ['129MiB', 135_266_304],
  ])('refuses %s, which is out of bounds', (typed, bytes) => {
    expect(refusal(() => read(typed))).toBe(
      `ERR_OPTION_RANGE: --max-bytes must be an integer from 1 to 134217728, got ${bytes}`,
    );
  });
});

describe('integerOf', () => {
  it('reads every integer within its bounds', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(integerOf('--workers', 0)(String(value))).toBe(value);
      }),
    );
  });

  it.each([
    ['0', 'ERR_OPTION_RANGE: --workers must be an integer from 1 to 256, got 0'],
    ['-2', 'ERR_OPTION_RANGE: --workers must be an integer from 1 to 256, got -2'],
    ['257', 'ERR_OPTION_RANGE: --workers must be an integer from 1 to 256, got 257'],
    ['2.5', 'ERR_OPTION_TYPE: --workers must be an integer, got "2.5"'],
    ['2x', 'ERR_OPTION_TYPE: --workers must be an integer, got "2x"'],
    ['', 'ERR_OPTION_TYPE: --workers must be an integer, got ""'],
    ['Infinity', 'ERR_OPTION_TYPE: --workers must be an integer, got "Infinity"'],
  ])('refuses "%s"', (typed, expected) => {
    expect(refusal(() => integerOf('--workers', 1, 256)(typed))).toBe(expected);
  });
});

describe('choiceOf', () => {
  it('takes a known word and refuses another', () => {
    const read = choiceOf('--emit', ['reports', 'rows']);
    expect(read('rows')).toBe('rows');
    expect(refusal(() => read('row'))).toBe('ERR_OPTION_RANGE: --emit must be one of reports, rows, got "row"');
  });
});

describe('textOf', () => {
  it('takes anything but nothing', () => {
    expect(textOf('--text-field')(' ')).toBe(' ');
    expect(refusal(() => textOf('--text-field')(''))).toBe(
      'ERR_OPTION_RANGE: --text-field must be a non-empty string, got ""',
    );
  });
});
