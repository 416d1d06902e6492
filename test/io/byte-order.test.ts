// Proves that strings compare as their UTF-8 bytes do, surrogates included.
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { compareBytewise } from '../../src/io/byte-order.js';

test('agrees with a comparison of the encoded bytes', () => {
  const unit = fc.constantFrom('a', 'b', '/', '-', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}');
  const name = fc.oneof(fc.string({ unit }), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(name, name, (a, b) => {
      expect(Math.sign(compareBytewise(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});
