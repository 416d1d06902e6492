/** Proves that a misspelt name of a field finds the one that was meant. */
import { describe, expect, it } from 'vitest';
import { FIELDS } from '../../../src/core/expression/fields.js';
import { nearest } from '../../../src/engine/expression/nearest.js';

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
