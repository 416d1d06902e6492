/** Proves that cutting an array into batches loses and repeats nothing, keeps the order and stays within its bounds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Document } from '../../../src/core/document.js';
import { BATCH_DOCUMENTS_MAX, cutBatches } from '../../../src/engine/documents/cuts.js';
import { costOf } from '../../../src/engine/documents/documents-batch.js';

const SMALLEST_BATCH_BYTES = 16 * 1024;
const BATCHES_PER_WORKER = 4;

function documentsOf(sizes: readonly number[]): Document[] {
  return sizes.map((size) => ({ text: 'x'.repeat(size) }));
}

const size = fc.oneof(
  { weight: 3, arbitrary: fc.nat({ max: 2000 }) },
  { weight: 1, arbitrary: fc.nat({ max: 60_000 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);

describe('batches', () => {
  it('cover every document once and in order, and hold no more than they may', () => {
    fc.assert(
      fc.property(
        fc.array(size, { maxLength: 200, size: 'max' }),
        fc.integer({ min: 4096, max: 100_000 }),
        fc.integer({ min: 1, max: 16 }),
        (sizes, batchBytes, workers) => {
          const documents = documentsOf(sizes);
          const cuts = cutBatches(documents, batchBytes, workers);
          expect(cuts.flatMap(({ from, to }) => sizes.slice(from, to))).toEqual(sizes);
          let at = 0;
          for (const { from, to, costBytes } of cuts) {
            expect(from).toBe(at);
            expect(to).toBeGreaterThan(from);
            expect(costBytes).toBe(documents.slice(from, to).reduce((sum, document) => sum + costOf(document), 0));
            if (to - from > 1) expect(costBytes).toBeLessThanOrEqual(batchBytes);
            at = to;
          }
          expect(at).toBe(sizes.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are none for no documents', () => {
    expect(cutBatches([], 4096, 2)).toEqual([]);
  });

  it('hold a limited number of documents, however small these are', () => {
    const documents = documentsOf(new Array<number>(2 * BATCH_DOCUMENTS_MAX + 1).fill(0));
    const cuts = cutBatches(documents, 64 * 1024 * 1024, 1);
    for (const { from, to } of cuts) expect(to - from).toBeLessThanOrEqual(BATCH_DOCUMENTS_MAX);
    expect(cuts.at(-1)?.to).toBe(documents.length);
  });

  it('take what is no text as an empty one', () => {
    const wrong = { text: 7 } as unknown as Document;
    expect(costOf(wrong)).toBe(costOf({ text: '' }));
    expect(costOf({ text: 'four' })).toBe(costOf(wrong) + 4);
    expect(cutBatches([wrong, { text: 'four' }, wrong], 4096, 1)).toMatchObject([{ from: 0, to: 3 }]);
  });

  it('are smaller where there would not be enough for all workers, but not too small', () => {
    const many = documentsOf(new Array<number>(400).fill(1024));
    const large = cutBatches(many, 1024 * 1024, 4);
    expect(large.length).toBeGreaterThanOrEqual(4 * BATCHES_PER_WORKER);
    const few = cutBatches(many.slice(0, 20), 1024 * 1024, 4);
    expect(few.length).toBe(2);
    for (const { costBytes } of few) expect(costBytes).toBeLessThanOrEqual(SMALLEST_BATCH_BYTES);
  });

  it('leave a large document alone in its batch, with the small ones on either side', () => {
    const cuts = cutBatches(documentsOf([100, 100_000, 100, 100]), 4096, 1);
    expect(cuts.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 2],
      [2, 4],
    ]);
  });
});
