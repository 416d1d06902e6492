/**
 * Proves that a stream keeps its order and its bounds: results come in the order of the source, the source is read no further
 * ahead than the window allows, and each way to end (the source, its error, the consumer, a signal) ends it cleanly.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Document } from '../../src/core/document.js';
import { MillraceError } from '../../src/core/errors.js';
import { isFailure } from '../../src/core/report.js';
import { BATCH_DOCUMENTS_MAX } from '../../src/engine/documents/cuts.js';
import type { DocumentSource } from '../../src/engine/documents/document-stream.js';
import type { Outcome } from '../../src/engine/documents/documents-batch.js';
import { createEngine } from '../../src/engine/engine.js';
import { referenceReport } from '../reference/report.js';
import { differences } from '../support/compare.js';
import { codesOrIds, errorOf, failureOf, reportOf, within } from '../support/outcomes.js';
import { unicodeText } from '../support/text-arbitraries.js';

const WORKERS = 2;
const BATCH_BYTES = 4096;
/** What the engine documents as the text between source and consumer: 8 batches a worker. */
const WINDOW_BYTES = WORKERS * 8 * BATCH_BYTES;

const engine = await createEngine({ workers: WORKERS, batchBytes: BATCH_BYTES });
afterAll(() => engine.close());

async function collect(stream: AsyncIterable<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of stream) outcomes.push(outcome);
  return outcomes;
}

/** What came, and the error that ended it, if any. */
async function drain(stream: AsyncIterable<Outcome>): Promise<{ outcomes: Outcome[]; error: unknown }> {
  const outcomes: Outcome[] = [];
  try {
    for await (const outcome of stream) outcomes.push(outcome);
    return { outcomes, error: undefined };
  } catch (error) {
    return { outcomes, error };
  }
}

/** A source that counts what is read of it and whether it was closed. */
class CountedSource implements AsyncIterable<Document> {
  read = 0;
  closed = 0;
  readonly #make: (index: number) => Document | undefined;

  constructor(make: (index: number) => Document | undefined) {
    this.#make = make;
  }

  [Symbol.asyncIterator](): AsyncIterator<Document> {
    return {
      next: async () => {
        const value = this.#make(this.read);
        if (value === undefined) return { done: true, value: undefined };
        this.read++;
        return { done: false, value };
      },
      return: async () => {
        this.closed++;
        return Promise.resolve({ done: true as const, value: undefined });
      },
    };
  }
}

/** Waits until a number does not change any more. */
async function settled(value: () => number): Promise<number> {
  for (let [before, same] = [value(), 0]; ;) {
    await sleep(10);
    same = value() === before ? same + 1 : 0;
    if (same === 15) return before;
    before = value();
  }
}

