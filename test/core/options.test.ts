/** Proves that each check lets pass what it should and refuses the rest with a code and a message that names the option. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MillraceError } from '../../src/core/errors.js';
import {
  checkBoolean,
  checkChoice,
  checkInteger,
  checkKnown,
  checkOptions,
  checkString,
  describe as picture,
} from '../../src/core/options.js';

/** The code and message that a check refuses with. */
function refusal(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    if (error instanceof MillraceError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('checkInteger', () => {
  it('returns every integer within its bounds, the bounds included', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b, c) => {
        const [min, value, max] = [a, b, c].sort((left, right) => left - right) as [number, number, number];
        expect(checkInteger('engine.workers', value, min, max)).toBe(value);
      }),
    );
    expect(checkInteger('engine.workers', 1, 1, 1)).toBe(1);
    expect(checkInteger('engine.workers', Number.MAX_SAFE_INTEGER, 0)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it.each([
    [0, 'ERR_OPTION_RANGE: engine.workers must be an integer from 1 to 8, got 0'],
    [9, 'ERR_OPTION_RANGE: engine.workers must be an integer from 1 to 8, got 9'],
    [1.5, 'ERR_OPTION_RANGE: engine.workers must be an integer from 1 to 8, got 1.5'],
    [NaN, 'ERR_OPTION_RANGE: engine.workers must be an integer from 1 to 8, got NaN'],
    [Infinity, 'ERR_OPTION_RANGE: engine.workers must be an integer from 1 to 8, got Infinity'],
    ['2', 'ERR_OPTION_TYPE: engine.workers must be an integer, got "2"'],
    [null, 'ERR_OPTION_TYPE: engine.workers must be an integer, got null'],
    [undefined, 'ERR_OPTION_TYPE: engine.workers must be an integer, got undefined'],
    [2n, 'ERR_OPTION_TYPE: engine.workers must be an integer, got 2'],
  ])('refuses %s', (value, expected) => {
    expect(refusal(() => checkInteger('engine.workers', value, 1, 8))).toBe(expected);
  });

  it('speaks of the lower bound alone when there is no upper one', () => {
    expect(refusal(() => checkInteger('maxBytes', 0, 1))).toBe(
      'ERR_OPTION_RANGE: maxBytes must be an integer >= 1, got 0',
    );
    expect(refusal(() => checkInteger('maxBytes', 2 ** 53, 1))).toMatch(/^ERR_OPTION_RANGE: /);
  });
});

describe('checkString', () => {
  it('returns every string but the empty one', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (value) => {
        expect(checkString('textField', value)).toBe(value);
      }),
    );
  });

  it.each([
    ['', 'ERR_OPTION_RANGE: textField must be a non-empty string, got ""'],
    [7, 'ERR_OPTION_TYPE: textField must be a string, got 7'],
    [['text'], 'ERR_OPTION_TYPE: textField must be a string, got an array'],
  ])('refuses %o', (value, expected) => {
    expect(refusal(() => checkString('textField', value))).toBe(expected);
  });
});

describe('checkKnown', () => {
  it('lets pass any part of the known names', () => {
    const known = ['workers', 'maxBytes'];
    expect(refusal(() => checkKnown('engine', {}, known))).toBe('accepted');
    expect(refusal(() => checkKnown('engine', { maxBytes: 1 }, known))).toBe('accepted');
    expect(refusal(() => checkKnown('engine', { workers: undefined, maxBytes: 1 }, known))).toBe('accepted');
  });

  it.each(['worker', 'Workers', 'toString', ''])('refuses the name "%s"', (name) => {
    expect(refusal(() => checkKnown('engine', { [name]: 1 }, ['workers', 'maxBytes']))).toBe(
      `ERR_OPTION_UNKNOWN: engine.${name} is not an option; expected one of workers, maxBytes`,
    );
  });
});

describe('checkKnown with many names', () => {
  it('names those that are most like the unknown one', () => {
    const known = Array.from({ length: 20 }, (_, index) => `name${index}`).concat('minWords', 'maxWords');
    expect(refusal(() => checkKnown('a.b', { min_words: 1 }, known))).toBe(
      'ERR_OPTION_UNKNOWN: a.b.min_words is not an option; expected a name such as minWords, maxWords, name0',
    );
  });
});

describe('checkBoolean', () => {
  it.each([true, false])('returns %s', (value) => {
    expect(checkBoolean('stats', value)).toBe(value);
  });

  it.each([
    [0, '0'],
    ['true', '"true"'],
    [null, 'null'],
  ])('refuses %o', (value, shown) => {
    const expected = `ERR_OPTION_TYPE: engine.stats must be true or false, got ${shown}`;
    expect(refusal(() => checkBoolean('engine.stats', value))).toBe(expected);
  });
});

describe('checkChoice', () => {
  it('returns one of its choices and refuses the rest', () => {
    const choices = ['entropy', 'all'] as const;
    expect(checkChoice('measures', 'all', choices)).toBe('all');
    expect(refusal(() => checkChoice('measures', 'al', choices))).toBe(
      'ERR_OPTION_RANGE: measures must be one of entropy, all, got "al"',
    );
    expect(refusal(() => checkChoice('measures', true, choices))).toBe(
      'ERR_OPTION_TYPE: measures must be one of entropy, all, got true',
    );
  });
});

describe('checkOptions', () => {
  it('returns what is given, without what is undefined', () => {
    expect(checkOptions('weights', { clarity: 0, accuracy: undefined }, ['clarity', 'accuracy'])).toEqual({
      clarity: 0,
    });
  });

  it.each([
    [null, 'null'],
    [[], 'an array'],
    ['x', '"x"'],
    [7, '7'],
  ])('refuses %o', (value, shown) => {
    expect(refusal(() => checkOptions('weights', value, ['clarity']))).toBe(
      `ERR_OPTION_TYPE: weights must be an object, got ${shown}`,
    );
    expect(refusal(() => checkOptions('', value, []))).toBe(
      `ERR_OPTION_TYPE: the content must be an object, got ${shown}`,
    );
  });

  it('refuses a name that a prototype has', () => {
    const parsed: unknown = JSON.parse('{"__proto__": 1}');
    expect(refusal(() => checkOptions('', parsed, ['clarity']))).toBe(
      'ERR_OPTION_UNKNOWN: __proto__ is not an option; expected one of clarity',
    );
    expect(refusal(() => checkOptions('', { toString: 1 }, ['clarity']))).toContain('toString is not an option');
  });
});

describe('describe', () => {
  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [[1, 2], 'an array'],
    [{ a: 1 }, 'an object'],
    [true, 'true'],
    [-0.5, '-0.5'],
    ['say "hi"', '"say \\"hi\\""'],
    ['x'.repeat(40), `"${'x'.repeat(40)}"`],
    ['x'.repeat(41), `"${'x'.repeat(40)}…"`],
  ])('pictures %o', (value, expected) => {
    expect(picture(value)).toBe(expected);
  });
});
