/**
 * Proves that what a document does to a worker is that document's failure and nobody else's: all other documents are scored, in
 * order, to the same bits as on the calling thread, and the engine goes on. The threads run `faulty-worker.mjs`, the built
 * worker that crashes, hangs or dawdles at texts that ask for it. Waits have an end only so that a hang is a failed test.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Document } from '../../src/core/document.js';
import { isFailure } from '../../src/core/report.js';
import type { Outcome } from '../../src/engine/documents/documents-batch.js';
import { Engine } from '../../src/engine/engine.js';
import { InlineScorer } from '../../src/engine/documents/inline-scorer.js';
import { resolveEngineOptions, type EngineOptions } from '../../src/engine/options.js';
import { ProgressRow } from '../../src/workers/progress.js';
import { REPORT_DECODER } from '../../src/workers/report-layout.js';
import { DEFAULT_ROW } from '../support/measures.js';
import { codesOrIds, errorOf, failureOf, within } from '../support/outcomes.js';
import { Scratch } from '../support/scratch.js';

const FAULTY_WORKER = new URL('./faulty-worker.mjs', import.meta.url);
const TIMEOUT_MS = 200;
const LATE = 'did not end';
const LATE_MS = 30_000;

const scratch = new Scratch();
const inline = new InlineScorer(Infinity, DEFAULT_ROW, REPORT_DECODER);
const engines: Engine[] = [];

afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close({ drain: false })));
});

/** An engine with faulty workers and small batches, closed after the test. */
function faultyEngine(options: EngineOptions = {}, workerFile = FAULTY_WORKER): Engine {
  const resolved = resolveEngineOptions({ workers: 2, batchBytes: 4096, inlineBytesMax: 0, ...options });
  const engine = new Engine(resolved, REPORT_DECODER, workerFile);
  engines.push(engine);
  return engine;
}

/** Documents of which about four fill a batch; those at the places of `faults` have that fault. */
function documentsWith(length: number, faults: Readonly<Record<number, string>> = {}): Document[] {
  return Array.from({ length }, (_, id) => {
    const fault = faults[id];
    const words = `Document ${id} has a word or two. `.repeat(20 + (id % 17));
    return { id, text: fault === undefined ? words : `fault(${fault}) ${words}` };
  });
}

/** What must come out: reports as of the calling thread, but the given codes at their places. */
function expectOutcomes(
  outcomes: readonly Outcome[] | typeof LATE,
  documents: readonly Document[],
  codes: Readonly<Record<number, string>> = {},
): void {
  if (outcomes === LATE) throw new Error(LATE);
  expect(codesOrIds(outcomes)).toEqual(documents.map((_, id) => codes[id] ?? id));
  for (const [id, outcome] of outcomes.entries()) {
    const document = documents[id];
    if (document === undefined) throw new Error('there are more outcomes than documents');
    if (isFailure(outcome)) expect(outcome).toMatchObject({ source: 'memory', ordinal: id, id });
    else expect(outcome).toEqual(inline.score(document));
  }
}

async function scoreAll(engine: Engine, documents: readonly Document[]): Promise<Outcome[] | typeof LATE> {
  return within(LATE_MS, engine.scoreAll(documents), LATE);
}

async function streamAll(engine: Engine, documents: readonly Document[]): Promise<Outcome[] | typeof LATE> {
  return within(LATE_MS, collect(engine.stream(documents)), LATE);
}

async function collect(stream: AsyncIterable<Outcome>): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for await (const outcome of stream) outcomes.push(outcome);
  return outcomes;
}

/** Time for workers to start, to meet a document or to end; too short a time makes a test easier, never wrong. */
async function aWhile(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 300));
}

/** The engine scores as if nothing had been, and can be closed. */
async function expectUsable(engine: Engine): Promise<void> {
  const next = documentsWith(40);
  expectOutcomes(await scoreAll(engine, next), next);
  expect(await within(LATE_MS, engine.close(), LATE)).toBeUndefined();
  expect((await errorOf(engine.scoreAll(next))).code).toBe('ERR_CLOSED');
}

