/** Proves that `IdTable` numbers ids as a `Map` does and gives them back, by generated ids of both kinds, many of them repeated. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IdTable } from '../../../src/engine/dependencies/id-table.js';

const ids = fc.array(
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('', '1', '"', '\\', '\ud800', '\ufffd', 'Infinity'),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(1.5, 1e300, Infinity, 2 ** 53),
  ),
  { maxLength: 60 },
);

it('gives an id the number of its first time, and the number the id', () => {
  fc.assert(
    fc.property(ids, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (all, seed) => {
      const table = new IdTable(seed);
      const model = new Map<string | number, number>();
      for (const id of all) {
        if (!model.has(id)) model.set(id, model.size);
        expect(table.intern(id)).toBe(model.get(id));
      }
      expect(table.size).toBe(model.size);
      for (const [id, number] of model) expect(table.idOf(number)).toBe(id);
    }),
    { numRuns: 300 },
  );
});

it('grows without losing one', () => {
  const table = new IdTable(1);
  const count = 30_000;
  for (let number = 0; number < count; number++) expect(table.intern(`document ${number}`)).toBe(number);
  for (let number = 0; number < count; number++) expect(table.intern(`document ${number}`)).toBe(number);
  expect(table.size).toBe(count);
  expect(table.idOf(count - 1)).toBe(`document ${count - 1}`);
  expect(table.bytes).toBeLessThan(count * 60);
});
