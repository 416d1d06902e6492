/**
 * Proves what one `score` call gives: the same report whether it is scored on the calling thread or by a worker, alone or among
 * others; and the right error for a text that is none or too large, an aborted signal, a full queue and a closed engine.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Document } from '../../src/core/document.js';
import { costOf } from '../../src/engine/documents/documents-batch.js';
import { createEngine, type Engine, type EngineStats } from '../../src/engine/engine.js';
import { referenceReport } from '../reference/report.js';
import { differences } from '../support/compare.js';
import { errorOf } from '../support/outcomes.js';
import { unicodeText } from '../support/text-arbitraries.js';

const here = await createEngine({ workers: 1 });
/** Never scores on the calling thread. */
const there = await createEngine({ workers: 2, inlineBytesMax: 0 });
afterAll(() => Promise.all([here.close(), there.close()]));

/** What the work added to the engine's statistics. */
async function statsOf(
  engine: Engine,
  work: () => Promise<unknown>,
): Promise<Pick<EngineStats, 'inline' | 'documents' | 'failed' | 'batches'>> {
  const before = engine.stats();
  await work();
  const after = engine.stats();
  return {
    inline: after.inline - before.inline,
    documents: after.documents - before.documents,
    failed: after.failed - before.failed,
    batches: after.batches - before.batches,
  };
}

