/**
 * Flow control beside what a reader would take instead: p-queue for a limit of concurrency, bottleneck for a limit of rate, a
 * sorted array for priorities. All with tasks that do nothing, so this is what the control itself costs.
 */
import Bottleneck from 'bottleneck';
import PQueue from 'p-queue';
import type { BenchContext } from './context.js';
import { interleave, median, type Contestant, type RunFacts, type Timing } from './measure.js';
import { loadFlow } from './millrace.js';
import type { PartResult } from './part.js';
import { formatNumber, type Table } from './table.js';

const CONCURRENCY = 8;
/** Tasks that are asked for at once. */
const TASKS = 20_000;
/** Calls one after the other, none of which waits. */
const CALLS = 200_000;
const ITEMS = 1_000_000;
/** Bottleneck is given a twentieth: it hands its tasks on one by one, through the event loop. */
const BOTTLENECK_DIVISOR = 20;
/** A sorted array is given a hundredth: what it takes for an item grows with their number. */
const SORTED_DIVISOR = 100;

/** More than any machine asks for. */
const UNLIMITED_PER_MINUTE = 1e12;

interface Group {
  readonly title: string;
  readonly contestants: readonly (Contestant & { readonly count: number })[];
}

export async function benchFlow(context: BenchContext): Promise<PartResult> {
  const groups = [await concurrencyGroup(context), await rateGroup(context), await priorityGroup(context)];
  const timed: { readonly group: Group; readonly timings: readonly Timing[] }[] = [];
  for (const group of groups) timed.push({ group, timings: await interleave(group.contestants, context.rounds) });
  return {
    tables: timed.map(({ group, timings }) => tableOf(group, timings)),
    budgets: [],
    data: timed.map(({ group, timings }) => ({ title: group.title, timings })),
  };
}

async function concurrencyGroup(context: BenchContext): Promise<Group> {
  const { Semaphore } = await loadFlow();
  const tasks = context.count(TASKS);
  const calls = context.count(CALLS);
  /** As many tasks as run, checked by each. */
  const makeTask = (): { task: () => Promise<void>; check: (name: string) => void } => {
    let running = 0;
    let done = 0;
    let most = 0;
    return {
      task: async () => {
        most = Math.max(most, ++running);
        await Promise.resolve();
        running--;
        done++;
      },
      check: (name) => {
        if (done !== tasks || most !== CONCURRENCY) throw new Error(`${name}: ${done} tasks, ${most} at once`);
      },
    };
  };
  const throughSemaphore = async (): Promise<RunFacts> => {
    const semaphore = new Semaphore(CONCURRENCY);
    const { task, check } = makeTask();
    const run = async (): Promise<void> => {
      const permit = await semaphore.acquire();
      try {
        await task();
      } finally {
        permit.release();
      }
    };
    await Promise.all(Array.from({ length: tasks }, run));
    check('Semaphore');
    return {};
  };
  const throughPQueue = async (): Promise<RunFacts> => {
    const queue = new PQueue({ concurrency: CONCURRENCY });
    const { task, check } = makeTask();
    await Promise.all(Array.from({ length: tasks }, () => queue.add(task)));
    check('p-queue');
    return {};
  };
  const alone = new Semaphore(CONCURRENCY);
  return {
    title: `Flow: concurrency of ${CONCURRENCY}`,
    contestants: [
      { name: 'Semaphore, tasks at once', count: tasks, run: throughSemaphore },
      { name: 'p-queue, tasks at once', count: tasks, run: throughPQueue },
      {
        name: 'Semaphore, acquire and release alone',
        count: calls,
        run: async () => {
          for (let call = 0; call < calls; call++) (await alone.acquire()).release();
          return {};
        },
      },
      {
        name: 'Semaphore, tryAcquire and release alone',
        count: calls,
        run: () => {
          for (let call = 0; call < calls; call++) alone.tryAcquire()?.release();
          return {};
        },
      },
    ],
  };
}

async function rateGroup(context: BenchContext): Promise<Group> {
  const { LimiterSet, RateLimiter } = await loadFlow();
  const tasks = context.count(TASKS);
  const limit = { ratePerMinute: UNLIMITED_PER_MINUTE };
  const fewer = Math.ceil(tasks / BOTTLENECK_DIVISOR);
  const limiter = new RateLimiter(limit);
  const set = new LimiterSet({ requests: limit, tokens: limit });
  return {
    title: 'Flow: a rate that is never reached, tasks at once',
    contestants: [
      {
        name: 'RateLimiter',
        count: tasks,
        run: async () => {
          await Promise.all(Array.from({ length: tasks }, () => limiter.acquire()));
          return {};
        },
      },
      {
        name: 'LimiterSet of two',
        count: tasks,
        run: async () => {
          await Promise.all(Array.from({ length: tasks }, () => set.acquire({ requests: 1, tokens: 1000 })));
          return {};
        },
      },
      {
        name: `bottleneck, ${fewer.toLocaleString('en-US')} tasks`,
        count: fewer,
        run: async () => {
          const bottleneck = new Bottleneck();
          const task = async (): Promise<void> => undefined;
          await Promise.all(Array.from({ length: fewer }, () => bottleneck.schedule(task)));
          return {};
        },
      },
    ],
  };
}

async function priorityGroup(context: BenchContext): Promise<Group> {
  const { PRIORITIES, PriorityQueue } = await loadFlow();
  const items = context.count(ITEMS);
  const fewer = Math.ceil(items / SORTED_DIVISOR);
  return {
    title: `Flow: ${items.toLocaleString('en-US')} items by priority, all pushed, then all popped`,
    contestants: [
      {
        name: 'PriorityQueue',
        count: items,
        run: () => {
          const queue = new PriorityQueue<number>();
          for (let item = 0; item < items; item++) queue.push(item, PRIORITIES[item & 3]);
          let popped = 0;
          while (queue.pop() !== undefined) popped++;
          if (popped !== items) throw new Error(`PriorityQueue: ${popped} items of ${items}`);
          return {};
        },
      },
      {
        name: `sorted array, ${fewer.toLocaleString('en-US')} items`,
        count: fewer,
        run: () => {
          const sorted: { readonly lane: number; readonly item: number }[] = [];
          for (let item = 0; item < fewer; item++) {
            const lane = item & 3;
            const after = sorted.findIndex((other) => other.lane < lane);
            sorted.splice(after < 0 ? sorted.length : after, 0, { lane, item });
          }
          let popped = 0;
          while (sorted.shift() !== undefined) popped++;
          if (popped !== fewer) throw new Error(`sorted array: ${popped} items of ${fewer}`);
          return {};
        },
      },
    ],
  };
}

function tableOf({ title, contestants }: Group, timings: readonly Timing[]): Table {
  return {
    title,
    header: ['', 'ns each', 'million/s'],
    rows: timings.map(({ name, ms }, index) => {
      const nsEach = (median(ms) * 1e6) / contestants[index]!.count;
      return [name, formatNumber(nsEach), formatNumber(1e3 / nsEach)];
    }),
  };
}
