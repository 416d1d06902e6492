/** Proves that line numbers are put exactly where they are missing, against a model that splices strings. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insertLineIds } from '../../../src/engine/score-files/line-ids.js';

/** Rows as pieces of text with a missing number behind all but the last; `before` bytes stand in front of them in the slab. */
const cases = fc.record({
  pieces: fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { minLength: 1, maxLength: 20 }),
  gaps: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 20, maxLength: 20 }),
  linesBefore: fc.oneof(fc.nat({ max: 20 }), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 1000 })),
  before: fc.nat({ max: 9 }),
});

describe('line numbers', () => {
  it('are inserted where they are missing', () => {
    fc.assert(
      fc.property(cases, ({ pieces, gaps, linesBefore, before }) => {
        const rows = Buffer.concat([Buffer.alloc(before, '#'), Buffer.from(pieces.join(''))]).subarray(before);
        const lineIds: number[] = [];
        let [offset, line, expected] = [0, 0, ''];
        pieces.forEach((piece, index) => {
          offset += Buffer.byteLength(piece);
          expected += piece;
          if (index === pieces.length - 1) return;
          line += gaps[index] ?? 1;
          lineIds.push(offset, line);
          expected += String(linesBefore + line);
        });
        const filled = insertLineIds(rows, Uint32Array.from(lineIds), linesBefore);
        expect(Buffer.from(filled).toString()).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('leave rows alone that all have ids', () => {
    const rows = Buffer.from('{"id":1}\n');
    expect(insertLineIds(rows, new Uint32Array(0), 7)).toBe(rows);
  });

  it('have room for the largest number there is', () => {
    const filled = insertLineIds(new Uint8Array(0), Uint32Array.of(0, 1), Number.MAX_SAFE_INTEGER - 1);
    expect(Buffer.from(filled).toString()).toBe('9007199254740991');
  });
});
