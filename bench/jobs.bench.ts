/** Jobs: what an item costs beside its processor, and how many that only wait go through, beside pools of promises. */
import Bottleneck from 'bottleneck';
import { join } from 'node:path';
import PQueue from 'p-queue';
import type { Engine } from '../src/engine/engine.js';
import type { JobOptions } from '../src/engine/jobs/options.js';
import type { Budget } from './budgets.js';
import type { BenchContext } from './context.js';
import { interleave, median, type Contestant, type Timing } from './measure.js';
import { loadEngine } from './millrace.js';
import type { PartResult } from './part.js';
import { formatNumber, type Table } from './table.js';

const ITEMS = 1_000_000;
/** The queues take some µs an item and more, bottleneck some ms. */
const QUEUE_ITEMS = 100_000;
const DURABLE_ITEMS = 200_000;
const CONCURRENCY = 100;

const SLEEP_MS = 50;
const SLEEPERS = 5_000;
const SLEEPS = 200_000;

const RETRIES = 10_000;

/** Made anew for each run, so that its ledger is. */
type Run = (items: readonly number[], processor: (item: number) => Promise<void>) => Promise<unknown>;

interface Entry {
  readonly name: string;
  readonly items: number;
  readonly run: Run;
}

export async function benchJobs(context: BenchContext): Promise<PartResult> {
  const { createEngine } = await loadEngine();
  const engine = await createEngine({ workers: 1 });
  try {
    const noOp = await measure(context, noOpEntries(context, engine), async () => {});
    const sleep = await measure(context, sleepEntries(context, engine), () => sleeping());
    const bytes = await bytesPerRetry(engine);
    return {
      tables: [tableOf('Jobs, no-op items', noOp), tableOf(`Jobs, ${SLEEPERS} at once of ${SLEEP_MS} ms`, sleep)],
      budgets: budgets(noOp, sleep, bytes),
      data: { noOp, sleep, bytesPerRetry: bytes },
    };
  } finally {
    await engine.close();
  }
}

function noOpEntries(context: BenchContext, engine: Engine): Entry[] {
  let ledgers = 0;
  const durable = (): JobOptions => ({ store: join(context.folder, `jobs-${ledgers++}`) });
  const queueItems = context.count(QUEUE_ITEMS);
  return [
    { name: JOB, items: context.count(ITEMS), run: jobOf(engine, CONCURRENCY) },
    { name: DURABLE, items: context.count(DURABLE_ITEMS), run: jobOf(engine, CONCURRENCY, durable) },
    { name: POOL, items: context.count(ITEMS), run: poolOf(CONCURRENCY) },
    { name: 'p-queue', items: queueItems, run: pQueueOf(CONCURRENCY) },
    { name: 'bottleneck', items: Math.ceil(queueItems / 100), run: bottleneckOf(CONCURRENCY) },
  ];
}

function sleepEntries(context: BenchContext, engine: Engine): Entry[] {
  const items = context.count(SLEEPS);
  return [
    { name: JOB, items, run: jobOf(engine, SLEEPERS) },
    { name: POOL, items, run: poolOf(SLEEPERS) },
    { name: 'p-queue', items, run: pQueueOf(SLEEPERS) },
  ];
}

const JOB = 'job';
const DURABLE = 'durable job';
const POOL = 'bare promises';

function jobOf(engine: Engine, concurrency: number, more: () => JobOptions = () => ({})): Run {
  return async (items, processor) => {
    const { succeeded } = await engine.submit(items, processor, { concurrency, ...more() }).done;
    if (succeeded !== items.length) throw new Error(`a job finished ${succeeded} of ${items.length} items`);
  };
}

/** As little as can be done: so many loops over one index. */
function poolOf(concurrency: number): Run {
  return async (items, processor) => {
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < items.length) await processor(items[next++]!);
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
  };
}

function pQueueOf(concurrency: number): Run {
  return async (items, processor) => {
    const queue = new PQueue({ concurrency });
    for (const item of items) void queue.add(() => processor(item));
    await queue.onIdle();
  };
}

function bottleneckOf(maxConcurrent: number): Run {
  return async (items, processor) => {
    const limiter = new Bottleneck({ maxConcurrent });
    await Promise.all(items.map((item) => limiter.schedule(() => processor(item))));
  };
}

function sleeping(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SLEEP_MS));
}

interface Measured extends Timing {
  readonly items: number;
  readonly perSecond: number;
}

/** Each contestant is checked first: every item is processed once. */
async function measure(
  context: BenchContext,
  entries: readonly Entry[],
  processor: (item: number) => Promise<void>,
): Promise<Measured[]> {
  const contestants: Contestant[] = [];
  for (const { name, items: count, run } of entries) {
    const items = Array.from({ length: count }, (_, item) => item);
    await check(name, items.slice(0, 5000), run);
    contestants.push({
      name,
      run: async () => {
        await run(items, processor);
        return {};
      },
    });
  }
  const timings = await interleave(contestants, context.rounds);
  return timings.map((timing, index) => {
    const { items } = entries[index]!;
    return { ...timing, items, perSecond: (1000 * items) / median(timing.ms) };
  });
}

async function check(name: string, items: readonly number[], run: Run): Promise<void> {
  const times = new Uint8Array(items.length);
  await run(items, async (item) => {
    times[item]!++;
  });
  if (times.some((count) => count !== 1)) throw new Error(`${name} did not process every item once`);
}

/** Heap of an item that waits for its retry. */
async function bytesPerRetry(engine: Engine): Promise<number | undefined> {
  if (globalThis.gc === undefined) return undefined;
  const items = Array.from({ length: RETRIES }, (_, item) => item);
  const fail = (): never => {
    throw FAILURE;
  };
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const job = engine.submit(items, fail, { concurrency: 1000, baseMs: 600_000, capMs: 600_000 });
  while (job.progress.retried < RETRIES) await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc();
  const bytes = (process.memoryUsage().heapUsed - before) / RETRIES;
  await job.cancel();
  return bytes;
}

const FAILURE = new Error('try again');

function tableOf(title: string, measured: readonly Measured[]): Table {
  return {
    title,
    header: ['', 'items', 'items/s', 'µs/item'],
    rows: measured.map(({ name, items, perSecond }) => [
      name,
      items.toLocaleString('en-US'),
      formatNumber(perSecond),
      formatNumber(1e6 / perSecond),
    ]),
  };
}

function budgets(noOp: readonly Measured[], sleep: readonly Measured[], bytes: number | undefined): Budget[] {
  const rate = (measured: readonly Measured[], name: string): number | undefined =>
    measured.find((each) => each.name === name)?.perSecond;
  const [slept, ceiling] = [rate(sleep, JOB) ?? Number.NaN, rate(sleep, POOL) ?? Number.NaN];
  const little = (1000 * SLEEPERS) / SLEEP_MS;
  return [
    {
      name: 'jobs, no-op items/s / 500,000',
      measured: (rate(noOp, JOB) ?? Number.NaN) / 500_000,
      unit: '×',
      atLeast: 1,
    },
    {
      name: 'durable jobs, items/s / 100,000',
      measured: (rate(noOp, DURABLE) ?? Number.NaN) / 100_000,
      unit: '×',
      atLeast: 1,
    },
    {
      name: 'jobs, waiting / bare promises or Little',
      measured: slept / Math.min(ceiling, little),
      unit: '×',
      atLeast: 0.95,
    },
    { name: 'heap of a waiting retry, bytes', measured: bytes, unit: 'B', atMost: 300 },
  ];
}
