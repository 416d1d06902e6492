/** Refinement, one call a document, beside bare loops over the same calls: to a mock server in a process of its own. */
import type OpenAI from 'openai';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';
import type { Document } from '../src/core/document.js';
import type { Engine } from '../src/engine/engine.js';
import type { RefineRunOptions } from '../src/engine/refine/options.js';
import { FAULTS } from '../src/refine/mock/options.js';
import type { CompletionRequest, Provider } from '../src/refine/providers/provider.js';
import type { Strategy } from '../src/refine/strategies/strategy.js';
import type { Budget } from './budgets.js';
import type { BenchContext } from './context.js';
import { mainThreadCpuMs, processCpuMs } from './cpu-time.js';
import { interleave, median, type Contestant } from './measure.js';
import { loadCreateCache, loadEngine } from './millrace.js';
import { MockServerProcess } from './mock-server.js';
import type { PartResult } from './part.js';
import { readBenchFile } from './processes.js';
import { RecordedRuns } from './recorded-runs.js';
import type { RefineFacts } from './refine-process.js';
import { formatNumber, type Table } from './table.js';

const LATENCY_MS = 50;
const CONCURRENCY = 1000;
const FAULT_SHARE = 0.01;
const MODEL = 'bench';
const CHECKED = 1000;
/** Half of the document, 0.6 KB with its fence: each is a version that is scored. */
const SHORT_ANSWERS = { shorten: 1 };
/** Fewer documents for what is slower: each run takes some seconds. */
const OPENAI_DIVISOR = 10;

/**
 * As one would set them for a server that answers within 50 ms. Of two calls in a hundred the time-out is all that comes, and the last
 * documents of a run wait for two or three of them, one after the other, with hardly anything else to do.
 */
const PATIENCE = { callTimeoutMs: 2000, retry: { baseMs: 250 } } as const;

const SHORT = 100_000;
const LONG = 1_000_000;

/** Every document is sent once, whatever it scores: always due, with instructions as long as those of the built-in strategies. */
const ALWAYS: Strategy = {
  name: 'always',
  instruction: 'Task: give the document the parts that a reader looks for.\n\n'.repeat(15),
  watches: [{ field: 'words', poor: -1e6, good: 1e6 }],
};

export const REFINE_OPTIONS = {
  strategies: [ALWAYS],
  iterations: 1,
  gate: 'documentation.overall > 1',
  concurrency: CONCURRENCY,
  prices: { [MODEL]: { input: 1, output: 4 } },
} as const;

export function providerAt(url: string): RefineRunOptions['providers'] {
  return [{ provider: { provider: 'openai', baseUrl: `${url}/v1`, apiKey: 'none' }, model: MODEL }];
}

/** One way to have documents refined, or only asked about. */
interface Entry {
  readonly name: string;
  readonly documents: number;
  readonly server: MockServerProcess;
  readonly run: (count: number) => Promise<void>;
}

export async function benchRefine(context: BenchContext): Promise<PartResult> {
  const faults = Object.fromEntries(FAULTS.map((fault) => [fault, FAULT_SHARE]));
  const server = await MockServerProcess.start({ latencyMs: LATENCY_MS, answers: SHORT_ANSWERS });
  const faulty = await MockServerProcess.start({ latencyMs: LATENCY_MS, answers: SHORT_ANSWERS, faults });
  const { createEngine } = await loadEngine();
  const engine = await createEngine();
  try {
    const measured = await measure(context, await entriesOf(context, engine, server, faulty));
    const memory = await memoryOf(context, server);
    return {
      tables: [tableOf(measured), memoryTable(memory)],
      budgets: [...budgetsOf(measured), memoryBudget(memory)],
      data: { measured, memory },
    };
  } finally {
    await engine.close();
    server.close();
    faulty.close();
  }
}

const REFINE = 'engine.refine';
const FAULTY = `${REFINE}, 1 % of each fault`;
const CACHED = `${REFINE}, again from the cache`;
const RECORDED = 'refineFiles, ledger and cache on';
const RECORDED_AGAIN = `${RECORDED}, again`;
const BARE = 'undici, bare pool';
const SDK = 'openai package';

