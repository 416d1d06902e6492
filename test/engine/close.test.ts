/**
 * Proves how an engine ends: with all work done or with all of it rejected, once, and with nothing left that keeps the process
 * alive. Whether a process ends by itself is seen in processes of their own, which run the built library.
 */
import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Document } from '../../src/core/document.js';
import type { Outcome } from '../../src/engine/documents/documents-batch.js';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { codesOrIds, errorOf } from '../support/outcomes.js';

const run = promisify(execFile);
const LIBRARY = pathToFileURL(resolve(import.meta.dirname, '../../dist/index.js')).href;

const MANY: readonly Document[] = Array.from({ length: 1000 }, (_, id) => ({ id, text: 'word '.repeat(200) }));

async function drain(stream: AsyncIterable<Outcome>): Promise<{ outcomes: Outcome[]; error: unknown }> {
  const outcomes: Outcome[] = [];
  try {
    for await (const outcome of stream) outcomes.push(outcome);
    return { outcomes, error: undefined };
  } catch (error) {
    return { outcomes, error };
  }
}

/** All of an empty stream; whatever is wrong rejects, when it is asked for or when it is read. */
async function drainOrThrow(engine: Engine): Promise<void> {
  const { error } = await drain(engine.stream([]));
  if (error instanceof Error) throw error;
}

describe('closing with what was asked for done', () => {
  it('finishes calls of each kind first', async () => {
    const engine = await createEngine({ workers: 2, batchBytes: 4096, inlineBytesMax: 0 });
    const one = engine.score({ id: 'one', text: 'a' });
    const all = engine.scoreAll(MANY);
    let isDone = false;
    void Promise.all([one, all]).then(() => (isDone = true));
    await engine.close();
    expect(isDone).toBe(true);
    expect((await one).id).toBe('one');
    expect(codesOrIds(await all)).toEqual(MANY.map(({ id }) => id));
  });

  it('ends a stream with ERR_CLOSED behind the results of what it has read', async () => {
    const engine = await createEngine({ workers: 1, batchBytes: 4096 });
    let read = 0;
    function* source(): Generator<Document> {
      while (true) yield { id: read++, text: 'word '.repeat(100) };
    }
    const stream = engine.stream(source());
    await stream.next();
    const closed = engine.close();
    const { outcomes, error } = await drain(stream);
    expect(error).toMatchObject({ code: 'ERR_CLOSED' });
    expect(codesOrIds(outcomes)).toEqual(Array.from({ length: outcomes.length }, (_, index) => index + 1));
    expect(outcomes.length).toBeGreaterThan(0);
    await closed;
  });

  it('does not wait for a stream that nobody reads', async () => {
    const engine = await createEngine({ workers: 1, batchBytes: 4096 });
    const stream = engine.stream(MANY);
    await stream.next();
    await engine.close();
    const { error } = await drain(stream);
    expect(error).toMatchObject({ code: 'ERR_CLOSED' });
  });
});

describe('closing at once', () => {
  it('rejects what waits and what runs with ERR_ABORTED', async () => {
    const engine = await createEngine({ workers: 1, batchBytes: 4096, inlineBytesMax: 0 });
    const work = [engine.scoreAll(MANY), engine.score({ text: 'a' })];
    const closed = engine.close({ drain: false });
    for (const each of work) expect((await errorOf(each)).code).toBe('ERR_ABORTED');
    await closed;
    expect(engine.stats().waitingBytes).toBe(0);
  });

  it('ends a stream', async () => {
    const engine = await createEngine({ workers: 1, batchBytes: 4096 });
    const stream = engine.stream(MANY);
    await stream.next();
    await engine.close({ drain: false });
    const { error } = await drain(stream);
    expect(['ERR_ABORTED', 'ERR_CLOSED']).toContain((error as { code: string }).code);
  });
});

describe('an engine', () => {
  it('can be closed before it has done anything, and again', async () => {
    const engine = await createEngine({ workers: 1 });
    await engine.close();
    await engine.close();
    await engine.close({ drain: false });
  });

  it('is closed once: later calls wait for the first', async () => {
    const engine = await createEngine({ workers: 1, batchBytes: 4096 });
    const all = engine.scoreAll(MANY);
    let isDone = false;
    void all.then(() => (isDone = true));
    await Promise.all([engine.close(), engine.close({ drain: false }), engine[Symbol.asyncDispose]()]);
    expect(isDone).toBe(true);
  });

  it('takes no more work from the moment it is being closed', async () => {
    const engine = await createEngine({ workers: 1, batchBytes: 4096 });
    const all = engine.scoreAll(MANY);
    const closed = engine.close();
    for (const isClosed of [false, true]) {
      if (isClosed) await closed;
      expect((await errorOf(engine.score({ text: 'a' }))).code).toBe('ERR_CLOSED');
      expect((await errorOf(engine.scoreAll([]))).code).toBe('ERR_CLOSED');
      expect((await errorOf(drainOrThrow(engine))).code).toBe('ERR_CLOSED');
    }
    expect(await all).toHaveLength(MANY.length);
  });

  it('ends with its block', async () => {
    const engine = await createEngine({ workers: 1 });
    {
      await using inner = engine;
      await inner.scoreAll([{ text: 'a' }]);
    }
    expect((await errorOf(engine.score({ text: 'a' }))).code).toBe('ERR_CLOSED');
  });
});

describe('a process', () => {
  /** Runs a module that has `createEngine` and `print`; rejects when the process does not end by itself. */
  async function runModule(code: string): Promise<unknown> {
    const script = `
      import { createEngine } from ${JSON.stringify(LIBRARY)};
      const print = (value) => console.log(JSON.stringify(value));
      const words = 'word '.repeat(10_000);
      ${code}`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { timeout: 30_000 });
    return JSON.parse(stdout);
  }

  it('ends by itself after the engine was closed, with no handle left', async () => {
    const left = await runModule(`
      const engine = await createEngine({ workers: 2 });
      await engine.scoreAll([{ text: words }, { text: words }]);
      await engine.score({ text: 'a' });
      await engine.close();
      await new Promise((turn) => setImmediate(turn));
      print(process.getActiveResourcesInfo().filter((name) => !['PipeWrap', 'TTYWrap', 'FSReqPromise'].includes(name)));
    `);
    expect(left).toEqual([]);
  });

  it.each([
    ['that has done nothing', ''],
    ['that has scored on the calling thread', `await engine.score({ text: 'a' });`],
    ['that has scored in its threads', `await engine.scoreAll([{ text: words }]);`],
    ['whose stream was left', `for await (const report of engine.stream([{ text: words }, { text: words }])) break;`],
    [
      'whose work was aborted',
      `const controller = new AbortController();
       const work = engine.scoreAll([{ text: words }], { signal: controller.signal });
       controller.abort();
       await work.catch(() => {});`,
    ],
  ])('ends by itself with an idle engine %s', async (_, code) => {
    const done = await runModule(`const engine = await createEngine({ workers: 2 }); ${code} print('done');`);
    expect(done).toBe('done');
  });

  it('does not end while work is under way', async () => {
    const words = await runModule(`
      const engine = await createEngine({ workers: 2 });
      const work = engine.scoreAll(Array.from({ length: 50 }, () => ({ text: words })));
      work.then((reports) => print(reports.reduce((sum, report) => sum + report.words, 0)));
    `);
    expect(words).toBe(500_000);
  });
});
