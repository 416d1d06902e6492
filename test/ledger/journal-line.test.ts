// Proves that a line gives back its value, and that no change of up to three bits goes unnoticed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { decodeLine, encodeLine } from '../../src/ledger/journal-line.js';

const withoutLf = (line: Uint8Array): Uint8Array => line.subarray(0, -1);

test('any JSON value comes back, on one line', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const line = encodeLine(value);
      expect(line.indexOf(0x0a)).toBe(line.length - 1);
      expect(decodeLine(withoutLf(line))?.value).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

describe('damage', () => {
  test('of one to three bits is seen', () => {
    const flips = fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.record({ n: fc.nat(), text: fc.string() }), flips, (value, bits) => {
        const line = withoutLf(encodeLine(value));
        const at = new Set(bits.map((bit) => bit % (line.length * 8)));
        for (const bit of at) line[bit >> 3]! ^= 1 << (bit & 7);
        expect(decodeLine(line)).toBeUndefined();
      }),
    );
  });

  test('by truncation is seen', () => {
    const line = withoutLf(encodeLine({ a: [1, 2, 3] }));
    for (let length = 0; length < line.length; length++) expect(decodeLine(line.subarray(0, length))).toBeUndefined();
  });
});

test('a line is written as it ever was, so that older ledgers can be read', () => {
  expect(Buffer.from(encodeLine('123')).toString()).toBe('33500197 "123"\n');
});