describe('order', () => {
  it('is that of the source, for synchronous and asynchronous ones', async () => {
    const texts = fc.array(unicodeText(), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(texts, fc.boolean(), fc.array(fc.nat({ max: 3 })), async (all, isAsync, pauses) => {
        const documents = all.map((text, id) => ({ id, text }));
        async function* slowly(): AsyncGenerator<Document> {
          for (const [index, document] of documents.entries()) {
            if (pauses[index % pauses.length] === 0) await nextTurn();
            yield document;
          }
        }
        const outcomes = await collect(engine.stream(isAsync ? slowly() : documents));
        expect(codesOrIds(outcomes)).toEqual(all.map((_, id) => id));
        const found = outcomes.flatMap((outcome, id) =>
          differences(`${id}`, reportOf(outcome), referenceReport(all[id] ?? '', {})),
        );
        expect(found).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('holds over many batches, with a huge document among small ones and ids made of the ordinal', async () => {
    const words = Array.from({ length: 5000 }, (_, index) => (index === 100 ? 50_000 : index % 60));
    const outcomes = await collect(engine.stream(words.map((count) => ({ text: 'word '.repeat(count) }))));
    expect(outcomes.map((outcome) => reportOf(outcome).words)).toEqual(words);
    expect(codesOrIds(outcomes)).toEqual(words.map((_, index) => `memory:${index + 1}`));
  });

  it('holds for failures, whose ordinals are those of the source', async () => {
    const documents = Array.from({ length: 300 }, (_, id) => ({ id, text: id % 7 === 3 ? id : 'x'.repeat(100) }));
    const outcomes = await collect(engine.stream(documents as unknown as Document[]));
    expect(outcomes.map(isFailure)).toEqual(documents.map(({ id }) => id % 7 === 3));
    expect(failureOf(outcomes[255])).toMatchObject({ ordinal: 255, id: 255, source: 'memory' });
  });

  it('holds for streams that run side by side', async () => {
    const streams = [0, 1, 2].map(async (stream) =>
      collect(
        engine.stream(Array.from({ length: 400 }, (_, id) => ({ id: `${stream}/${id}`, text: 'x'.repeat(100) }))),
      ),
    );
    for (const [stream, outcomes] of (await Promise.all(streams)).entries()) {
      expect(codesOrIds(outcomes)).toEqual(Array.from({ length: 400 }, (_, id) => `${stream}/${id}`));
    }
  });

  it('holds for results that are asked for before earlier ones are there', async () => {
    const ids = Array.from({ length: 300 }, (_, id) => id);
    const stream = engine.stream(ids.map((id) => ({ id, text: 'x'.repeat(100) })));
    const asked = Promise.all([...ids, 'end'].map(() => stream.next()));
    const steps = await within(2000, asked, []);
    expect(steps.map(({ done, value }) => (done === true ? 'end' : codesOrIds([value])[0]))).toEqual([...ids, 'end']);
  });

  it('of an empty source is empty', async () => {
    expect(await collect(engine.stream([]))).toEqual([]);
    expect(await collect(engine.stream(new CountedSource(() => undefined)))).toEqual([]);
  });
});

describe('back pressure', () => {
  const DOCUMENT_BYTES = 1000;

  it('reads no further ahead of a consumer that stands still than the window', async () => {
    const source = new CountedSource(() => ({ text: 'x'.repeat(DOCUMENT_BYTES) }));
    const stream = engine.stream(source);
    await stream.next();
    // Beyond the window: the batch that overfills it, the one that is being gathered, and the document in the hand.
    const most = (WINDOW_BYTES + 2 * BATCH_BYTES) / DOCUMENT_BYTES + 1;
    expect(await settled(() => source.read)).toBeLessThanOrEqual(most);
    await stream.return?.();
  });

  it('reads no further ahead of a consumer that is slow, at any moment', async () => {
    const most = (WINDOW_BYTES + 3 * BATCH_BYTES) / DOCUMENT_BYTES + 1;
    const source = new CountedSource((index) => (index < 400 ? { text: 'x'.repeat(DOCUMENT_BYTES) } : undefined));
    let taken = 0;
    for await (const outcome of engine.stream(source)) {
      expect(isFailure(outcome)).toBe(false);
      taken++;
      if (taken % 5 === 0) await nextTurn();
      expect(source.read - taken).toBeLessThanOrEqual(most);
    }
    expect(taken).toBe(400);
  });

  it('bounds what is read ahead in documents as well, when they are empty or very short', async () => {
    const own = await createEngine({ workers: 1, batchBytes: BATCH_BYTES });
    for (const text of ['', 'a']) {
      const source = new CountedSource((index) => (index < 300_000 ? { text } : undefined));
      const stream = own.stream(source);
      await stream.next();
      expect.soft(await settled(() => source.read)).toBeLessThanOrEqual((8 + 2) * BATCH_DOCUMENTS_MAX);
      await stream.return?.();
    }
    await own.close({ drain: false });
  });

  it('does not keep the event loop from going round while a synchronous source is read', async () => {
    const own = await createEngine({ workers: 1, batchBytes: BATCH_BYTES });
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    let made = 0;
    function* endless(): Generator<Document> {
      while (turns === 0 && made < 400_000) {
        made++;
        yield { text: '' };
      }
    }
    const stream = own.stream(endless());
    await stream.next();
    await stream.return?.();
    clearInterval(timer);
    await own.close({ drain: false });
    expect(made).toBeLessThan(400_000);
  });
});

describe('a slow source', () => {
  it('gets its results although no batch is full', async () => {
    let release: (() => void) | undefined;
    async function* slow(): AsyncGenerator<Document> {
      yield { id: 'first', text: 'One.' };
      yield { id: 'second', text: 'Two.' };
      await new Promise<void>((resolve) => (release = resolve));
      yield { id: 'third', text: 'Three.' };
    }
    const stream = engine.stream(slow());
    const first = await stream.next();
    const second = await stream.next();
    expect([first.value, second.value]).toMatchObject([{ id: 'first' }, { id: 'second' }]);
    release?.();
    expect((await stream.next()).value).toMatchObject({ id: 'third' });
    expect((await stream.next()).done).toBe(true);
  });
});

describe('a source that fails', () => {
  const cause = new TypeError('the disk is gone');

  async function* failing(count: number): AsyncGenerator<Document> {
    for (let id = 0; id < count; id++) yield { id, text: 'x'.repeat(50) };
    await nextTurn();
    throw cause;
  }

  it.each([0, 1, 1000])(
    'after %i documents gives their results first, then ERR_SOURCE with the cause',
    async (count) => {
      const { outcomes, error } = await drain(engine.stream(failing(count)));
      expect(codesOrIds(outcomes)).toEqual(Array.from({ length: count }, (_, id) => id));
      expect(error).toMatchObject({ code: 'ERR_SOURCE', message: 'the source failed: the disk is gone', cause });
    },
  );

  it('likewise when it is synchronous', async () => {
    function* source(): Generator<Document> {
      yield { id: 1, text: 'a' };
      throw cause;
    }
    const { outcomes, error } = await drain(engine.stream(source()));
    expect(codesOrIds(outcomes)).toEqual([1]);
    expect(error).toMatchObject({ code: 'ERR_SOURCE', cause });
  });

  it('with an error of the library keeps that', async () => {
    const own = new MillraceError('ERR_INPUT_CORRUPT', 'half a file');
    async function* source(): AsyncGenerator<Document> {
      yield await Promise.reject<Document>(own);
    }
    const { error } = await drain(engine.stream(source()));
    expect(error).toBe(own);
  });

  it('with what is no document is ERR_SOURCE too', async () => {
    const { outcomes, error } = await drain(engine.stream([{ id: 1, text: 'a' }, null] as unknown as Document[]));
    expect(codesOrIds(outcomes)).toEqual([1]);
    expect(error).toMatchObject({ code: 'ERR_SOURCE' });
  });

  it('when it is closed changes nothing', async () => {
    const source: DocumentSource = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false as const, value: { id: 'a', text: 'a' } }),
        return: () => Promise.reject(new Error('cannot be closed')),
      }),
    };
    for await (const outcome of engine.stream(source)) {
      expect(codesOrIds([outcome])).toEqual(['a']);
      break;
    }
  });
});

