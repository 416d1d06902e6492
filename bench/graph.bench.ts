/**
 * Graphs of CPU tasks on two threads, beside a lower bound that no schedule beats and beside what one would write with Piscina:
 * a task is submitted when its last dependency has ended, and the pool takes them as they come. And how long a million tasks
 * take to be put in order.
 *
 * Sizes are heavy-tailed, the longest chain is at most half of a thread's work. Steps are calibrated to milliseconds beforehand;
 * the lower bound is made of what each task took in the run itself, so that it is one on a busy machine too.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Task } from '../src/engine/graph/task.js';
import { longestChain, lowerBound, randomGraph, type RandomGraph } from '../test/support/random-graph.js';
import type { Budget } from './budgets.js';
import type { BenchContext } from './context.js';
import { median } from './measure.js';
import { loadEngine, loadPlan } from './millrace.js';
import type { PartResult } from './part.js';
import { seededRandom } from './random.js';
import spin from './spin.js';
import { formatNumber } from './table.js';

const WORKERS = 2;
const TASKS = 2000;
const SPIN = fileURLToPath(new URL('spin.js', import.meta.url));
/** The largest task, as a share of one thread's work. */
const SIZE_MAX = 0.05;
const MILLION = 1_000_000;
const MEANS_MS = [2, 0.2];
const MB = 1e6;

type Runner = (graph: RandomGraph, steps: readonly number[]) => Promise<number[]>;

interface Measured {
  readonly meanMs: number;
  readonly name: string;
  /** Time over the lower bound, a round each. */
  readonly ratios: number[];
}

export async function benchGraph(context: BenchContext): Promise<PartResult> {
  const plan = await measurePlan(context);
  const measured = await measureMakespans(context);
  const budgets = measured
    .filter(({ name }) => name !== 'Piscina')
    .map(({ name, meanMs, ratios }): Budget => {
      const value = availableParallelism() < WORKERS ? undefined : median(ratios);
      return { name: `${name}, ${meanMs} ms / lower bound`, measured: value, unit: '×', atMost: 1.1 };
    });
  return {
    tables: [
      {
        title: `Graphs of ${TASKS} tasks on ${WORKERS} threads, time / lower bound`,
        header: ['tasks of', 'by', 'median', 'min', 'max'],
        rows: measured.map(({ meanMs, name, ratios }) => [
          `${meanMs} ms`,
          name,
          ...[median(ratios), Math.min(...ratios), Math.max(...ratios)].map(formatNumber),
        ]),
      },
      {
        title: `A graph of ${plan.tasks.toLocaleString('en-US')} tasks and ${plan.edges.toLocaleString('en-US')} dependencies`,
        header: ['', 'ms', 'MB'],
        rows: [
          ['checked, read and put in order', formatNumber(plan.ms), formatNumber(plan.megabytes)],
          ['of which put in order', formatNumber(plan.orderMs), ''],
        ],
      },
    ],
    budgets,
    data: { measured, plan },
  };
}

async function measureMakespans(context: BenchContext): Promise<Measured[]> {
  const { createEngine } = await loadEngine();
  const engine = await createEngine({ workers: WORKERS });
  const piscina = new Piscina<number, number>({
    filename: SPIN,
    minThreads: WORKERS,
    maxThreads: WORKERS,
    execArgv: [],
  });
  const runners: Record<string, Runner> = {
    'costs known': (graph, steps) => runGraph(engine, graph, steps, true),
    'costs unknown': (graph, steps) => runGraph(engine, graph, steps, false),
    Piscina: (graph, steps) => runPiscina(piscina, graph, steps),
  };
  try {
    const stepsPerMs = calibrate();
    const measured: Measured[] = [];
    for (const meanMs of MEANS_MS) {
      const those = Object.keys(runners).map((name): Measured => ({ meanMs, name, ratios: [] }));
      for (let round = 0; round <= context.rounds; round++) {
        const graph = randomGraph(seededRandom(context.seed + round), context.count(TASKS), WORKERS, SIZE_MAX);
        const mean = graph.sizes.reduce((sum, size) => sum + size, 0) / graph.sizes.length;
        const steps = graph.sizes.map((size) => Math.round((size / mean) * meanMs * stepsPerMs));
        for (const { name, ratios } of those) {
          const ratio = await timeRatio(runners[name]!, graph, steps);
          if (round > 0) ratios.push(ratio); // the first warms up
        }
      }
      measured.push(...those);
    }
    return measured;
  } finally {
    await engine.close();
    await piscina.destroy();
  }
}

