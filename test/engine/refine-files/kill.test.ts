/**
 * Proves that a run whose process is killed with SIGKILL again and again, at random moments, ends with the bytes of one that was
 * left alone; that by the server's own log no call is made twice but for those that were in flight at a kill, at most
 * `concurrency` of them each time; that no token of an answer is missing in its sums; and that the run verifies.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { refineFiles } from '../../../src/engine/refine-files/refine-files.js';
import type { RefineFilesOptions } from '../../../src/engine/refine-files/options.js';
import { inspectRun } from '../../../src/ledger/calls/verify.js';
import { createMockServer, type MockServer } from '../../../src/refine/mock/server.js';
import { Scratch, jsonLines } from '../../support/scratch.js';
import { differencesOf, poorText } from './support.js';

const scratch = new Scratch();
const PROCESS = fileURLToPath(new URL('refining-process.mjs', import.meta.url));
const DOCUMENTS = 200;
const CONCURRENCY = 12;
const KILLS_MAX = 5;

test.each([
  ['documents', {}],
  ['documents that depend on each other', { dependsOnField: 'parts' }],
])('a run of %s that is killed again and again ends as one that was not', async (_name, dependencies) => {
  const log = scratch.fresh('.log');
  await using killed = disposable(await createMockServer({ latencyMs: 8, latencySigma: 0.5, log }));
  const input = scratch.write('in.jsonl', jsonLines(rows()));
  const options = { ...optionsFor(killed.server, input), ...dependencies };
  let kills = 0;
  while (kills < KILLS_MAX && !(await runUntil(options, killed.server, 10 + Math.random() * 120))) kills++;
  if (kills === KILLS_MAX) await runUntil(options, killed.server, Infinity);
  expect(kills).toBeGreaterThan(2);

  await using other = disposable(await createMockServer({ latencyMs: 1 }));
  const alone = { ...optionsFor(other.server, input), ...dependencies };
  const summary = await refineFiles(alone);
  for (const ending of ['', '.failed.jsonl']) {
    const isEqual = readFileSync(options.output + ending).equals(readFileSync(alone.output + ending));
    expect([ending, isEqual]).toEqual([ending, true]); // A difference of all rows would fill the screen.
  }

  const { money } = await inspectRun(options.run);
  const told = await refineFiles(options); // complete: only told once more
  expect(told).toMatchObject({ calls: money.sent, documents: DOCUMENTS, usd: money.spentNanoUsd / 1e9 });
  const { retries, shared, inputTokens, outputTokens, accepted, stopped } = summary;
  expect(told).toMatchObject({ retries, shared, inputTokens, outputTokens, accepted, stopped });
  expect(money.answered).toBe(summary.calls);
  expect(money.lost).toBeLessThanOrEqual(kills * CONCURRENCY);
  const received = loggedDigests(log);
  expect(received.length - new Set(received).size).toBeLessThanOrEqual(money.lost);
  expect(new Set(received).size).toBe(summary.calls);
  expect(await differencesOf(options.run)).toEqual([]);
});

/** Some that are none, and no two alike; some that depend on others, before and behind them. */
function rows(): unknown[] {
  return Array.from({ length: DOCUMENTS }, (_, id) => {
    const parts = id % 4 === 0 ? [(id * 31 + 1) % DOCUMENTS, (id * 17 + 3) % DOCUMENTS] : undefined;
    return id % 50 === 9 ? { id } : { id, text: poorText(id), parts };
  });
}

function optionsFor({ url }: MockServer, input: string): RefineFilesOptions & Record<'output' | 'run', string> {
  return {
    inputs: [input],
    output: scratch.fresh('.out.jsonl'),
    run: scratch.fresh('.run'),
    workers: 1,
    providers: [{ provider: { provider: 'openai', baseUrl: `${url}/v1` }, model: 'mock' }],
    prices: { mock: { input: 1, output: 2 } },
    gate: 'documentation.overall > 2',
    iterations: 3,
    concurrency: CONCURRENCY,
    ledger: { segmentBytes: 64 * 1024, rowsBytesMax: 20_000 },
  };
}

/** Kills the process when so many more calls have come in. @returns whether it had come to its end before. */
async function runUntil(options: RefineFilesOptions, server: MockServer, calls: number): Promise<boolean> {
  const child = spawn(process.execPath, [PROCESS, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const end = server.stats().calls + calls;
  const watch = setInterval(() => {
    if (server.stats().calls >= end) child.kill('SIGKILL');
  }, 1);
  const [code, signal] = (await closed) as [number | null, string | null];
  clearInterval(watch);
  if (signal === null && code !== 0) throw new Error(`the process ended with code ${code}`);
  return signal === null;
}

function loggedDigests(log: string): string[] {
  const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { digest: string }).digest);
}

function disposable(server: MockServer): { readonly server: MockServer } & AsyncDisposable {
  return { server, [Symbol.asyncDispose]: () => server.close() };
}