describe('a document that ends two workers', () => {
  it.each([
    ['exits', 'exit', 'ERR_WORKER_CRASHED', {}],
    ['throws where nobody catches', 'uncaught', 'ERR_WORKER_CRASHED', {}],
    ['hangs', 'hang', 'ERR_WORKER_TIMEOUT', { workerTimeoutMs: TIMEOUT_MS }],
    ['fills the heap', 'memory', 'ERR_WORKER_CRASHED', { workerHeapMb: 32 }],
  ])('is a failure when it %s, among reports', async (_, fault, code, options) => {
    for (const workers of [1, 2]) {
      const engine = faultyEngine({ workers, ...options });
      const documents = documentsWith(40, { 17: fault });
      const outcomes = await scoreAll(engine, documents);
      expectOutcomes(outcomes, documents, { 17: code });
      expect(engine.stats()).toMatchObject({ documents: 40, failed: 1, restarts: 2, waitingBytes: 0 });
      await expectUsable(engine);
    }
  });

  it('says what happened', async () => {
    const engine = faultyEngine({ workerTimeoutMs: TIMEOUT_MS });
    const documents = documentsWith(12, { 0: 'exit', 5: 'uncaught', 11: 'hang' });
    const outcomes = await engine.scoreAll(documents);
    const messages = [0, 5, 11].map((id) => failureOf(outcomes[id]).error.message);
    expect(messages).toEqual([
      expect.stringContaining('worker exited with code: 1'),
      expect.stringContaining('uncaught on purpose'),
      expect.stringContaining('workerTimeoutMs, 200'),
    ]);
  });

  it('is one of several, in the same batch and in others, of all kinds', async () => {
    const engine = faultyEngine({ workerTimeoutMs: TIMEOUT_MS, workerHeapMb: 32 });
    const faults = { 0: 'exit', 1: 'uncaught', 2: 'exit', 30: 'hang', 31: 'memory', 58: 'uncaught', 59: 'exit' };
    const documents = documentsWith(60, faults);
    const crashed = 'ERR_WORKER_CRASHED';
    const codes = {
      0: crashed,
      1: crashed,
      2: crashed,
      30: 'ERR_WORKER_TIMEOUT',
      31: crashed,
      58: crashed,
      59: crashed,
    };
    expectOutcomes(await scoreAll(engine, documents), documents, codes);
    expect(engine.stats()).toMatchObject({ documents: 60, failed: 7 });
    expect(engine.stats().restarts).toBeGreaterThanOrEqual(14);
    await expectUsable(engine);
  });

  it('may be each document of a batch', async () => {
    const engine = faultyEngine({ workers: 1 });
    const documents = documentsWith(10).map(({ id }) => ({ ...(id === undefined ? {} : { id }), text: 'fault(exit)' }));
    const codes = Object.fromEntries(documents.map((_, id) => [id, 'ERR_WORKER_CRASHED']));
    expectOutcomes(await scoreAll(engine, documents), documents, codes);
    expect(engine.stats()).toMatchObject({ failed: 10, restarts: 20 });
    await expectUsable(engine);
  });

  it('is a failure at its place in a stream', async () => {
    const engine = faultyEngine();
    const documents = documentsWith(50, { 3: 'exit', 40: 'uncaught' });
    const codes = { 3: 'ERR_WORKER_CRASHED', 40: 'ERR_WORKER_CRASHED' };
    expectOutcomes(await streamAll(engine, documents), documents, codes);
    await expectUsable(engine);
  });

  it('rejects its own call of score, and no other', async () => {
    const engine = faultyEngine();
    const documents = documentsWith(20, { 8: 'exit' });
    const results = await within(LATE_MS, Promise.allSettled(documents.map((each) => engine.score(each))), LATE);
    if (typeof results === 'string') throw new Error(results);
    for (const [id, result] of results.entries()) {
      if (id === 8) expect(result).toMatchObject({ reason: { code: 'ERR_WORKER_CRASHED' } });
      else expect(result).toEqual({ status: 'fulfilled', value: inline.score(documents[id] ?? { text: '' }) });
    }
    await expectUsable(engine);
  });

  it('is the same one for any mix and place of faults', async () => {
    const fault = fc.constantFrom('exit', 'uncaught', 'once');
    const faults = fc.array(fc.tuple(fc.nat({ max: 39 }), fault), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(faults, fc.integer({ min: 1, max: 3 }), async (placed, workers) => {
        const kinds = new Map(placed);
        const details = [...kinds].map(([id, kind]) => [id, kind === 'once' ? onceFault() : kind] as const);
        const documents = documentsWith(40, Object.fromEntries(details));
        const culprits = [...kinds].filter(([, kind]) => kind !== 'once').map(([id]) => [id, 'ERR_WORKER_CRASHED']);
        const engine = faultyEngine({ workers });
        expectOutcomes(await scoreAll(engine, documents), documents, Object.fromEntries(culprits));
        await engine.close();
      }),
      { numRuns: 8 },
    );
  });
});

