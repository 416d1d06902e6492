/**
 * Proves that `scoreAll` gives an outcome for each document, in order, for any number and mix of sizes; that failures stand in
 * their places; and that work is spread over all workers and taken over between them.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Document } from '../../src/core/document.js';
import { isFailure } from '../../src/core/report.js';
import { createEngine } from '../../src/engine/engine.js';
import { referenceReport } from '../reference/report.js';
import { differences } from '../support/compare.js';
import { codesOrIds, errorOf, failureOf, reportOf } from '../support/outcomes.js';
import { unicodeText } from '../support/text-arbitraries.js';

const engine = await createEngine({ workers: 2, batchBytes: 4096, maxBytes: 1_000_000 });
afterAll(() => engine.close());

/** Text of exactly so many words, cheap to make and to check. */
function textOf(words: number): string {
  return 'word '.repeat(words);
}

describe('order', () => {
  it('is that of the documents, for any texts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(unicodeText(), { maxLength: 30 }), async (texts) => {
        const outcomes = await engine.scoreAll(texts.map((text, id) => ({ id, text })));
        expect(codesOrIds(outcomes)).toEqual(texts.map((_, id) => id));
        const found = outcomes.flatMap((outcome, id) =>
          differences(`${id}`, reportOf(outcome), referenceReport(texts[id] ?? '', {})),
        );
        expect(found).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('holds for sizes of every kind, a huge document among small ones', async () => {
    const words = [0, 1, 5, 900, 100_000, 3, 0, 40_000, 1, 12_000, ...Array.from({ length: 2000 }, (_, id) => id % 50)];
    const outcomes = await engine.scoreAll(words.map((count, id) => ({ id, text: textOf(count) })));
    expect(outcomes.map((outcome) => reportOf(outcome).words)).toEqual(words);
    expect(codesOrIds(outcomes)).toEqual(words.map((_, id) => id));
  });

  it('holds for calls that run at the same time', async () => {
    const calls = await Promise.all(
      Array.from({ length: 8 }, (_, call) =>
        engine.scoreAll(Array.from({ length: 200 }, (_, id) => ({ id: `${call}:${id}`, text: textOf(call + id) }))),
      ),
    );
    calls.forEach((outcomes, call) => {
      expect(codesOrIds(outcomes)).toEqual(Array.from({ length: 200 }, (_, id) => `${call}:${id}`));
      expect(outcomes.map((outcome) => reportOf(outcome).words)).toEqual(
        Array.from({ length: 200 }, (_, id) => call + id),
      );
    });
  });

  it('holds for more empty documents than fit a batch', async () => {
    const outcomes = await engine.scoreAll(new Array<Document>(20_000).fill({ text: '' }));
    expect(outcomes).toHaveLength(20_000);
    expect(reportOf(outcomes[19_999])).toMatchObject({ id: 'memory:20000', bytes: 0 });
  });
});

describe('outcomes', () => {
  it('are none for no documents', async () => {
    expect(await engine.scoreAll([])).toEqual([]);
  });

  it('are failures in their places, with source, ordinal and id', async () => {
    const wrong = (text: unknown): Document => ({ text }) as unknown as Document;
    const outcomes = await engine.scoreAll([
      { text: 'good' },
      wrong(null),
      { id: 'large', text: 'x'.repeat(1_000_001) },
      ...Array.from({ length: 100 }, () => ({ text: textOf(400) })),
      { id: 9, text: 5 as unknown as string },
      { text: 'last' },
    ]);
    const failures = outcomes.filter(isFailure);
    expect(failures.map(({ error, source, ordinal, id }) => [error.code, source, ordinal, id])).toEqual([
      ['ERR_TEXT_TYPE', 'memory', 1, 'memory:2'],
      ['ERR_DOCUMENT_TOO_LARGE', 'memory', 2, 'large'],
      ['ERR_TEXT_TYPE', 'memory', 103, 9],
    ]);
    expect(outcomes.map(isFailure).indexOf(true)).toBe(1);
    expect(reportOf(outcomes[0]).id).toBe('memory:1');
    expect(reportOf(outcomes[104]).id).toBe('memory:105');
    expect(failureOf(outcomes[1]).error.message).toBe('text must be a string, got null');
  });

  it('count in the statistics', async () => {
    const before = engine.stats();
    await engine.scoreAll([{ text: 'a' }, { text: 1 as unknown as string }, { text: 'c' }]);
    const after = engine.stats();
    expect(after.documents - before.documents).toBe(3);
    expect(after.failed - before.failed).toBe(1);
    expect(after.batches).toBeGreaterThan(before.batches);
    expect(after.waitingBytes).toBe(0);
  });
});

describe('work', () => {
  it('is taken over from a worker that has more than it can do', async () => {
    const own = await createEngine({ workers: 2, batchBytes: 4096 });
    // By size both halves are equal; one of them is a single document, behind which nothing can be taken.
    const small = Array.from({ length: 500 }, () => ({ text: textOf(800) }));
    await own.scoreAll([...small, { text: textOf(400_000) }]);
    await own.scoreAll([{ text: textOf(400_000) }, ...small]);
    expect(own.stats().steals).toBeGreaterThan(0);
    await own.close();
  });

  it('uses as many workers as were asked for', async () => {
    const own = await createEngine({ workers: 3, batchBytes: 4096 });
    const outcomes = await own.scoreAll(Array.from({ length: 300 }, (_, id) => ({ id, text: textOf(500) })));
    expect(codesOrIds(outcomes)).toEqual(Array.from({ length: 300 }, (_, id) => id));
    expect(own.stats()).toMatchObject({ workers: 3, documents: 300, restarts: 0 });
    await own.close();
  });
});

describe('a signal', () => {
  const documents = Array.from({ length: 2000 }, () => ({ text: textOf(1000) }));

  it('that was given before refuses the call', async () => {
    const batches = engine.stats().batches;
    expect((await errorOf(engine.scoreAll(documents, { signal: AbortSignal.abort() }))).code).toBe('ERR_ABORTED');
    expect(engine.stats().batches).toBe(batches);
  });

  it('that is given meanwhile rejects at once, takes back what waits, and leaves the engine as it was', async () => {
    const controller = new AbortController();
    const before = engine.stats().documents;
    const work = engine.scoreAll(documents, { signal: controller.signal });
    controller.abort('enough');
    expect(await errorOf(work)).toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' });
    expect(codesOrIds(await engine.scoreAll([{ id: 'next', text: 'a' }]))).toEqual(['next']);
    expect(engine.stats().documents - before).toBeLessThan(200);
    expect(engine.stats().waitingBytes).toBe(0);
  });

  it('of one call does not touch another call', async () => {
    const controller = new AbortController();
    const aborted = engine.scoreAll(documents, { signal: controller.signal });
    const other = engine.scoreAll(documents.map((document, id) => ({ id, ...document })));
    controller.abort();
    expect((await errorOf(aborted)).code).toBe('ERR_ABORTED');
    expect(codesOrIds(await other)).toEqual(documents.map((_, id) => id));
  });

  it('that is given afterwards changes nothing', async () => {
    const controller = new AbortController();
    const outcomes = await engine.scoreAll([{ id: 'a', text: 'a' }], { signal: controller.signal });
    controller.abort();
    expect(codesOrIds(outcomes)).toEqual(['a']);
  });
});
