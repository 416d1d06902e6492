/**
 * Proves that an engine with a cache gives the reports that one without it gives, whatever is found in it, that engines and file runs
 * find each other's, that texts with one digest are not mixed up, and that a cache which fails fails nobody: generated texts are
 * scored by `score`, `scoreAll` and `stream` with no cache, an empty one and a full one.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Document } from '../../../src/core/document.js';
import { createEngine, type Engine } from '../../../src/engine/engine.js';
import type { EngineOptions } from '../../../src/engine/options.js';
import { scoreFiles } from '../../../src/engine/score-files/score-files.js';
import { COLLISIONS_PRESENT, readCollisions } from '../../support/oracle.js';
import { errorOf, reportOf } from '../../support/outcomes.js';
import { Scratch, jsonLines, readRows } from '../../support/scratch.js';
import { unicodeText } from '../../support/text-arbitraries.js';

const scratch = new Scratch();
const engines: Engine[] = [];
afterAll(() => Promise.all(engines.map((engine) => engine.close())));

async function open(cache: EngineOptions['cache'], options: EngineOptions = {}): Promise<Engine> {
  const engine = await createEngine({ workers: 2, asOf: 2026, ...options, measures: 'all', ...(cache && { cache }) });
  engines.push(engine);
  return engine;
}

function at(dir: string): EngineOptions['cache'] {
  return { dir, bytesMin: 0 };
}

const DOCUMENTS: readonly Document[] = Array.from({ length: 200 }, (_, index) => ({
  id: index,
  text: index % 9 === 0 ? '' : `Text ${index % 90}, \ud800 or ünïcode 🙂.\n${'More words here. '.repeat(index % 11)}`,
}));
const TEXTS = new Set(DOCUMENTS.map(({ text }) => text)).size;

async function drain(engine: Engine): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const outcome of engine.stream(DOCUMENTS)) all.push(outcome);
  return all;
}

const CALLS: readonly [string, (engine: Engine) => Promise<unknown[]>][] = [
  [
    'score, one after the other',
    async (engine) => {
      const all: unknown[] = [];
      for (const document of DOCUMENTS) all.push(await engine.score(document));
      return all;
    },
  ],
  ['score, all at once', (engine) => Promise.all(DOCUMENTS.map((document) => engine.score(document)))],
  ['scoreAll', (engine) => engine.scoreAll(DOCUMENTS)],
  ['stream', drain],
];

const plain = await open(false);
const expected = await plain.scoreAll(DOCUMENTS);

describe('an engine with a cache', () => {
  it.each(CALLS)('gives the same reports: %s', async (_, call) => {
    const dir = scratch.fresh('.cache');
    const first = await open(at(dir));
    expect(await call(first)).toEqual(expected);
    const { documents, cache } = first.stats();
    expect(documents).toBe(DOCUMENTS.length);
    expect(cache.l1 + cache.l2 + cache.l3 + cache.miss).toBe(DOCUMENTS.length);
    expect(cache.miss).toBeGreaterThanOrEqual(TEXTS);
    expect(await call(first)).toEqual(expected);
    expect(first.stats().cache.miss).toBe(cache.miss); // all were in memory
    await first.close();

    const second = await open(at(dir));
    expect(await call(second)).toEqual(expected);
    const { l1, l2, l3, miss, hitRatio } = second.stats().cache;
    expect({ miss, hitRatio, all: l1 + l2 + l3 }).toEqual({ miss: 0, hitRatio: 1, all: DOCUMENTS.length });
    expect(l3).toBe(TEXTS);
    await second.close();
  });

  it('gives the report of any text, found or not, in memory alone', async () => {
    const engine = await open({ bytesMin: 0 });
    await fc.assert(
      fc.asyncProperty(unicodeText(), async (text) => {
        const report = await plain.score({ id: 1, text });
        expect(await engine.score({ id: 1, text })).toEqual(report);
        expect(await engine.score({ id: 1, text })).toEqual(report);
      }),
      { numRuns: 100 },
    );
    expect(engine.stats().cache).toMatchObject({ l3: 0 });
    expect(engine.stats().cache.l1).toBeGreaterThanOrEqual(100);
  });

  it('gives each caller a report of its own', async () => {
    const engine = await open({ bytesMin: 0 }, { inlineBytesMax: 0 });
    const text = 'One text for all who ask. '.repeat(20);
    const asked = Array.from({ length: 50 }, (_, id) => engine.score({ id, text }));
    const reports = await Promise.all(asked);
    expect(reports.map(({ id }) => id)).toEqual(reports.map((_, id) => id));
    expect(new Set(reports.map(({ entropy }) => entropy)).size).toBe(50);
    expect(engine.stats()).toMatchObject({ batches: 1, documents: 50, cache: { miss: 50 } });
  });

  it('scores on when one of those who wait for a text leaves', async () => {
    const engine = await open({ bytesMin: 0 }, { inlineBytesMax: 0 });
    const gone = new AbortController();
    const first = errorOf(engine.score({ text: 'a text' }, { signal: gone.signal }));
    const second = engine.score({ id: 'b', text: 'a text' });
    gone.abort();
    expect((await first).code).toBe('ERR_ABORTED');
    expect((await second).id).toBe('b');
  });

  it('finds nothing that was measured by other settings', async () => {
    const dir = scratch.fresh('.cache');
    const first = await open(at(dir));
    await first.scoreAll(DOCUMENTS);
    await first.close();
    const others: EngineOptions[] = [
      { stats: true },
      { asOf: 2020 },
      { weights: { clarity: 2 } },
      { filters: { gopher_quality: { minWords: null } } },
    ];
    for (const other of others) {
      const [with_, without] = [await open(at(dir), other), await open(false, other)];
      expect(await with_.scoreAll(DOCUMENTS)).toEqual(await without.scoreAll(DOCUMENTS));
      expect(with_.stats().cache.l3).toBe(0);
      await with_.close();
    }
  });

  it.skipIf(!COLLISIONS_PRESENT)('does not mix up texts with one digest', async () => {
    const engine = await open({ bytesMin: 0 }, { inlineBytesMax: 0 });
    for (const [one, other] of readCollisions()) {
      const texts = [one, other, other, one];
      for (let round = 0; round < 2; round++) {
        const reports = await Promise.all(texts.map((text) => engine.score({ id: 0, text })));
        expect(reports).toEqual(await Promise.all(texts.map((text) => plain.score({ id: 0, text }))));
      }
      const outcomes = await engine.scoreAll(texts.map((text) => ({ text })));
      expect(outcomes.map((outcome) => reportOf(outcome).bytes)).toEqual(texts.map((text) => Buffer.byteLength(text)));
    }
  });

  it('finds what a run over files has stored, and stores what one finds', async () => {
    const dir = scratch.fresh('.cache');
    // Two rows are ill-formed and have the same text as the third when that is repaired: it alone has nothing replaced.
    const rows = Buffer.from('{"text":"a \xff b"}\n{"text":"a \xfe b"}\n', 'latin1');
    const texts = DOCUMENTS.filter(({ text }) => text.isWellFormed());
    const inputs = [scratch.write('rows.jsonl', Buffer.concat([rows, Buffer.from(jsonLines(texts))]))];
    const run = () =>
      scoreFiles({ inputs, workers: 1, asOf: 2026, output: scratch.path('out'), cache: { dir, bytesMin: 0 } });
    await run();
    const engine = await open(at(dir));
    expect(await engine.scoreAll(texts)).toEqual(await plain.scoreAll(texts));
    const repaired = { id: 1, text: 'a \ufffd b' };
    expect(await engine.score(repaired)).toEqual(await plain.score(repaired));
    expect(engine.stats().cache).toMatchObject({ miss: 0, hitRatio: 1 });
    await engine.close();
    rmSync(dir, { recursive: true });

    const filling = await open(at(dir));
    await filling.scoreAll([...texts, repaired]);
    await filling.close();
    const { cache } = await run();
    expect(cache).toMatchObject({ miss: 0 });
    expect(readRows(scratch.path('out'))[0]).toMatchObject({ replaced: 1 });
  });

  it('asks only for texts that are large enough', async () => {
    const engine = await open({ bytesMin: 100 });
    for (const text of ['a'.repeat(99), 'é'.repeat(49), 'é'.repeat(50), 'a'.repeat(100)]) {
      await engine.score({ text });
      await engine.scoreAll([{ text }]);
    }
    expect(engine.stats().cache).toEqual({ l1: 2, l2: 0, l3: 0, miss: 2, hitRatio: 0.5 });
    const byDefault = await open({});
    await byDefault.scoreAll([{ text: 'a'.repeat(65_535) }, { text: 'a'.repeat(65_536) }]);
    expect(byDefault.stats().cache).toMatchObject({ miss: 1 });
  });

  it('keeps what failed from being found', async () => {
    const engine = await open({ bytesMin: 0 }, { maxBytes: 10 });
    for (let round = 0; round < 2; round++) {
      const [long, short] = await engine.scoreAll([{ text: 'a'.repeat(11) }, { text: 'short' }]);
      expect(long).toMatchObject({ error: { code: 'ERR_DOCUMENT_TOO_LARGE' } });
      expect(reportOf(short).bytes).toBe(5);
    }
    expect(engine.stats().cache).toMatchObject({ l1: 1, miss: 1 });
  });

  it('scores on when its file is damaged, and when its directory goes', async () => {
    const dir = scratch.fresh('.cache');
    const first = await open(at(dir));
    await first.scoreAll(DOCUMENTS);
    await first.close();
    writeFileSync(join(dir, 'entries.mdb'), 'no database');
    const second = await open(at(dir));
    expect(await second.scoreAll(DOCUMENTS)).toEqual(expected);
    expect(second.stats().cache.miss).toBe(DOCUMENTS.length);
    rmSync(dir, { recursive: true });
    expect(await second.scoreAll(DOCUMENTS)).toEqual(expected);
    await second.close();
  });

  it('writes what is on its way when it is closed, drained or not', async () => {
    for (const drain of [true, false]) {
      const dir = scratch.fresh('.cache');
      const first = await open(at(dir));
      await first.score({ text: 'kept' });
      await first.close({ drain });
      const second = await open(at(dir));
      await second.score({ text: 'kept' });
      expect(second.stats().cache).toMatchObject({ l3: 1, miss: 0 });
      await second.close();
    }
  });

  it.each([
    [{ dir: '' }, 'ERR_OPTION_RANGE', /^cache\.dir must be a non-empty string, got ""$/],
    [{ bytesMin: -1 }, 'ERR_OPTION_RANGE', /^cache\.bytesMin must be an integer from 0 to 134217728, got -1$/],
    [{ namespaces: { reports: { ttlMs: 0 } } }, 'ERR_OPTION_RANGE', /^cache\.namespaces\.reports\.ttlMs must be /],
    [{ bytesMin: 0, ...{ folder: 'x' } }, 'ERR_OPTION_UNKNOWN', /^cache\.folder is not an option/],
    [{ dir: scratch.write('file', 'x') }, 'ERR_CACHE_DIR', /file/],
  ] satisfies [EngineOptions['cache'], string, RegExp][])(
    'is refused by createEngine: %j',
    async (cache, code, message) => {
      const error = await errorOf(createEngine({ cache }));
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
    },
  );

  it('is none by default', async () => {
    await plain.score({ text: 'x'.repeat(70_000) });
    expect(plain.stats().cache).toEqual({ l1: 0, l2: 0, l3: 0, miss: 0, hitRatio: null });
  });
});