/** Ends the first worker that meets it, and no other. */
function onceFault(): string {
  return `once,${scratch.fresh('.once')}`;
}

describe('a worker that dies once', () => {
  it.each([1, 2])('loses nothing, with %i workers', async (workers) => {
    const engine = faultyEngine({ workers });
    const documents = documentsWith(60, { 0: onceFault(), 1: onceFault(), 25: onceFault(), 59: onceFault() });
    expectOutcomes(await scoreAll(engine, documents), documents);
    expect(engine.stats()).toMatchObject({ documents: 60, failed: 0, restarts: 4 });
    await expectUsable(engine);
  });

  it('loses nothing of a stream', async () => {
    const engine = faultyEngine();
    const documents = documentsWith(60, { 2: onceFault(), 44: onceFault() });
    expectOutcomes(await streamAll(engine, documents), documents);
    await expectUsable(engine);
  });

  it('after it has answered, blames nobody', async () => {
    const engine = faultyEngine({ workers: 1 });
    for (const count of [1, 40]) {
      const documents = documentsWith(count, { 0: `late,${scratch.fresh('.late')}` });
      expectOutcomes(await scoreAll(engine, documents), documents);
    }
    await expectUsable(engine);
  });

  it('has a new one that gets the whole time for the document again', async () => {
    const engine = faultyEngine({ workers: 1, workerTimeoutMs: 2000 });
    const documents = documentsWith(12, { 5: `stall,${scratch.fresh('.stall')}` });
    expectOutcomes(await scoreAll(engine, documents), documents);
    expect(engine.stats().restarts).toBe(1);
  });
});

describe('a worker that is ended for a hang at the moment it goes on', () => {
  it('leaves the next hang to be noticed as well', async () => {
    const rows = vi.spyOn(ProgressRow.prototype, 'end');
    const engine = faultyEngine({ workers: 1, workerTimeoutMs: TIMEOUT_MS });
    await engine.scoreAll(documentsWith(4));
    const { Worker } = await import('node:worker_threads');
    const row: unknown = rows.mock.contexts[0];
    if (!(row instanceof ProgressRow)) throw new Error('no worker has taken its place');
    const terminate = vi.spyOn(Worker.prototype, 'terminate');
    terminate.mockImplementationOnce(function (this: InstanceType<typeof Worker>) {
      row.end(); // as the worker would, if it had got past the document just now
      return this.terminate();
    });
    const documents = documentsWith(4, { 2: 'hang' });
    expectOutcomes(await within(10_000, engine.scoreAll(documents), LATE), documents, { 2: 'ERR_WORKER_TIMEOUT' });
    expect(terminate).toHaveBeenCalled();
  });
});

describe('a worker that rejects a batch each time', () => {
  it('fails the call in the end, and leaves the engine usable', async () => {
    const engine = faultyEngine({ workers: 1 });
    const rejected = within(LATE_MS, engine.scoreAll([{ text: 'fault(throw)' }]), LATE);
    expect((await errorOf(rejected)).code).toBe('ERR_WORKER_CRASHED');
    await expectUsable(engine);
  });
});