describe('leaving early', () => {
  it('closes the source', async () => {
    const source = new CountedSource(() => ({ text: 'x'.repeat(100) }));
    for await (const outcome of engine.stream(source)) {
      expect(isFailure(outcome)).toBe(false);
      break;
    }
    expect(source.closed).toBeGreaterThanOrEqual(1);
    const read = await settled(() => source.read);
    await sleep(20);
    expect(source.read).toBe(read);
  });

  it('runs the end of a generator', async () => {
    let isFinished = false;
    function* source(): Generator<Document> {
      try {
        while (true) yield { text: 'x'.repeat(1000) };
      } finally {
        isFinished = true;
      }
    }
    const stream = engine.stream(source());
    await stream.next();
    await stream.return?.();
    expect(isFinished).toBe(true);
  });

  it('by an error of the consumer closes the source as well', async () => {
    const source = new CountedSource(() => ({ text: 'a' }));
    const work = (async () => {
      for await (const outcome of engine.stream(source)) throw new Error(`no use for ${codesOrIds([outcome]).join()}`);
    })();
    await expect(work).rejects.toThrow('no use for memory:1');
    expect(source.closed).toBeGreaterThanOrEqual(1);
  });
});

describe('a signal', () => {
  it('that was given before ends the stream with nothing read', async () => {
    const source = new CountedSource(() => ({ text: 'a' }));
    const { outcomes, error } = await drain(engine.stream(source, { signal: AbortSignal.abort('no') }));
    expect(outcomes).toEqual([]);
    expect(error).toMatchObject({ code: 'ERR_ABORTED', cause: 'no' });
    expect(source.read).toBe(0);
  });

  it('ends a stream that waits for its source, and closes that', async () => {
    const controller = new AbortController();
    let closed = 0;
    const source: DocumentSource = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<Document>>(() => undefined),
        return: () => Promise.resolve({ done: true as const, value: closed++ }),
      }),
    };
    const next = engine.stream(source, { signal: controller.signal }).next();
    await sleep(5);
    controller.abort('waited enough');
    const error = errorOf(within(2000, next, undefined));
    expect(await error).toMatchObject({ code: 'ERR_ABORTED', cause: 'waited enough' });
    expect(closed).toBeGreaterThanOrEqual(1);
  });

  it('ends a stream between two results', async () => {
    const controller = new AbortController();
    const source = new CountedSource(() => ({ text: 'x'.repeat(100) }));
    const stream = engine.stream(source, { signal: controller.signal });
    await stream.next();
    await stream.next();
    controller.abort();
    expect((await errorOf(stream.next())).code).toBe('ERR_ABORTED');
    expect((await stream.next()).done).toBe(true);
    expect(source.closed).toBeGreaterThanOrEqual(1);
  });

  it('ends a stream whose source is held back', async () => {
    const controller = new AbortController();
    const source = new CountedSource(() => ({ text: 'x'.repeat(1000) }));
    const stream = engine.stream(source, { signal: controller.signal });
    await stream.next();
    const read = await settled(() => source.read);
    controller.abort();
    expect((await errorOf(stream.next())).code).toBe('ERR_ABORTED');
    expect(await settled(() => source.read)).toBeLessThanOrEqual(read + 1);
  });

  it('that is given afterwards changes nothing', async () => {
    const controller = new AbortController();
    const outcomes = await collect(engine.stream([{ id: 1, text: 'a' }], { signal: controller.signal }));
    controller.abort();
    expect(codesOrIds(outcomes)).toEqual([1]);
  });
});
