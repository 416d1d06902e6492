/**
 * Proves that documents are refined end to end against the mock server: in order, each once, never worse than they came; that the
 * gate spares calls, that equal documents share one, that the cache spares the second run, that the budget holds by the server's
 * own books, and that faults, refusals and aborts end as they should.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { createCache } from '../../../src/cache/create-cache.js';
import { createEngine, type Engine } from '../../../src/engine/engine.js';
import type { RefineRunOptions } from '../../../src/engine/refine/options.js';
import type { RefineOutcome } from '../../../src/engine/refine/refine-run.js';
import type { MockServerOptions } from '../../../src/refine/mock/options.js';
import { createMockServer, type MockServer } from '../../../src/refine/mock/server.js';
import type { RefinedRow } from '../../../src/refine/row.js';

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

async function start(
  options: MockServerOptions = {},
): Promise<{ engine: Engine; server: MockServer; to: RefineRunOptions }> {
  const server = await createMockServer({ latencyMs: 1, ...options });
  const engine = await createEngine({ workers: 1 });
  open.push(server, engine);
  const provider = { provider: 'openai', baseUrl: `${server.url}/v1` } as const;
  const retry = { retries: 3, baseMs: 1, capMs: 5 };
  return { engine, server, to: { providers: [{ provider, model: 'mock' }], retry } };
}

function poor(id: number): { id: string; text: string } {
  return {
    id: `doc-${id}`,
    text: `number ${id} is about some thing that is not explained and then there are more words about it again`,
  };
}

async function rowsOf(run: AsyncIterable<RefineOutcome>): Promise<RefinedRow[]> {
  const rows: RefinedRow[] = [];
  for await (const outcome of run) {
    if ('error' in outcome) throw outcome.error;
    rows.push(outcome);
  }
  return rows;
}

describe('engine.refine', () => {
  it('refines what does not pass the gate, in order, and tells what it took', async () => {
    const { engine, server, to } = await start({ latencySigma: 1, latencyMs: 5 });
    const documents = Array.from({ length: 60 }, (_, id) => poor(id));
    const run = engine.refine(documents, { ...to, prices: { mock: { input: 1, output: 2 } } });
    const rows = await rowsOf(run);
    expect(rows.map(({ id }) => id)).toEqual(documents.map(({ id }) => id));
    for (const row of rows) {
      expect(row.accepted).toBe(true);
      expect(row.after.score).toBeGreaterThan(row.before.score);
      const report = await engine.score({ text: row.text });
      expect(report.documentation).toEqual(row.after.documentation);
    }
    const status = run.status();
    expect(status).toMatchObject({ documents: 60, accepted: 60, retries: 0 });
    expect(status.calls).toBe(server.stats().calls);
    expect(status.inputTokens).toBe(server.stats().inputTokens);
    expect(status.usd).toBeCloseTo((status.inputTokens + 2 * status.outputTokens) / 1e6, 9);
  });

  it('sends nothing that passes the gate', async () => {
    const { engine, server, to } = await start();
    const rows = await rowsOf(
      engine.refine([poor(1), poor(2)], { ...to, gate: 'words > 5 and filters.c4_quality.keep == false' }),
    );
    expect(rows).toMatchObject([
      { stopped: 'gate', iterations: 0, accepted: false, calls: 0 },
      { stopped: 'gate', iterations: 0, accepted: false, calls: 0 },
    ]);
    expect(server.stats().calls).toBe(0);
  });

  it('makes one call for equal documents, and none when it runs again', async () => {
    const { engine, server, to } = await start();
    await using cache = await createCache();
    const options = { ...to, cache: cache.namespace('responses'), iterations: 1 };
    const documents = Array.from({ length: 40 }, (_, id) => ({ id, text: poor(id % 4).text }));
    const first = engine.refine(documents, options);
    const rows = await rowsOf(first);
    expect(server.stats().calls).toBe(4);
    expect(first.status()).toMatchObject({ calls: 4, shared: 36 });
    expect(rows.filter(({ calls }) => calls === 1).length).toBe(4);
    const again = await rowsOf(engine.refine(documents, options));
    expect(server.stats().calls).toBe(4);
    expect(again.map(({ text }) => text)).toEqual(rows.map(({ text }) => text));
  });

  it('never spends more than the budget, by the books of the server', async () => {
    const prices = { input: 3, output: 15 };
    const { engine, server, to } = await start({ prices });
    const documents = Array.from({ length: 50 }, (_, id) => poor(id));
    const run = engine.refine(documents, { ...to, budgetUsd: 0.05, prices: { mock: prices }, concurrency: 8 });
    const rows = await rowsOf(run);
    expect(server.stats().usd).toBeLessThanOrEqual(0.05);
    expect(server.stats().calls).toBeGreaterThan(3);
    expect(rows.length).toBe(50);
    expect(rows.filter(({ stopped }) => stopped === 'budget').length).toBeGreaterThan(10);
    expect(run.status().usd).toBeLessThanOrEqual(0.05);
  });

  it('refuses a budget for a model without a price', async () => {
    const { engine, to } = await start();
    await expect(rowsOf(engine.refine([poor(1)], { ...to, budgetUsd: 1 }))).rejects.toMatchObject({
      code: 'ERR_BUDGET',
    });
  });

  it('loses no document to faults, and makes none worse', async () => {
    const fail = { '429': 0.05, '429-retry': 0.02, '500': 0.05, '503': 0.05, malformed: 0.05, reset: 0.05 };
    const answers = {
      improve: 0.4,
      worsen: 0.1,
      truncate: 0.1,
      ignore: 0.1,
      empty: 0.1,
      refuse: 0.1,
      echo: 0.05,
      long: 0.05,
    };
    const { engine, server, to } = await start({ faults: fail, answers, retryAfterSeconds: 0 });
    const documents = Array.from({ length: 150 }, (_, id) => poor(id));
    const run = engine.refine(documents, { ...to, concurrency: 50 });
    const rows = await rowsOf(run);
    expect(rows.map(({ id }) => id)).toEqual(documents.map(({ id }) => id));
    for (const [index, row] of rows.entries()) {
      expect(row.after.score).toBeGreaterThanOrEqual(row.before.score);
      if (!row.accepted) expect(row.text).toBe(documents[index]!.text);
    }
    const status = run.status();
    expect(status.calls).toBe(server.stats().calls);
    expect(status.retries).toBeGreaterThan(10);
  });

  it('ends at once, with a clear error, when the key is refused', async () => {
    const { engine, server, to } = await start({ key: 'right' });
    const run = engine.refine(
      Array.from({ length: 500 }, (_, id) => poor(id)),
      { ...to, concurrency: 4 },
    );
    await expect(rowsOf(run)).rejects.toMatchObject({ code: 'ERR_PROVIDER_AUTH' });
    expect(server.stats().calls).toBeLessThanOrEqual(4);
  });

  it('turns what cannot be scored into a failure, and goes on', async () => {
    const { engine, to } = await start();
    const outcomes: RefineOutcome[] = [];
    for await (const each of engine.refine([poor(1), { id: 'bad', text: 7 as unknown as string }, poor(2)], to))
      outcomes.push(each);
    expect(outcomes.map((each) => ('error' in each ? each.error.code : each.id))).toEqual([
      'doc-1',
      'ERR_TEXT_TYPE',
      'doc-2',
    ]);
  });

  it('stops when it is aborted, with nothing left in flight', async () => {
    const { engine, server, to } = await start({ latencyMs: 20 });
    const abort = new AbortController();
    const endless = (function* (): Generator<{ id: string; text: string }> {
      for (let id = 0; ; id++) yield poor(id);
    })();
    const run = engine.refine(endless, { ...to, signal: abort.signal, windowBytes: 100_000 });
    let taken = 0;
    await expect(
      (async () => {
        for await (const row of run) if ('text' in row && ++taken === 20) abort.abort();
      })(),
    ).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(taken).toBe(20);
    const { calls } = run.status().caller!;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(run.status().caller).toMatchObject({ calls, inFlight: 0 });
    expect(server.stats().calls).toBeLessThanOrEqual(calls); // It may still read what was sent just before.
  });

  it('holds its source back while nobody takes rows', async () => {
    const { engine, to } = await start();
    let read = 0;
    const source = (function* (): Generator<{ id: string; text: string }> {
      for (let id = 0; id < 100_000; id++) {
        read++;
        yield poor(id);
      }
    })();
    const run = engine.refine(source, { ...to, gate: 'words > 0', windowBytes: 50_000 });
    await run.next();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(read).toBeLessThan(100_000);
    await run.return();
  });

  it('repairs by rules, with no model and no price', async () => {
    const { engine } = await start();
    const text =
      'It\u00e2\u20ac\u2122s a caf\u00c3\u00a9.\r\n\r\n\r\n\r\nSome  words   follow here .  \n##Heading\ntext';
    const [row] = await rowsOf(
      engine.refine([{ id: 1, text }], { providers: [{ provider: 'rules', model: 'rules' }], gainMin: 0 }),
    );
    expect(row).toMatchObject({ id: 1, usage: { usd: 0 } });
    if (row!.accepted) expect(row!.text).toContain('It’s a café.');
    else expect(row!.text).toBe(text);
  });

  it('refuses bad options by their path', async () => {
    const { engine, to } = await start();
    expect(() => engine.refine([], { ...to, providers: [] })).toThrow(
      'refine.providers must hold 1 to 16 providers, got 0',
    );
    expect(() => engine.refine([], { ...to, iterations: 0 })).toThrow(
      'refine.iterations must be an integer from 1 to 100, got 0',
    );
    expect(() => engine.refine([], { ...to, windowBytes: 0 })).toThrow(
      'refine.windowBytes must be an integer >= 1, got 0',
    );
    expect(() => engine.refine([], { ...to, surprise: 1 } as RefineRunOptions)).toThrow(
      'refine.surprise is not an option',
    );
    await expect(rowsOf(engine.refine([poor(1)], { ...to, gate: 'wrods > 1' }))).rejects.toMatchObject({
      code: 'ERR_EXPRESSION',
    });
  });
});
