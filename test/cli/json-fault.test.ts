/** Proves that a text has a fault exactly when `JSON.parse` refuses it, and that the fault is told where it is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from '../../src/cli/json-fault.js';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('a fault', () => {
  it('is found in no JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(4), (text, indent) => {
        expect(findJsonFault(JSON.stringify(JSON.parse(text), undefined, indent))).toBeUndefined();
      }),
    );
    expect(findJsonFault(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toBeUndefined();
  });

  it('is found exactly where JSON.parse finds one', () => {
    const pieces = fc.constantFrom(
      ...'{}[],:" \n\\-01.eE'.split(''),
      'true',
      'nul',
      '"a"',
      '1.5',
      '"\\u00e9"',
      'x',
      '\t',
    );
    const texts = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        expect([text, findJsonFault(text) === undefined]).toEqual([text, isJson(text)]);
      }),
      { numRuns: 5000 },
    );
  });

  it('is found where a character of JSON was replaced or lost', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 1 }), (text, at, put) => {
        const index = at % text.length;
        const changed = `${text.slice(0, index)}${put}${text.slice(index + 1)}`;
        const fault = findJsonFault(changed);
        expect(fault === undefined).toBe(isJson(changed));
        if (fault !== undefined) expect(fault.line).toBeGreaterThan(0);
      }),
    );
  });

  it.each([
    ['', 1, 1, 'a value', 'the end of the file'],
    ['\n\n', 3, 1, 'a value', 'the end of the file'],
    ['{"a": 1,\n  }', 2, 3, 'a name in double quotes', '"}"'],
    ['{\r\n  "a" 1}', 2, 7, ':', '"1}"'],
    ['{"a": 1\n "b": 2}', 2, 2, ', or }', '"\\"b\\": 2}"'],
    ['[1, 2', 1, 6, ', or ]', 'the end of the file'],
    ['{"a": 1} // done', 1, 10, 'the end of the file', '"// done"'],
    ["{'a': 1}", 1, 2, 'a name in double quotes', `"'a': 1}"`],
    ['{"a": 01}', 1, 7, 'a value', '"01}"'],
    ['{"a": "b\nc"}', 1, 7, 'a value', '"\\"b"'],
  ])('in %j is at line %i, column %i', (text, line, column, expected, got) => {
    expect(findJsonFault(text)).toEqual({ line, column, expected, got });
  });
});
