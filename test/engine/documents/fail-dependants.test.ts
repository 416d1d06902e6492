/** Proves that `scoreAll` with `dependsOnField` fails what depends on failed documents, wherever they stand, and nothing else. */
import { afterAll, expect, it } from 'vitest';
import { createEngine } from '../../../src/engine/engine.js';
import { isFailure } from '../../../src/core/report.js';
import { codesOrIds, failureOf } from '../../support/outcomes.js';

const engine = await createEngine({ workers: 1, maxBytes: 100 });
afterAll(() => engine.close());

const documents = [
  { id: 'book', text: 'A book.', parts: ['a', 'b'] },
  { id: 'a', text: 'Part a.' },
  { id: 'b', text: 'b '.repeat(100) },
  { id: 'fine', text: 'On its own.', parts: 'a' },
  { id: 'shelf', text: 'A shelf.', parts: ['book'] },
  { id: 1, text: 'One.', parts: ['2'] },
  { id: 2, text: 'Two.', parts: 3 },
  { id: 3, text: 'Three.', parts: 2 },
  { id: 'odd', text: 'Odd.', parts: { a: 1 } },
  { id: 'none', text: 'None.', parts: null },
];

it('fails dependants, missing ids, cycles and malformed fields, in input order', async () => {
  const outcomes = await engine.scoreAll(documents, { dependsOnField: 'parts' });
  expect(codesOrIds(outcomes)).toEqual([
    'ERR_DEPENDENCY_FAILED',
    'a',
    'ERR_DOCUMENT_TOO_LARGE',
    'fine',
    'ERR_DEPENDENCY_FAILED',
    'ERR_DEPENDENCY_MISSING',
    'ERR_DEPENDENCY_CYCLE',
    'ERR_DEPENDENCY_CYCLE',
    'ERR_DEPENDENCY_MISSING',
    'none',
  ]);
  expect(failureOf(outcomes[4])).toMatchObject({ ordinal: 4, id: 'shelf', source: 'memory' });
  expect(failureOf(outcomes[4]).error.cause).toBe(failureOf(outcomes[2]).error);
});

it('leaves documents alone unless it is asked', async () => {
  const outcomes = await engine.scoreAll(documents);
  expect(outcomes.map(isFailure)).toEqual(documents.map(({ id }) => id === 'b'));
});
