/** Refinement with one call a document to a server that takes 50 ms, beside a bare pool of connections with the same bodies. */
import { Pool } from 'undici';

import { createEngine, type Engine } from '../../../engine/engine.js';
import type { RefineProvider, RefineRunOptions } from '../../../engine/refine/options.js';
import type { Completion, CompletionRequest } from '../../../refine/providers/provider.js';
import { MockProcess } from '../../mock-process.js';
import type { BenchDocuments } from '../documents.js';
import { operations, scaled, type OpenSuite, type Suite, type SuiteContext } from '../suite.js';
import { checkSame } from './baselines.js';

export const REFINE_SUITE: Suite = { name: 'refine', title: 'Refinement, calls of 50 ms', seconds: 18, open };

const REFINE = 'engine.refine, one call a document';
const POOL = 'bare undici pool';
const LATENCY_MS = 50;
const CONCURRENCY = 256;
const CALLS = 2_000;
const MODEL = 'mock';

async function open(context: SuiteContext): Promise<OpenSuite> {
  const { workers, signal } = context;
  const documents = context.documents.first(scaled(CALLS, context, 50));
  const server = await MockProcess.start(['--latency-ms', String(LATENCY_MS)], signal);
  const engine = await createEngine({ workers });
  const pool = new Pool(server.url, { connections: CONCURRENCY });
  try {
    const bodies = await bodiesOf(engine, documents);
    const provider: RefineProvider['provider'] = { provider: 'openai', baseUrl: `${server.url}/v1` };
    return {
      cases: [
        operations({ name: REFINE, against: [POOL] }, context, documents.count, () =>
          refineAll(engine, documents, provider, signal),
        ),
        operations({ name: POOL, role: 'baseline' }, context, documents.count, () => postAll(pool, bodies, signal)),
      ],
      check: async () => {
        const calls = await refineAll(engine, documents.first(CONCURRENCY), provider, signal);
        checkSame('calls', calls, Math.min(CONCURRENCY, documents.count));
        await postAll(pool, bodies.slice(0, CONCURRENCY), signal);
      },
      close: async () => {
        await pool.close();
        await engine.close();
        await server.close();
      },
    };
  } catch (thrown) {
    await pool.destroy();
    await engine.close();
    await server.close();
    throw thrown;
  }
}

/** No document passes the gate, and each is asked about once. */
function optionsOf(provider: RefineProvider['provider']): RefineRunOptions {
  const free = { input: 0, output: 0 };
  return {
    providers: [{ provider, model: MODEL }],
    prices: { [MODEL]: free },
    gate: 'words < 0',
    iterations: 1,
    concurrency: CONCURRENCY,
  };
}

/** @returns the calls that were made. */
async function refineAll(
  engine: Engine,
  { documents }: BenchDocuments,
  provider: RefineProvider['provider'],
  signal: AbortSignal,
): Promise<number> {
  const run = engine.refine(documents, { ...optionsOf(provider), signal });
  let rows = 0;
  for await (const row of run) {
    if ('error' in row) throw row.error;
    rows++;
  }
  checkSame('rows', rows, documents.length);
  return run.status().calls;
}

/** The bodies that refinement sends for these documents, taken by a provider that answers nothing of use. */
async function bodiesOf(engine: Engine, { documents }: BenchDocuments): Promise<string[]> {
  const bodies: string[] = [];
  const answer: Completion = { text: '', finish: 'stop', usage: undefined, limits: undefined };
  const taker = {
    name: 'taker',
    call: ({ model, system, user, maxTokens }: CompletionRequest) => {
      const messages = [
        { role: 'system', content: system },
        { role: 'user', content: user },
      ];
      bodies.push(JSON.stringify({ model, messages, max_tokens: maxTokens }));
      return Promise.resolve(answer);
    },
    close: () => Promise.resolve(),
  };
  for await (const row of engine.refine(documents, optionsOf(taker))) if ('error' in row) throw row.error;
  return bodies;
}

/** As little as can be done: so many lanes over one list, each answer read and parsed. */
async function postAll(pool: Pool, bodies: readonly string[], signal: AbortSignal): Promise<void> {
  let next = 0;
  const headers = { 'content-type': 'application/json' };
  const lane = async (): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      signal.throwIfAborted();
      const answer = await pool.request({ path: '/v1/chat/completions', method: 'POST', headers, body });
      checkSame('status of an answer', answer.statusCode, 200);
      await answer.body.json();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
}
