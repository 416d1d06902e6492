/**
 * Proves that a text is recognised exactly when its digest and check have been there, and that the table keeps to its bound: random
 * hashes, many of which share their digest, their check or the place where they are looked for, are compared with a `Map`.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SEEN_TEXT_BYTES, SeenTexts } from '../../../src/engine/dedup/seen-texts.js';

const PLENTY = 64 * 1024 * 1024;

/** Words of few values, so that texts share some and not all of them. */
const hashes = fc.array(fc.tuple(...Array.from({ length: 6 }, () => fc.integer({ min: 0, max: 2 }))), {
  maxLength: 300,
});

function addNamed(seen: SeenTexts, words: Uint32Array, name: string): boolean {
  const id = Buffer.from(`..${name}.`);
  return seen.add(words, 0, id, 2, id.length - 1);
}

describe('texts that were seen', () => {
  it('are those of a map of their hashes, each with the id that it came with', () => {
    fc.assert(
      fc.property(hashes, (all) => {
        const seen = new SeenTexts(PLENTY);
        const model = new Map<string, string>();
        all.forEach((hash, index) => {
          const words = Uint32Array.from([99, ...hash]).subarray(1);
          const first = seen.find(words, 0);
          const expected = model.get(hash.join());
          expect(first === -1 ? undefined : Buffer.from(seen.idOf(first)).toString()).toBe(expected);
          if (expected !== undefined) return;
          model.set(hash.join(), `"${index}"`);
          expect(addNamed(seen, words, `"${index}"`)).toBe(true);
        });
        expect(seen.size).toBe(model.size);
      }),
      { numRuns: 200 },
    );
  });

  it('are found again when there are many, with ids that fill pages', () => {
    const seen = new SeenTexts(PLENTY);
    const words = new Uint32Array(6);
    const idOf = (number: number): string => `"${String(number).repeat(20)}"`;
    for (let number = 0; number < 50_000; number++) {
      words.fill(number);
      words[4] = Math.floor(number / 10); // ten are looked for in one place
      expect(seen.find(words, 0)).toBe(-1);
      addNamed(seen, words, idOf(number));
      if (number % 1000 !== 999) continue;
      const first = seen.find(words, 0);
      expect([first, Buffer.from(seen.idOf(first)).toString()]).toEqual([number, idOf(number)]);
    }
    expect(Buffer.from(seen.idOf(17)).toString()).toBe(idOf(17));
  });

  it('are remembered up to the bound, and recognised beyond it', () => {
    const idBytes = 4;
    const seen = new SeenTexts(3 * (SEEN_TEXT_BYTES + idBytes));
    const words = (n: number): Uint32Array => Uint32Array.of(n, 0, 0, 0, n, n);
    expect([1, 2, 3, 4].map((n) => addNamed(seen, words(n), `"a${n}"`))).toEqual([true, true, true, false]);
    expect(seen.size).toBe(3);
    expect([1, 2, 3, 4].map((n) => seen.find(words(n), 0))).toEqual([0, 1, 2, -1]);
  });
});
