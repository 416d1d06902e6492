/**
 * Proves that texts survive the way into a slab and that reports and failures come back in their places: what the batch packs is
 * given to the worker's function on this thread, and its answer is compared with the reference model.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Document } from '../../../src/core/document.js';
import { MillraceError, isMillraceError } from '../../../src/core/errors.js';
import { isFailure } from '../../../src/core/report.js';
import {
  DocumentsBatch,
  idOf,
  refusalOf,
  costOf,
  type Outcome,
} from '../../../src/engine/documents/documents-batch.js';
import { SlabPool } from '../../../src/engine/threads/slab-pool.js';
import { compileKernel } from '../../../src/workers/kernel-host.js';
import { KernelSlot } from '../../../src/workers/kernel-slot.js';
import { scoreDocuments } from '../../../src/workers/documents.js';
import { ProgressRow, createProgress } from '../../../src/workers/progress.js';
import type { DocumentsRequest, Response } from '../../../src/workers/protocol.js';
import { REPORT_DECODER } from '../../../src/workers/report-layout.js';
import { referenceReport } from '../../reference/report.js';
import { differences } from '../../support/compare.js';
import { DEFAULT_ROW } from '../../support/measures.js';
import { codesOrIds, failureOf, reportOf } from '../../support/outcomes.js';
import { unicodeText } from '../../support/text-arbitraries.js';

const RUN = { slot: 0, batch: 1, condemned: [] };
const worker = new KernelSlot(compileKernel(), DEFAULT_ROW);
const progress = new ProgressRow(createProgress(1), 0);

interface Trip {
  readonly batch: DocumentsBatch;
  readonly outcomes: Outcome[];
  readonly slabs: SlabPool;
}

function prepare(documents: readonly Document[], options: { maxBytes?: number; slabBytes?: number } = {}): Trip {
  const { maxBytes = 1e6, slabBytes = 256 } = options;
  const slabs = new SlabPool(slabBytes, 4);
  const outcomes: Outcome[] = [];
  const costBytes = documents.reduce((sum, document) => sum + costOf(document), 0);
  const batch = new DocumentsBatch(
    documents,
    { firstOrdinal: 40, costBytes },
    { maxBytes, slabs, decoder: REPORT_DECODER, cache: undefined },
    {
      done: (all) => outcomes.push(...all),
      fail: (error) => {
        throw error;
      },
    },
  );
  return { batch, outcomes, slabs };
}

function requestOf(batch: DocumentsBatch, run: Parameters<DocumentsBatch['request']>[0] = RUN): DocumentsRequest {
  const request = batch.request(run);
  if (request.kind !== 'documents') throw new Error(`expected a request for documents, got ${request.kind}`);
  return request;
}

/** There and back. */
function scoreHere(documents: readonly Document[], options?: { maxBytes?: number; slabBytes?: number }): Outcome[] {
  const { batch, outcomes } = prepare(documents, options);
  batch.done(scoreDocuments(requestOf(batch), worker, progress), new Map());
  return outcomes;
}

