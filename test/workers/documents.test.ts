/**
 * Proves what a worker does with a batch of texts when the kernel stops at some of them: these are failures, and the others have
 * the reports that they have alone. The kernel is made to stop at chosen calls.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DocumentsBatch, costOf, type Outcome } from '../../src/engine/documents/documents-batch.js';
import { SlabPool } from '../../src/engine/threads/slab-pool.js';
import { scoreDocuments } from '../../src/workers/documents.js';
import { compileKernel, type Kernel } from '../../src/workers/kernel-host.js';
import { KernelSlot } from '../../src/workers/kernel-slot.js';
import { ProgressRow, createProgress } from '../../src/workers/progress.js';
import { REPORT_DECODER } from '../../src/workers/report-layout.js';
import { DEFAULT_ROW } from '../support/measures.js';
import { codesOrIds, reportOf } from '../support/outcomes.js';

const progress = new ProgressRow(createProgress(1), 0);

/** Hands each kernel, before it is used, to whoever wants to spoil it. */
class SpoiltSlot extends KernelSlot {
  readonly #spoil: (kernel: Kernel) => void;
  readonly #spoilt = new WeakSet<Kernel>();

  constructor(spoil: (kernel: Kernel) => void) {
    super(compileKernel(), DEFAULT_ROW);
    this.#spoil = spoil;
  }

  override get kernel(): Kernel {
    const kernel = super.kernel;
    if (!this.#spoilt.has(kernel)) this.#spoil(kernel);
    this.#spoilt.add(kernel);
    return kernel;
  }
}

function score(texts: readonly string[], slot: KernelSlot): Outcome[] {
  const outcomes: Outcome[] = [];
  const documents = texts.map((text, id) => ({ id, text }));
  const costBytes = documents.reduce((sum, document) => sum + costOf(document), 0);
  const limits = { maxBytes: 1e6, slabs: new SlabPool(1024, 1), decoder: REPORT_DECODER, cache: undefined };
  const batch = new DocumentsBatch(documents, { firstOrdinal: 0, costBytes }, limits, {
    done: (all) => outcomes.push(...all),
    fail: (error) => {
      throw error;
    },
  });
  const request = batch.request({ slot: 0, batch: 1, condemned: [] });
  if (request.kind !== 'documents') throw new Error(`expected a request for documents, got ${request.kind}`);
  batch.done(scoreDocuments(request, slot, progress), new Map());
  return outcomes;
}

/** Makes the kernel stop where it scores the document that the progress says it is at. */
function stopAt(kernel: Kernel, isStop: (document: number) => boolean): void {
  const { scoreUnits } = kernel.exports;
  const value = {
    ...kernel.exports,
    scoreUnits: (...args: readonly (number | bigint)[]) => {
      if (isStop(progress.document)) throw new RangeError('no memory');
      return scoreUnits(...args);
    },
  };
  Object.defineProperty(kernel, 'exports', { value });
}

describe('documents at which the kernel stops', () => {
  it('are failures, and the others have their reports', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), (stops) => {
        const texts = stops.map((_, index) => 'word '.repeat(index));
        const slot = new SpoiltSlot((kernel) => {
          stopAt(kernel, (document) => stops[document] === true);
        });
        const outcomes = score(texts, slot);
        expect(codesOrIds(outcomes)).toEqual(stops.map((isStop, index) => (isStop ? 'ERR_OUT_OF_MEMORY' : index)));
        outcomes.forEach((outcome, index) => {
          if (stops[index] === false) expect(reportOf(outcome).words).toBe(index);
        });
      }),
      { numRuns: 50 },
    );
  });

  it('are all failures when there is no memory for the batch itself, and that is soon found out', () => {
    let calls = 0;
    const slot = new SpoiltSlot((kernel) => {
      const layOut = kernel.layOut.bind(kernel);
      kernel.layOut = (...args) => {
        if (++calls <= 200) throw new RangeError('no memory');
        return layOut(...args);
      };
    });
    const outcomes = score(['a', 'b', 'c'], slot);
    expect(codesOrIds(outcomes)).toEqual(['ERR_OUT_OF_MEMORY', 'ERR_OUT_OF_MEMORY', 'ERR_OUT_OF_MEMORY']);
    expect(calls).toBeLessThanOrEqual(10);
  });
});

describe('the kernel of a thread', () => {
  it('is made when it is first needed, and anew after it has stopped', () => {
    const slot = new KernelSlot(compileKernel(), DEFAULT_ROW);
    const first = slot.kernel;
    expect(slot.kernel).toBe(first);
    expect(slot.trapped(new Error('unreachable'))).toEqual({
      code: 'ERR_OUT_OF_MEMORY',
      message: 'the kernel stopped at this document: unreachable',
    });
    expect(slot.kernel).not.toBe(first);
  });

  it('is dropped when a document has blown it up, and only then', () => {
    const slot = new KernelSlot(compileKernel(), DEFAULT_ROW);
    const first = slot.kernel;
    score(['word '.repeat(1000)], slot);
    slot.dropIfOutsized();
    expect(slot.kernel).toBe(first);
    first.layOut(200 * 1024 * 1024, 0);
    expect(slot.kernel).toBe(first);
    slot.dropIfOutsized();
    expect(slot.kernel).not.toBe(first);
    expect(slot.kernel.bytes.length).toBeLessThan(64 * 1024 * 1024);
  });
});
