/**
 * Proves that `score` calls of one turn of the event loop share a batch, that each gets its own answer, and that calls beyond
 * the bound are refused. The batches go to a list instead of to workers.
 */
import { describe, expect, it } from 'vitest';
import type { Document } from '../../../src/core/document.js';
import { MillraceError } from '../../../src/core/errors.js';
import type { Report } from '../../../src/core/report.js';
import { Coalescer } from '../../../src/engine/documents/coalescer.js';
import { BATCH_DOCUMENTS_MAX } from '../../../src/engine/documents/cuts.js';
import { costOf, failureOf, type BatchListener } from '../../../src/engine/documents/documents-batch.js';
import { errorOf } from '../../support/outcomes.js';

interface Submitted {
  readonly documents: readonly Document[];
  readonly costBytes: number;
  readonly listener: BatchListener;
}

function coalescerInto(
  submitted: Submitted[],
  options: { readonly batchBytes?: number; readonly queueBytesMax?: number } = {},
): Coalescer {
  const { batchBytes = 1e6, queueBytesMax = 1e9 } = options;
  return new Coalescer({ batchBytes, queueBytesMax }, (documents, costBytes, listener) => {
    submitted.push({ documents, costBytes, listener });
  });
}

/** What a call weighs beside its text. */
const EMPTY_COST = costOf({ text: '' });

async function nextTurn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

function fakeReport(document: Document): Report {
  return { id: document.text } as unknown as Report;
}

function answerAll({ documents, listener }: Submitted): void {
  listener.done(documents.map(fakeReport), 0);
}

describe('gathering', () => {
  it('makes one batch of the calls of one turn, in order, and another of the next turn', async () => {
    const submitted: Submitted[] = [];
    const coalescer = coalescerInto(submitted);
    const answers = ['a', 'bb', ''].map((text) => coalescer.score({ text }));
    expect(submitted).toEqual([]);
    await nextTurn();
    expect(submitted.map(({ documents }) => documents.map(({ text }) => text))).toEqual([['a', 'bb', '']]);
    void coalescer.score({ text: 'next' });
    await nextTurn();
    expect(submitted).toHaveLength(2);
    submitted.forEach(answerAll);
    expect((await Promise.all(answers)).map(({ id }) => id)).toEqual(['a', 'bb', '']);
  });

  it('sends a full batch at once, and the call that does not fit with the next one', async () => {
    const submitted: Submitted[] = [];
    const coalescer = coalescerInto(submitted, { batchBytes: 2 * EMPTY_COST + 10 });
    for (const text of ['12345678', '9', '', 'x'.repeat(500), 'y']) void coalescer.score({ text });
    expect(submitted.map(({ documents }) => documents.length)).toEqual([2, 1, 1]);
    await nextTurn();
    expect(submitted.map(({ documents }) => documents.length)).toEqual([2, 1, 1, 1]);
    expect(submitted.map(({ costBytes }) => costBytes - EMPTY_COST)).toEqual([9 + EMPTY_COST, 0, 500, 1]);
  });

  it('sends a batch at once when it has as many documents as a batch may have', () => {
    const submitted: Submitted[] = [];
    const coalescer = coalescerInto(submitted, { batchBytes: 1e9 });
    for (let count = 0; count < BATCH_DOCUMENTS_MAX; count++) void coalescer.score({ text: '' });
    expect(submitted).toHaveLength(0);
    void coalescer.score({ text: '' });
    expect(submitted.map(({ documents }) => documents.length)).toEqual([BATCH_DOCUMENTS_MAX]);
  });

  it('sends what has been gathered when it is told to, and nothing when there is nothing', async () => {
    const submitted: Submitted[] = [];
    const coalescer = coalescerInto(submitted);
    coalescer.flush();
    expect(submitted).toEqual([]);
    void coalescer.score({ text: 'a' });
    coalescer.flush();
    expect(submitted).toHaveLength(1);
    await nextTurn();
    expect(submitted).toHaveLength(1);
  });
});

describe('answers', () => {
  it('rejects a call whose document failed, and no other', async () => {
    const submitted: Submitted[] = [];
    const coalescer = coalescerInto(submitted);
    const [good, bad] = [coalescer.score({ text: 'good' }), coalescer.score({ text: 'bad' })];
    coalescer.flush();
    const error = new MillraceError('ERR_WORKER_CRASHED', 'it crashed');
    submitted[0]?.listener.done([fakeReport({ text: 'good' }), failureOf({ text: 'bad' }, 1, error)], 0);
    expect((await good).id).toBe('good');
    await expect(bad).rejects.toBe(error);
    expect(coalescer.isIdle).toBe(true);
  });

  it('rejects all calls of a batch that was not run', async () => {
    const submitted: Submitted[] = [];
    const coalescer = coalescerInto(submitted);
    const calls = [coalescer.score({ text: 'a' }), coalescer.score({ text: 'b' })];
    coalescer.flush();
    submitted[0]?.listener.fail(new MillraceError('ERR_ABORTED', 'closed'));
    for (const call of calls) expect((await errorOf(call)).code).toBe('ERR_ABORTED');
    expect(coalescer.openBytes).toBe(0);
  });
});

describe('the bound', () => {
  it('refuses a call beyond queueBytesMax with both numbers, and takes calls again when others are answered', async () => {
    const submitted: Submitted[] = [];
    const coalescer = coalescerInto(submitted, { queueBytesMax: EMPTY_COST + 20 });
    const first = coalescer.score({ text: 'x'.repeat(15) });
    const error = await errorOf(coalescer.score({ text: 'x'.repeat(10) }));
    expect(error.code).toBe('ERR_QUEUE_FULL');
    expect(error.message).toContain(`engine.queueBytesMax, ${EMPTY_COST + 20}, `);
    expect(error.message).toContain(`got ${EMPTY_COST + 15} and ${EMPTY_COST + 10} more`);
    expect(coalescer.openBytes).toBe(EMPTY_COST + 15);
    coalescer.flush();
    submitted.forEach(answerAll);
    await first;
    expect(coalescer.isIdle).toBe(true);
    const second = coalescer.score({ text: 'x'.repeat(10) });
    coalescer.flush();
    submitted.slice(1).forEach(answerAll);
    expect((await second).id).toBe('x'.repeat(10));
  });

  it('takes one call that is larger than the bound when no other waits', async () => {
    const submitted: Submitted[] = [];
    const coalescer = coalescerInto(submitted, { queueBytesMax: 20 });
    const call = coalescer.score({ text: 'x'.repeat(100) });
    coalescer.flush();
    submitted.forEach(answerAll);
    expect((await call).id).toHaveLength(100);
  });

  it('counts a place for an empty text, so that these are bounded as well', async () => {
    const submitted: Submitted[] = [];
    const coalescer = coalescerInto(submitted, { queueBytesMax: 3 * EMPTY_COST });
    const calls = [1, 2, 3, 4].map(() => coalescer.score({ text: '' }));
    expect((await errorOf(calls[3] ?? Promise.resolve())).code).toBe('ERR_QUEUE_FULL');
    coalescer.flush();
    expect(submitted[0]?.documents).toHaveLength(3);
  });
});