async function entriesOf(
  context: BenchContext,
  engine: Engine,
  server: MockServerProcess,
  faulty: MockServerProcess,
): Promise<Entry[]> {
  const { documents } = context.uniformSet(1);
  const requests = await requestsOf(engine, documents);
  const count = documents.length;
  const options = { ...REFINE_OPTIONS, providers: providerAt(server.url) };
  const folder = join(context.folder, 'responses');
  const { createCache } = await loadCreateCache();
  const cached = async (first: number): Promise<void> => {
    const cache = await createCache({ dir: folder });
    await refine(engine, documents.slice(0, first), { ...options, cache: cache.namespace('responses') });
    await cache.close();
  };
  rmSync(folder, { recursive: true, force: true });
  await cached(count); // So that all that is timed are answers that are there.
  const patient = { ...options, ...PATIENCE, providers: providerAt(faulty.url) };
  const recorded = new RecordedRuns(join(context.folder, 'recorded'), documents, options);
  await recorded.fill();
  return [
    { name: REFINE, documents: count, server, run: (first) => refine(engine, documents.slice(0, first), options) },
    {
      name: BARE,
      documents: requests.length,
      server,
      run: (first) => askByUndici(server.url, requests.slice(0, first)),
    },
    {
      name: FAULTY,
      documents: count,
      server: faulty,
      run: (first) => refine(engine, documents.slice(0, first), patient, FAULT_SHARE),
    },
    { name: CACHED, documents: count, server, run: cached },
    { name: RECORDED, documents: count, server, run: (first) => recorded.first(first) },
    { name: RECORDED_AGAIN, documents: count, server, run: (first) => recorded.again(first) },
    {
      name: SDK,
      documents: Math.ceil(count / OPENAI_DIVISOR),
      server,
      run: (first) => askByOpenAi(server.url, requests.slice(0, first)),
    },
  ];
}

/** What the engine asks about the documents, written down by a provider that has no answers. */
async function requestsOf(engine: Engine, documents: readonly Document[]): Promise<CompletionRequest[]> {
  const requests: CompletionRequest[] = [];
  const provider: Provider = {
    name: 'notes',
    call: (request) => {
      requests.push(request);
      return Promise.resolve({ text: '', finish: 'stop', usage: undefined, limits: undefined });
    },
    close: () => Promise.resolve(),
  };
  for await (const row of engine.refine(documents, { ...REFINE_OPTIONS, providers: [{ provider, model: MODEL }] })) {
    if ('error' in row) throw row.error;
  }
  return requests;
}

/** Checks while it runs, which takes next to nothing: order, one call each, and that no document is worse. */
async function refine(
  engine: Engine,
  documents: readonly Document[],
  options: RefineRunOptions,
  failedShare = 0,
): Promise<void> {
  let index = 0;
  let failed = 0;
  for await (const row of engine.refine(documents, options)) {
    if ('error' in row) throw row.error;
    if (row.id !== documents[index++]?.id) throw new Error(`row ${index} is of another document`);
    if (row.after.score < row.before.score) throw new Error(`document ${row.id} is worse than it came`);
    if (row.iterations !== 1 && row.stopped !== 'empty')
      throw new Error(`document ${row.id} was asked about ${row.iterations} times`);
    if (row.stopped === 'failed') failed++;
  }
  if (index !== documents.length) throw new Error(`${index} rows of ${documents.length} documents`);
  if (failed > failedShare * documents.length) throw new Error(`${failed} documents failed`);
}

/** As little as can be done: so many loops, each of which sends, waits and reads the whole answer. */
async function askByUndici(url: string, requests: readonly CompletionRequest[]): Promise<void> {
  const pool = new Pool(url, { connections: CONCURRENCY, pipelining: 1 });
  const headers = { 'content-type': 'application/json' };
  await inLanes(requests, async (request) => {
    const body = JSON.stringify(chatOf(request));
    const answer = await pool.request({ path: '/v1/chat/completions', method: 'POST', headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 || !text.endsWith('}')) throw new Error(`undici got ${answer.statusCode}`);
  });
  await pool.close();
}

async function askByOpenAi(url: string, requests: readonly CompletionRequest[]): Promise<void> {
  const { default: Client } = await import('openai');
  const client: OpenAI = new Client({ apiKey: 'none', baseURL: `${url}/v1`, maxRetries: 0 });
  await inLanes(requests, async (request) => {
    const { choices } = await client.chat.completions.create(chatOf(request));
    if (choices[0]?.message.content === undefined) throw new Error('openai got no completion');
  });
}

function chatOf({ model, system, user, maxTokens }: CompletionRequest): {
  model: string;
  messages: { role: 'system' | 'user'; content: string }[];
  max_tokens: number;
  stream: false;
} {
  const messages = [
    { role: 'system' as const, content: system },
    { role: 'user' as const, content: user },
  ];
  return { model, messages, max_tokens: maxTokens, stream: false };
}

async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
}

interface Measured {
  readonly name: string;
  readonly documents: number;
  readonly perSecond: number;
  /** Processor time a document, in µs; of all rounds together, since it is what a run costs and not how fast it is. */
  readonly mainThreadUs: number | undefined;
  readonly processUs: number;
  readonly serverUs: number;
  readonly ms: readonly number[];
}