describe('workers of any speed', () => {
  it('give the same output in the same order', async () => {
    const delays = fc.array(fc.constantFrom(0, 0, 0, 1, 2, 5), { minLength: 30, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(delays, fc.integer({ min: 1, max: 3 }), async (milliseconds, workers) => {
        const faults = Object.fromEntries(milliseconds.map((delay, id) => [id, `delay,${delay}`]));
        const documents = documentsWith(milliseconds.length, faults);
        const engine = faultyEngine({ workers });
        const [all, streamed] = await Promise.all([scoreAll(engine, documents), streamAll(engine, documents)]);
        expectOutcomes(all, documents);
        expect(streamed).toEqual(all);
        expect(engine.stats()).toMatchObject({ failed: 0, restarts: 0 });
        await engine.close();
      }),
      { numRuns: 10 },
    );
  });
});

describe('workers that cannot start', () => {
  it.each([
    ['throw when they are loaded', FAULTY_WORKER, 1],
    ['throw when they are loaded', FAULTY_WORKER, 3],
    ['do not exist', new URL('./no-worker.mjs', import.meta.url), 2],
  ])('reject all calls with ERR_INTERNAL when they %s', async (_, workerFile, workers) => {
    vi.stubEnv('MILLRACE_TEST_START', 'fail');
    const engine = faultyEngine({ workers }, workerFile);
    const documents = documentsWith(40);
    for (let call = 0; call < 2; call++) {
      expect((await errorOf(within(LATE_MS, engine.scoreAll(documents), LATE))).code).toBe('ERR_INTERNAL');
      expect((await errorOf(within(LATE_MS, engine.score({ text: 'a' }), LATE))).code).toBe('ERR_INTERNAL');
      expect((await errorOf(streamAll(engine, documents))).code).toBe('ERR_INTERNAL');
    }
    expect(await within(LATE_MS, engine.close(), LATE)).toBeUndefined();
  });

  it('any more reject with ERR_INTERNAL when the only one has died', async () => {
    const engine = faultyEngine({ workers: 1 });
    await engine.scoreAll(documentsWith(4));
    vi.stubEnv('MILLRACE_TEST_START', 'fail');
    const work = engine.scoreAll(documentsWith(40, { 3: 'exit' }));
    expect((await errorOf(within(LATE_MS, work, LATE))).code).toBe('ERR_INTERNAL');
    expect(await within(LATE_MS, engine.close(), LATE)).toBeUndefined();
  });

  it('any more leave the work to those that live', async () => {
    const engine = faultyEngine({ workers: 2 });
    await engine.scoreAll(documentsWith(40));
    vi.stubEnv('MILLRACE_TEST_START', 'fail');
    for (const length of [40, 1]) {
      const documents = documentsWith(length, length === 40 ? { 3: onceFault() } : {});
      expectOutcomes(await within(5000, engine.scoreAll(documents), LATE), documents);
    }
    const document = { id: 'one', text: 'a' };
    expect(await within(5000, engine.score(document), LATE)).toEqual(inline.score(document));
  });

  it('any more leave a batch that was lost to an idle one', async () => {
    const engine = faultyEngine({ workers: 2 });
    await engine.scoreAll(documentsWith(40));
    vi.stubEnv('MILLRACE_TEST_START', 'fail');
    const documents = documentsWith(1, { 0: onceFault() });
    expectOutcomes(await within(5000, engine.scoreAll(documents), LATE), documents);
  });

  it.each([
    ['at once', 0],
    ['one after the other', 40],
  ])('any more reject with ERR_INTERNAL when all have died, %s', async (_, length) => {
    const engine = faultyEngine({ workers: 2 });
    await engine.scoreAll(documentsWith(40));
    vi.stubEnv('MILLRACE_TEST_START', 'fail');
    await within(5000, engine.scoreAll(documentsWith(length, { 3: onceFault() })), LATE);
    await aWhile();
    const work = engine.scoreAll(documentsWith(40, { 3: 'exit', 36: 'exit' }));
    expect((await errorOf(within(5000, work, LATE))).code).toBe('ERR_INTERNAL');
    expect((await errorOf(within(5000, engine.score({ text: 'a' }), LATE))).code).toBe('ERR_INTERNAL');
  });
});

describe('a hanging worker', () => {
  it('does not hold back an abort or a close without draining', async () => {
    for (const workers of [1, 2]) {
      const engine = faultyEngine({ workers });
      const controller = new AbortController();
      const work = engine.scoreAll(documentsWith(80, { 0: 'hang', 79: 'hang' }), { signal: controller.signal });
      await aWhile();
      controller.abort('enough');
      const error = await errorOf(within(LATE_MS, work, LATE));
      expect(error).toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' });
      expect(await within(LATE_MS, engine.close({ drain: false }), LATE)).toBeUndefined();
    }
  });

  it('does not hold back the abort of a stream or the rejection of calls by a close', async () => {
    const engine = faultyEngine({ workers: 1 });
    const controller = new AbortController();
    const stream = engine.stream(documentsWith(80, { 0: 'hang' }), { signal: controller.signal });
    const next = stream.next();
    const all = engine.scoreAll(documentsWith(80));
    const one = engine.score({ text: 'a' });
    void Promise.allSettled([next, all, one]); // so that each may be looked at in its turn
    await aWhile();
    controller.abort();
    expect((await errorOf(within(5000, next, LATE))).code).toBe('ERR_ABORTED');
    const closed = engine.close({ drain: false });
    for (const work of [all, one])
      expect((await errorOf(within<unknown, string>(LATE_MS, work, LATE))).code).toBe('ERR_ABORTED');
    expect(await within(LATE_MS, closed, LATE)).toBeUndefined();
  });

  it('is replaced after an abort, and a close that drains does not wait for what was aborted', async () => {
    const engine = faultyEngine({ workers: 1, workerTimeoutMs: TIMEOUT_MS });
    const controller = new AbortController();
    const aborted = engine.scoreAll(documentsWith(80, { 0: 'hang' }), { signal: controller.signal });
    await aWhile();
    controller.abort();
    expect((await errorOf(aborted)).code).toBe('ERR_ABORTED');
    await expectUsable(engine);
  });
});

describe('a process', () => {
  it.each([true, false])('ends by itself after workers have died, and after a close with drain: %s', async (drain) => {
    const built = (name: string): string => JSON.stringify(new URL(`../../dist/${name}.js`, import.meta.url).href);
    const script = `
      import { Engine } from ${built('engine/engine')};
      import { resolveEngineOptions } from ${built('engine/options')};
      import { REPORT_DECODER } from ${built('workers/report-layout')};
      const options = resolveEngineOptions({ workers: 2, batchBytes: 4096, workerTimeoutMs: ${TIMEOUT_MS} });
      const engine = new Engine(options, REPORT_DECODER, new URL(${JSON.stringify(FAULTY_WORKER.href)}));
      const documents = ${JSON.stringify(documentsWith(30, { 4: 'exit', 20: 'hang', 29: 'uncaught' }))};
      const outcomes = await engine.scoreAll(documents);
      if (!${drain}) engine.scoreAll(documents).catch(() => undefined);
      await engine.close({ drain: ${drain} });
      const own = ['PipeWrap', 'TTYWrap', 'FSReqPromise'];
      const left = process.getActiveResourcesInfo().filter((name) => !own.includes(name));
      console.log(JSON.stringify({ codes: outcomes.flatMap(({ error }) => error?.code ?? []), left }));`;
    const child = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      timeout: LATE_MS,
    });
    expect(JSON.parse((await child).stdout)).toEqual({
      codes: ['ERR_WORKER_CRASHED', 'ERR_WORKER_TIMEOUT', 'ERR_WORKER_CRASHED'],
      left: [],
    });
  });
});
