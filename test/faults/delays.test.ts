/**
 * Proves that the order in which batches are done is the order of nothing that comes out: workers that wait at random, before
 * they score and before they answer, give what undisturbed ones give.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Document } from '../../src/core/document.js';
import type { Outcome } from '../../src/engine/documents/documents-batch.js';
import { createEngine } from '../../src/engine/engine.js';
import { SLOW_WORKER, engineOf } from '../support/faults.js';

const sound = await createEngine({ workers: 1 });
const slow = engineOf(SLOW_WORKER, { workers: 3 });
afterAll(() => Promise.all([sound.close(), slow.close()]));

/** Documents of about so many words each: many small batches, of all sizes. */
const documents = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.nat({ max: 200 }) }, { weight: 1, arbitrary: fc.nat({ max: 5000 }) }), {
    minLength: 1,
    maxLength: 120,
    size: 'max',
  })
  .map((words) => words.map((count, id): Document => ({ id, text: `Number ${id}. ${'word '.repeat(count)}` })));

async function collect(stream: AsyncIterable<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of stream) outcomes.push(outcome);
  return outcomes;
}

describe('with workers that wait at random', () => {
  it('an array gives the same', async () => {
    await fc.assert(
      fc.asyncProperty(documents, async (all) => {
        expect(await slow.scoreAll(all)).toEqual(await sound.scoreAll(all));
      }),
      { numRuns: 12 },
    );
  });

  it('a stream gives the same', async () => {
    await fc.assert(
      fc.asyncProperty(documents, async (all) => {
        expect(await collect(slow.stream(all))).toEqual(await sound.scoreAll(all));
      }),
      { numRuns: 12 },
    );
  });

  it('calls of each kind side by side give the same', async () => {
    await fc.assert(
      fc.asyncProperty(documents, documents, async (some, others) => {
        const [all, streamed, ...alone] = await Promise.all([
          slow.scoreAll(some),
          collect(slow.stream(others)),
          ...some.slice(0, 20).map((document) => slow.score(document)),
        ]);
        const expected = await sound.scoreAll(some);
        expect(all).toEqual(expected);
        expect(streamed).toEqual(await sound.scoreAll(others));
        expect(alone).toEqual(expected.slice(0, 20));
      }),
      { numRuns: 8 },
    );
  });
});