/** Time over what no schedule could beat, given how long each task took. */
async function timeRatio(run: Runner, { sizes, dependsOn }: RandomGraph, steps: readonly number[]): Promise<number> {
  const startedAtMs = performance.now();
  const took = await run({ sizes, dependsOn }, steps);
  const elapsedMs = performance.now() - startedAtMs;
  const actual = { sizes: took, dependsOn };
  if (took.length !== sizes.length || took.some((ms) => !(ms >= 0))) throw new Error('a task has not run');
  const work = took.reduce((sum, ms) => sum + ms, 0) / WORKERS;
  if (longestChain(actual) > 0.75 * work) throw new Error('the longest chain is not short: nothing is timed');
  return elapsedMs / lowerBound(actual, WORKERS);
}

type Engine = Awaited<ReturnType<Awaited<ReturnType<typeof loadEngine>>['createEngine']>>;

async function runGraph(
  engine: Pick<Engine, 'graph'>,
  { dependsOn }: RandomGraph,
  steps: readonly number[],
  isCostKnown: boolean,
): Promise<number[]> {
  const tasks = steps.map((input, index): Task => {
    const task = { id: String(index), module: SPIN, input, dependsOn: dependsOn[index]!.map(String) };
    return isCostKnown ? { ...task, cost: Math.max(input, 1) } : task;
  });
  const run = engine.graph(tasks);
  await run.done;
  return Array.from(run.outcomes(), ([, outcome]) => (outcome.status === 'completed' ? Number(outcome.value) : NaN));
}

async function runPiscina(
  piscina: Piscina<number, number>,
  graph: RandomGraph,
  steps: readonly number[],
): Promise<number[]> {
  const running: Promise<number>[] = [];
  for (const [index, dependsOn] of graph.dependsOn.entries()) {
    const dependencies = dependsOn.map(async (each) => running[each]);
    running.push(Promise.all(dependencies).then(async () => piscina.run(steps[index]!)));
  }
  return Promise.all(running);
}

function calibrate(): number {
  const steps = 20_000_000;
  spin(steps); // compiles it
  return steps / Math.min(...Array.from({ length: 5 }, () => spin(steps)));
}

interface PlanFacts {
  readonly tasks: number;
  readonly edges: number;
  readonly ms: number;
  readonly orderMs: number;
  /** Typed arrays and the map of ids. */
  readonly megabytes: number;
}

async function measurePlan(context: BenchContext): Promise<PlanFacts> {
  const { planGraph, topologicalOrder, rankUpwards } = await loadPlan();
  const random = seededRandom(context.seed);
  const ids = Array.from({ length: context.count(MILLION) }, (_, index) => `task-${index}`);
  const tasks = ids.map((id, index): Task => {
    const dependsOn = index === 0 ? [] : [1, 2, 3].map(() => ids[Math.floor(random() * index)]!);
    return { id, run: () => undefined, dependsOn };
  });
  const runs = Array.from({ length: context.rounds }, () => {
    globalThis.gc?.();
    const before = process.memoryUsage();
    const startedAtMs = performance.now();
    const plan = planGraph(tasks);
    const ms = performance.now() - startedAtMs;
    globalThis.gc?.();
    const after = process.memoryUsage();
    const orderedAtMs = performance.now();
    const order = topologicalOrder(plan.dependencies, plan.dependants);
    rankUpwards(plan.dependants, order, {
      levels: new Uint8Array(tasks.length),
      ranks: new Float64Array(tasks.length),
    });
    const orderMs = performance.now() - orderedAtMs;
    if (order.length !== tasks.length) throw new Error('not all tasks are in order');
    const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    return { edges: plan.dependencies.targets.length, ms, orderMs, megabytes: bytes / MB };
  });
  const [{ edges } = { edges: 0 }] = runs;
  const medianOf = (name: 'ms' | 'orderMs' | 'megabytes'): number => median(runs.map((run) => run[name]));
  return {
    tasks: tasks.length,
    edges,
    ms: medianOf('ms'),
    orderMs: medianOf('orderMs'),
    megabytes: medianOf('megabytes'),
  };
}