async function measure(context: BenchContext, entries: readonly Entry[]): Promise<Measured[]> {
  const costs = entries.map(() => ({ documents: 0, mainThreadMs: 0, processMs: 0, serverMs: 0 }));
  const contestants: Contestant[] = [];
  for (const [index, { name, documents, server, run }] of entries.entries()) {
    await run(Math.min(CHECKED, documents));
    const cost = costs[index]!;
    contestants.push({
      name,
      run: async () => {
        const before = { main: mainThreadCpuMs() ?? Number.NaN, all: processCpuMs(), ...(await server.facts()) };
        const started = performance.now();
        await run(documents);
        const ms = performance.now() - started;
        cost.documents += documents;
        cost.mainThreadMs += (mainThreadCpuMs() ?? Number.NaN) - before.main;
        cost.processMs += processCpuMs() - before.all;
        cost.serverMs += (await server.facts()).cpuMs - before.cpuMs;
        return { ms };
      },
    });
  }
  const timings = await interleave(contestants, context.rounds);
  return timings.map(({ name, ms }, index) => {
    const { documents } = entries[index]!;
    const cost = costs[index]!;
    const perDocument = (costMs: number): number => (1000 * costMs) / cost.documents;
    return {
      name,
      documents,
      perSecond: (1000 * documents) / median(ms),
      mainThreadUs: Number.isNaN(cost.mainThreadMs) ? undefined : perDocument(cost.mainThreadMs),
      processUs: perDocument(cost.processMs),
      serverUs: perDocument(cost.serverMs),
      ms,
    };
  });
}

function tableOf(measured: readonly Measured[]): Table {
  return {
    title: `Refinement, 1 KB, one call each of ${LATENCY_MS} ms, ${CONCURRENCY} at once; µs of processor time a document`,
    header: ['', 'documents', 'docs/s', 'docs/min', 'main µs', 'process µs', 'server µs'],
    rows: measured.map(({ name, documents, perSecond, mainThreadUs, processUs, serverUs }) => [
      name,
      documents.toLocaleString('en-US'),
      formatNumber(perSecond),
      Math.round(perSecond * 60).toLocaleString('en-US'),
      mainThreadUs === undefined ? '' : formatNumber(mainThreadUs),
      formatNumber(processUs),
      formatNumber(serverUs),
    ]),
  };
}

function budgetsOf(measured: readonly Measured[]): Budget[] {
  const of = (name: string): Measured | undefined => measured.find((each) => each.name === name);
  const [refined, bare, faulty, cached] = [of(REFINE), of(BARE), of(FAULTY), of(CACHED)];
  const [recorded, again] = [of(RECORDED), of(RECORDED_AGAIN)];
  if (refined === undefined || bare === undefined || faulty === undefined || cached === undefined) return [];
  if (recorded === undefined || again === undefined) return [];
  const perMinute = ({ perSecond }: Measured, thousands: number): number => (perSecond * 60) / (thousands * 1000);
  const ratios = refined.ms.map((ms, round) => (bare.ms[round] ?? Number.NaN) / ms);
  return [
    { name: 'refine, docs/min / 500,000', measured: perMinute(refined, 500), unit: '×', atLeast: 1 },
    { name: 'refine / bare undici pool, calls/s', measured: median(ratios), unit: '×', atLeast: 0.8 },
    { name: 'refine, faults, docs/min / 248,000', measured: perMinute(faulty, 248), unit: '×', atLeast: 1 },
    { name: 'refine from the cache, docs/min / 2,000,000', measured: perMinute(cached, 2000), unit: '×', atLeast: 1 },
    { name: 'refine, main thread a document', measured: refined.mainThreadUs, unit: 'µs', atMost: 90 },
    { name: 'refine from the cache, likewise', measured: cached.mainThreadUs, unit: 'µs', atMost: 30 },
    { name: 'ledger and cache on, docs/min / 500,000', measured: perMinute(recorded, 500), unit: '×', atLeast: 1 },
    { name: 'ledger and cache on, main thread', measured: recorded.mainThreadUs, unit: 'µs', atMost: 90 },
    { name: 'the same again, docs/min / 2,000,000', measured: perMinute(again, 2000), unit: '×', atLeast: 1 },
    { name: 'the same again, main thread', measured: again.mainThreadUs, unit: 'µs', atMost: 30 },
  ];
}

async function memoryOf(context: BenchContext, server: MockServerProcess): Promise<RefineFacts[]> {
  const facts: RefineFacts[] = [];
  for (const count of [context.count(SHORT), context.count(LONG)]) {
    const output = await readBenchFile('refine-process.ts', [server.url, String(count)]);
    facts.push(JSON.parse(output) as RefineFacts);
  }
  return facts;
}

function memoryTable(facts: readonly RefineFacts[]): Table {
  return {
    title: 'Refinement, memory of a process each',
    header: ['documents', 'peak RSS, MB', 'docs/s'],
    rows: facts.map(({ documents, ms, peakRssBytes }) => [
      documents.toLocaleString('en-US'),
      formatNumber(peakRssBytes / 1e6),
      formatNumber((1000 * documents) / ms),
    ]),
  };
}

function memoryBudget([short, long]: readonly RefineFacts[]): Budget {
  const measured =
    short === undefined || long === undefined ? undefined : (long.peakRssBytes - short.peakRssBytes) / 1e6;
  return { name: 'refine, peak memory, tenfold documents', measured, unit: 'MB', atMost: 64 };
}
