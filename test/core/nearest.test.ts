/** Proves that distances are those of the definition, and that the nearest names come first. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearestNames } from '../../src/core/nearest.js';

/** By the recursive definition. */
function distanceByDefinition(from: string, to: string): number {
  if (from === '' || to === '') return from.length + to.length;
  const rest = distanceByDefinition(from.slice(1), to.slice(1));
  if (from.startsWith(to.charAt(0))) return rest;
  return 1 + Math.min(rest, distanceByDefinition(from.slice(1), to), distanceByDefinition(from, to.slice(1)));
}

describe('editDistance', () => {
  it('is that of the definition', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(word, word, (from, to) => {
        expect(editDistance(from, to)).toBe(distanceByDefinition(from, to));
      }),
    );
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });
});

describe('nearestNames', () => {
  it('puts the nearest first, whatever its case, and of equals the first', () => {
    const known = ['maxWords', 'minWords', 'citations', 'policy', 'javascript'];
    expect(nearestNames('MINWORDS', known)[0]).toBe('minWords');
    expect(nearestNames('mxWords', known).slice(0, 2)).toEqual(['maxWords', 'minWords']);
    expect(nearestNames('polcy', known)[0]).toBe('policy');
  });

  it('are three at most', () => {
    expect(nearestNames('a', ['a', 'b', 'c', 'd'])).toEqual(['a', 'b', 'c']);
    expect(nearestNames('a', ['b'])).toEqual(['b']);
    expect(nearestNames('a', [])).toEqual([]);
  });
});