describe('a report', () => {
  it('is what the reference computes, on the calling thread and by a worker', async () => {
    await fc.assert(
      fc.asyncProperty(unicodeText(), async (text) => {
        const [one, other] = await Promise.all([here.score({ id: 'a', text }), there.score({ id: 'a', text })]);
        expect(one).toEqual(other);
        expect(differences('report', one, referenceReport(text, {}))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('is a plain object with schema and id in front', async () => {
    const report = await here.score({ id: 7, text: 'One two. Three!', metadata: { kept: true } });
    expect(Object.getPrototypeOf(report)).toBe(Object.prototype);
    expect(Object.keys(report).slice(0, 2)).toEqual(['schema', 'id']);
    expect(report).toMatchObject({ schema: 1, id: 7, words: 3, sentences: 2 });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('has the id of its document, or one made of the number of the call, however it is scored', async () => {
    const documents: Document[] = [{ text: 'a' }, { id: 'x', text: 'b' }, { text: 'c' }, { id: 0, text: 'd' }];
    for (const inlineBytesMax of [0, 1000]) {
      const engine = await createEngine({ workers: 1, inlineBytesMax });
      const ids: unknown[] = [];
      for (const document of documents) ids.push((await engine.score(document)).id);
      const together = await Promise.all(documents.map((document) => engine.score(document)));
      ids.push(...together.map(({ id }) => id));
      expect(ids).toEqual(['memory:1', 'x', 'memory:3', 0, 'memory:5', 'x', 'memory:7', 0]);
      await engine.close();
    }
  });
});

describe('where a document is scored', () => {
  it('is the calling thread for a small text while nothing else is under way', async () => {
    const small = await statsOf(here, () => here.score({ text: 'small' }));
    expect(small).toMatchObject({ inline: 1, documents: 1, batches: 0 });
    const large = await statsOf(here, () => here.score({ text: 'x'.repeat(16 * 1024 + 1) }));
    expect(large).toMatchObject({ inline: 0, documents: 1, batches: 1 });
  });

  it('is the calling thread up to the size that was asked for, and a worker beyond', async () => {
    const engine = await createEngine({ workers: 1, inlineBytesMax: 100 });
    expect(await statsOf(engine, () => engine.score({ text: 'x'.repeat(100) }))).toMatchObject({ inline: 1 });
    expect(await statsOf(engine, () => engine.score({ text: 'x'.repeat(101) }))).toMatchObject({ inline: 0 });
    await engine.close();
  });

  it('is a worker when small texts are many at once, or others wait', async () => {
    const text = 'x'.repeat(15 * 1024);
    const many = await statsOf(here, () => Promise.all(Array.from({ length: 20 }, () => here.score({ text }))));
    expect(many.documents).toBe(20);
    expect(many.inline).toBeGreaterThan(0);
    expect(many.inline).toBeLessThanOrEqual(8);
    const behind = await statsOf(here, () =>
      Promise.all([here.score({ text: 'x'.repeat(20_000) }), here.score({ text: 'small' })]),
    );
    expect(behind).toMatchObject({ inline: 0, documents: 2 });
  });

  it('is never the calling thread when that is switched off, for an empty text neither', async () => {
    const stats = await statsOf(there, async () => {
      await there.score({ text: '' });
      await there.score({ text: 'a' });
    });
    expect(stats).toMatchObject({ inline: 0, documents: 2 });
  });

  it('lets the event loop go round between calls that are awaited one after the other', async () => {
    let turns = 0;
    const count = (): void => {
      turns++;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    for (let call = 0; call < 40; call++) await here.score({ text: 'x'.repeat(16 * 1024) });
    clearImmediate(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it('gathers the calls of one turn into one batch', async () => {
    const stats = await statsOf(there, () =>
      Promise.all(Array.from({ length: 100 }, (_, index) => there.score({ id: index, text: `text ${index}` }))),
    );
    expect(stats).toMatchObject({ documents: 100, batches: 1 });
  });
});

describe('refusals', () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['7', 7],
    ['an object', { text: 'a' }],
    ['an array', ['a']],
  ])('a text that is %s', async (shown, text) => {
    const document = { text } as unknown as Document;
    for (const engine of [here, there]) {
      const message = `text must be a string, got ${shown}`;
      expect(await errorOf(engine.score(document))).toMatchObject({ code: 'ERR_TEXT_TYPE', message });
    }
  });

  it('a text beyond maxBytes, in bytes', async () => {
    const engine = await createEngine({ workers: 1, maxBytes: 9 });
    expect((await engine.score({ text: '漢漢漢' })).bytes).toBe(9);
    const error = await errorOf(engine.score({ text: '漢漢漢.' }));
    expect(error.code).toBe('ERR_DOCUMENT_TOO_LARGE');
    expect(error.message).toContain('maxBytes, 9, got 10 bytes');
    await engine.close();
  });

  it('calls beyond queueBytesMax', async () => {
    const text = 'x'.repeat(40);
    const engine = await createEngine({ workers: 1, inlineBytesMax: 0, queueBytesMax: 2 * costOf({ text }) + 1 });
    const calls = Array.from({ length: 5 }, () => engine.score({ text }));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
    ]);
    expect((await errorOf(calls[4] ?? Promise.resolve())).code).toBe('ERR_QUEUE_FULL');
    expect((await engine.score({ text })).bytes).toBe(40);
    await engine.close();
  });

  it('a closed engine', async () => {
    const engine = await createEngine({ workers: 1 });
    await engine.close();
    expect(await errorOf(engine.score({ text: 'a' }))).toMatchObject({ code: 'ERR_CLOSED' });
  });
});

describe('a signal', () => {
  it('that was given before refuses the call, with the reason as its cause', async () => {
    const reason = new Error('changed my mind');
    for (const engine of [here, there]) {
      const error = await errorOf(engine.score({ text: 'a' }, { signal: AbortSignal.abort(reason) }));
      expect(error).toMatchObject({ code: 'ERR_ABORTED', cause: reason });
    }
  });

  it('that is given meanwhile rejects that call and no other', async () => {
    const controller = new AbortController();
    const aborted = there.score({ text: 'a' }, { signal: controller.signal });
    const other = there.score({ id: 'other', text: 'b' });
    controller.abort();
    expect((await errorOf(aborted)).code).toBe('ERR_ABORTED');
    expect((await other).id).toBe('other');
  });

  it('that is given afterwards changes nothing, and keeps no listener', async () => {
    const controller = new AbortController();
    const added = vi.spyOn(controller.signal, 'addEventListener');
    const removed = vi.spyOn(controller.signal, 'removeEventListener');
    await there.score({ text: 'a' }, { signal: controller.signal });
    controller.abort();
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed.mock.calls[0]?.slice(0, 2)).toEqual(added.mock.calls[0]?.slice(0, 2));
  });
});
