/** Proves that patterns match as the regular expressions do that say the same, and that none is slow on purpose. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wildcard } from '../../src/cache/wildcard.js';

/** The same by a regular expression, which can take exponential time. */
function slowMatches(pattern: string, name: string): boolean {
  const source = pattern.replace(/\\([^])|[^]/gu, (token, escaped: string | undefined) => {
    if (token === '*') return '[^]*';
    if (token === '?') return '[^]';
    return `\\u{${(escaped ?? token).codePointAt(0)!.toString(16)}}`;
  });
  return new RegExp(`^${source}$`, 'u').test(name);
}

describe('a pattern', () => {
  it('matches as its regular expression does', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '\\', '🂡'), maxLength: 8 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '\\', '🂡', '\n'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, name, (...given) => {
        expect(wildcard(given[0])(given[1])).toBe(slowMatches(...given));
      }),
      { numRuns: 5000 },
    );
  });

  it('of many stars answers for a long name', () => {
    expect(wildcard('*a'.repeat(50))(`${'a'.repeat(20_000)}b`)).toBe(false);
    expect(wildcard('*a'.repeat(50))('a'.repeat(20_000))).toBe(true);
  });
});