describe('texts in a slab', () => {
  it('are measured as the reference measures them, whatever they outgrow', () => {
    fc.assert(
      fc.property(fc.array(unicodeText(), { maxLength: 8 }), (texts) => {
        const outcomes = scoreHere(texts.map((text) => ({ text })));
        expect(outcomes).toHaveLength(texts.length);
        const found = outcomes.flatMap((outcome, index) =>
          differences(`${index}`, reportOf(outcome), referenceReport(texts[index] ?? '', {})),
        );
        expect(found).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('outgrow the slab when they take three bytes a unit, and are all there', () => {
    const texts = Array.from({ length: 50 }, (_, index) => `${'漢'.repeat(index * 7)} ${'x'.repeat(index)}`);
    const outcomes = scoreHere(texts.map((text) => ({ text })));
    expect(outcomes.map((outcome) => reportOf(outcome).bytes)).toEqual(texts.map((text) => Buffer.byteLength(text)));
  });

  it('may all be empty, and need room for their reports all the same', () => {
    const outcomes = scoreHere(new Array<Document>(100).fill({ text: '' }), { slabBytes: 64 });
    expect(outcomes).toHaveLength(100);
    for (const outcome of outcomes) expect(reportOf(outcome)).toMatchObject({ bytes: 0, chars: 0, words: 0, lines: 0 });
  });

  it('have their lone surrogates replaced and counted', () => {
    const [alone, paired, none] = scoreHere([{ text: 'a\ud800b\udc00' }, { text: '\ud83d\ude00' }, { text: '\ufffd' }]);
    expect(reportOf(alone)).toMatchObject({ bytes: 8, chars: 4, replaced: 2 });
    expect(reportOf(paired)).toMatchObject({ bytes: 4, chars: 1 });
    expect(reportOf(paired)).not.toHaveProperty('replaced');
    expect(reportOf(none)).not.toHaveProperty('replaced');
  });

  it('are packed anew for a second run, with the same answer', () => {
    const { batch, outcomes } = prepare([{ text: 'One two.' }, { text: 'Three.' }]);
    structuredClone(0, { transfer: [requestOf(batch).slab] }); // moved to a worker that died
    batch.done(scoreDocuments(requestOf(batch), worker, progress), new Map());
    expect(outcomes.map((outcome) => reportOf(outcome).words)).toEqual([2, 1]);
  });
});

describe('outcomes', () => {
  it('have the id of their document, or one made of the ordinal', () => {
    const outcomes = scoreHere([{ id: 'a', text: '' }, { text: '' }, { id: 0, text: '' }, { id: '', text: '' }]);
    expect(codesOrIds(outcomes)).toEqual(['a', 'memory:42', 0, '']);
    expect(idOf({ text: '' }, 0)).toBe('memory:1');
  });

  it('are failures for what is no text or too large, in their places', () => {
    const wrong = [undefined, null, 7, {}, [], true].map((text) => ({ text }) as unknown as Document);
    const { batch, outcomes } = prepare([{ text: 'good' }, ...wrong, { id: 9, text: '漢漢' }, { text: 'last' }], {
      maxBytes: 5,
    });
    batch.done(scoreDocuments(requestOf(batch), worker, progress), new Map());
    const codes = ['memory:41', ...wrong.map(() => 'ERR_TEXT_TYPE'), 'ERR_DOCUMENT_TOO_LARGE', 'memory:49'];
    expect(codesOrIds(outcomes)).toEqual(codes);
    expect(failureOf(outcomes[1])).toMatchObject({ source: 'memory', ordinal: 41, id: 'memory:42' });
    expect(failureOf(outcomes[3]).error.message).toBe('text must be a string, got 7');
    expect(failureOf(outcomes[7])).toMatchObject({ ordinal: 47, id: 9 });
    expect(failureOf(outcomes[7]).error.message).toBe('the text must have at most maxBytes, 5, got 6 bytes');
  });

  it('are failures for documents that were given up, which the worker passes over', () => {
    const { batch, outcomes } = prepare([{ text: 'a' }, { text: 'b' }, { text: 'c' }]);
    const request = requestOf(batch, { slot: 0, batch: 1, condemned: [1] });
    expect(request.condemned).toEqual([1]);
    const error = new MillraceError('ERR_WORKER_CRASHED', 'it crashed');
    batch.done(scoreDocuments(request, worker, progress), new Map([[1, error]]));
    expect(codesOrIds(outcomes)).toEqual(['memory:41', 'ERR_WORKER_CRASHED', 'memory:43']);
    expect(failureOf(outcomes[1]).error).toBe(error);
  });

  it('are failures for documents that the worker reports, as errors of the library', () => {
    const { batch, outcomes } = prepare([{ text: 'a' }, { text: 'b' }]);
    const response = scoreDocuments(requestOf(batch), worker, progress);
    const failures = [{ index: 0, error: { code: 'ERR_OUT_OF_MEMORY' as const, message: 'no memory' } }];
    batch.done({ ...response, failures }, new Map());
    expect(codesOrIds(outcomes)).toEqual(['ERR_OUT_OF_MEMORY', 'memory:42']);
    expect(isMillraceError(failureOf(outcomes[0]).error)).toBe(true);
  });

  it('give their slab back to the pool', () => {
    const { batch, slabs } = prepare([{ text: 'a' }]);
    const response = scoreDocuments(requestOf(batch), worker, progress);
    batch.done(response, new Map());
    expect(slabs.take(1)).toBe(response.slab);
  });

  it('are refused when they are rows', () => {
    const { batch } = prepare([]);
    const rows = { kind: 'rows' } as unknown as Response;
    expect(() => {
      batch.done(rows, new Map());
    }).toThrow(MillraceError);
  });
});

describe('what is asked before packing', () => {
  it('tells that a text is too large by its bytes, not by its units', () => {
    expect(refusalOf('xxxx', 4)).toBeUndefined();
    expect(refusalOf('xxxxx', 4)?.code).toBe('ERR_DOCUMENT_TOO_LARGE');
    expect(refusalOf('漢', 3)).toBeUndefined();
    expect(refusalOf('漢', 2)?.code).toBe('ERR_DOCUMENT_TOO_LARGE');
    expect(refusalOf('\ud800', 2)?.code).toBe('ERR_DOCUMENT_TOO_LARGE');
    expect(refusalOf('', 1)).toBeUndefined();
  });

  it('never takes a failure for a report', () => {
    const outcomes = scoreHere([{ text: 'a' }, { text: 1 } as unknown as Document]);
    expect(outcomes.map(isFailure)).toEqual([false, true]);
  });
});
