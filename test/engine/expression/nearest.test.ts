/** Proves that a misspelt name finds the one that was meant, and that distances are a metric. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIELDS } from '../../../src/core/expression/fields.js';
import { levenshtein, nearest } from '../../../src/engine/expression/nearest.js';

describe('levenshtein', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['flaw', 'lawn', 2],
    ['words', 'words', 0],
  ])('from "%s" to "%s" is %i', (left, right, distance) => {
    expect(levenshtein(left, right)).toBe(distance);
  });

  it('is the same both ways, 0 for equal words only, and never longer by a detour', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(levenshtein(a, b)).toBe(levenshtein(b, a));
        expect(levenshtein(a, b) === 0).toBe(a === b);
        expect(levenshtein(a, c)).toBeLessThanOrEqual(levenshtein(a, b) + levenshtein(b, c));
      }),
    );
  });
});

describe('nearest', () => {
  it.each([
    ['entropy.tokens', ['entropy.token']],
    ['Words', ['words']],
    ['overall', ['documentation.overall']],
    ['entropy', ['entropy.char', 'entropy.token', 'entropy.sentence']],
    ['readability.fleschKinkaidGrade', ['readability.fleschKincaidGrade', 'readability.fleschReadingEase']],
    ['xyzzy', []],
    ['x'.repeat(4096), []],
  ])('of %s are %o', (typed, expected) => {
    expect(nearest(typed, FIELDS.keys())).toEqual(expected);
  });
});
