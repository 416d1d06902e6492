/**
 * Proves what becomes of the tasks of a graph, with random graphs of both kinds of tasks that complete, fail, crash their thread,
 * tolerate, and are cancelled at any moment; threads are simulated and time is moved by hand. Every event is written down, and
 * the record is held against a model that works out the outcomes by recursion.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MillraceError } from '../../../src/core/errors.js';
import type { GraphRun } from '../../../src/engine/graph/graph-run.js';
import { Graphs } from '../../../src/engine/graph/graphs.js';
import type { GraphOptions } from '../../../src/engine/graph/options.js';
import type { Task, TaskContext, TaskOutcome } from '../../../src/engine/graph/task.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { errorOf } from '../../support/outcomes.js';
import { SimulatedThreads } from './simulation.js';

interface Node {
  readonly kind: 'cpu' | 'wait';
  readonly ms: number;
  readonly end: 'completes' | 'fails' | 'crashes';
  readonly tolerates: boolean;
  readonly dependsOn: readonly number[];
}

const anyNodes = fc
  .array(
    fc.record({
      kind: fc.constantFrom('cpu' as const, 'wait' as const),
      ms: fc.integer({ min: 1, max: 20 }),
      end: fc.oneof(
        { weight: 6, arbitrary: fc.constant('completes' as const) },
        fc.constantFrom('fails' as const, 'crashes' as const),
      ),
      tolerates: fc.boolean(),
      dependsOn: fc.array(fc.nat({ max: 1000 }), { maxLength: 3 }),
    }),
    { maxLength: 40 },
  )
  .map((nodes) =>
    nodes.map((node, at): Node => ({ ...node, dependsOn: at === 0 ? [] : node.dependsOn.map((each) => each % at) })),
  );

/** A simulated engine, and the record of what its tasks did. */
class Bench {
  readonly clock = new ManualClock(0);
  readonly begun: string[] = [];
  readonly settled: string[] = [];
  waitRunning = 0;
  waitRunningMax = 0;
  threads!: SimulatedThreads;
  readonly graphs: Graphs;

  constructor(slots = 2) {
    this.graphs = new Graphs({
      workers: slots,
      workerHeapMb: 16,
      clock: this.clock,
      startThreads: (listener) => (this.threads = new SimulatedThreads(this.clock, slots, listener)),
    });
  }

  run(tasks: readonly Task[], options: GraphOptions = {}): GraphRun {
    const run = this.graphs.run(tasks, options);
    run.on('task', (id) => this.settled.push(id));
    return run;
  }

  tasks(nodes: readonly Node[]): Task[] {
    return nodes.map(({ kind, ms, end, tolerates, dependsOn }, at) => {
      const base = { id: `t${at}`, dependsOn: dependsOn.map((each) => `t${each}`), tolerates };
      if (kind === 'cpu') return { ...base, module: '/simulated.mjs', input: { ms, end } };
      return { ...base, run: (context) => this.#wait(context, ms, end) };
    });
  }

  async toEnd(): Promise<void> {
    await settle();
    for (let next = this.clock.nextAtMs; next !== undefined; next = this.clock.nextAtMs) {
      await this.clock.advanceAsync(next - this.clock.monotonicMs());
    }
  }

  get allBegun(): string[] {
    return [...this.begun, ...this.threads.begun];
  }

  async #wait({ id, signal, results, failures }: TaskContext, ms: number, end: Node['end']): Promise<string> {
    this.begun.push(id);
    for (const dependency of [...results.keys(), ...failures.keys()]) expect(this.settled).toContain(dependency);
    this.waitRunningMax = Math.max(this.waitRunningMax, ++this.waitRunning);
    try {
      await new Promise<void>((resolve, reject) => {
        const timer = this.clock.schedule(resolve, ms);
        signal.addEventListener('abort', () => {
          timer.cancel();
          reject(new Error('aborted'));
        });
      });
      if (end !== 'completes') throw new Error(`${id} failed`);
      return id;
    } finally {
      this.waitRunning--;
    }
  }
}

/** How each task must end when nothing is cancelled: its status and, if it failed, the code of its error. */
function expectedOutcomes(nodes: readonly Node[]): string[] {
  const outcomes: string[] = [];
  for (const { kind, end, tolerates, dependsOn } of nodes) {
    const isHeldBack = !tolerates && dependsOn.some((each) => outcomes[each] !== 'completed');
    if (isHeldBack) outcomes.push('ERR_DEPENDENCY_FAILED');
    else if (end === 'completes') outcomes.push('completed');
    else outcomes.push(end === 'crashes' && kind === 'cpu' ? 'ERR_WORKER_CRASHED' : 'ERR_TASK_FAILED');
  }
  return outcomes;
}

function shown(outcome: TaskOutcome | undefined): string | undefined {
  return outcome?.status === 'failed' ? outcome.error.code : outcome?.status;
}

describe('a graph', () => {
  it('runs every task once, after all that it depends on, and ends each as the model says', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyNodes,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        async (nodes, slots, concurrency) => {
          const bench = new Bench(slots);
          const run = bench.run(bench.tasks(nodes), { concurrency });
          await bench.toEnd();
          const summary = await run.done;
          const expected = expectedOutcomes(nodes);
          expect([...run.outcomes()].map(([, outcome]) => shown(outcome))).toEqual(expected);
          const begun = expected.flatMap((outcome, at) => (outcome === 'ERR_DEPENDENCY_FAILED' ? [] : [`t${at}`]));
          expect(bench.allBegun.sort()).toEqual(begun.sort());
          expect([...bench.settled].sort()).toEqual(nodes.map((_, at) => `t${at}`).sort());
          for (const [at, { dependsOn }] of nodes.entries()) {
            for (const each of dependsOn) {
              expect(bench.settled.indexOf(`t${each}`)).toBeLessThan(bench.settled.indexOf(`t${at}`));
            }
          }
          const completed = expected.filter((outcome) => outcome === 'completed').length;
          expect([summary.tasks, summary.completed]).toEqual([nodes.length, completed]);
          expect(summary.completed + summary.failed + summary.skipped).toBe(nodes.length);
          expect(summary.status).toBe(completed === nodes.length ? 'completed' : 'failed');
          expect(bench.waitRunningMax).toBeLessThanOrEqual(concurrency);
          expect(bench.clock.pending).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('when it is cancelled at any moment begins nothing more and leaves nothing running', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyNodes,
        fc.nat({ max: 100 }),
        fc.constantFrom('call', 'signal'),
        fc.nat({ max: 30 }),
        async (nodes, afterMs, how, graceMs) => {
          const bench = new Bench();
          const controller = new AbortController();
          const run = bench.run(bench.tasks(nodes), { graceMs, signal: controller.signal });
          await bench.clock.advanceAsync(afterMs);
          const begun = bench.allBegun.length;
          if (how === 'signal') controller.abort();
          else void run.cancel();
          await bench.clock.advanceAsync(graceMs);
          const summary = await run.done;
          expect(bench.allBegun).toHaveLength(begun);
          expect([bench.waitRunning, bench.threads.running, summary.tasks]).toEqual([0, 0, nodes.length]);
          expect([...bench.settled].sort()).toEqual(nodes.map((_, at) => `t${at}`).sort());
          const expected = expectedOutcomes(nodes);
          for (const [at, outcome] of [...run.outcomes()].map(([, each]) => shown(each)).entries()) {
            if (outcome !== 'cancelled') expect(outcome).toBe(expected[at]);
          }
          await bench.toEnd();
          await bench.graphs.close(true);
          expect(bench.threads.isClosed).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('what a task is given', () => {
  it('is what its dependencies returned, and why they failed if it tolerates that', async () => {
    const bench = new Bench();
    const cause = new Error('no');
    let given: TaskContext | undefined;
    const run = bench.run([
      { id: 'a', run: () => 1 },
      { id: 'b', run: () => Promise.reject(cause) },
      { id: 'c', dependsOn: ['b'], run: () => 3 },
      { id: 'd', dependsOn: ['a', 'b', 'c'], tolerates: true, run: (context) => void (given = context) },
      { id: 'e', dependsOn: ['c'], run: () => 5 },
    ]);
    await bench.toEnd();
    expect(given?.results).toEqual(new Map([['a', 1]]));
    expect([...(given?.failures ?? [])].map(([id, error]) => [id, error.code])).toEqual([
      ['b', 'ERR_TASK_FAILED'],
      ['c', 'ERR_DEPENDENCY_FAILED'],
    ]);
    expect(await errorOf(run.result('e'))).toEqual({
      code: 'ERR_DEPENDENCY_FAILED',
      message: 'task "e" depends on "c", which failed: task "b" failed: no',
      cause: expect.objectContaining({ code: 'ERR_TASK_FAILED', cause }),
    });
  });

  it('is asked for by id, before and after', async () => {
    const bench = new Bench();
    const run = bench.run([{ id: 'a', run: () => Promise.resolve(1) }]);
    const before = run.result('a');
    expect(run.outcome('a')).toBeUndefined();
    await bench.toEnd();
    expect([await before, await run.result('a'), run.outcome('a')]).toEqual([1, 1, { status: 'completed', value: 1 }]);
    expect((await errorOf(run.result('z'))).code).toBe('ERR_OPTION_RANGE');
  });

  it('fails with its own error if that is one of the library', async () => {
    const bench = new Bench();
    const error = new MillraceError('ERR_QUEUE_FULL', 'full');
    const run = bench.run([{ id: 'a', run: () => Promise.reject(error) }]);
    await bench.toEnd();
    expect(run.outcome('a')).toEqual({ status: 'failed', error });
  });
});

describe('the order among tasks that could run', () => {
  it('is by priority, which counts for what a task depends on too, then by the longest path', async () => {
    const bench = new Bench(1);
    const module = '/simulated.mjs';
    const task = (id: string, more: object): Task => ({ id, module, input: { ms: 10 }, ...more });
    bench.run([
      task('short', {}),
      task('long', { cost: 5 }),
      task('low', { priority: 'low', cost: 100 }),
      task('first', { priority: 'low' }),
      task('urgent', { priority: 'critical', dependsOn: ['first'] }),
      task('head', {}),
      task('tail', { cost: 9, dependsOn: ['head'] }),
    ]);
    await bench.toEnd();
    // When `first` has ended, `head` has been handed over already.
    expect(bench.threads.begun).toEqual(['first', 'head', 'urgent', 'tail', 'long', 'short', 'low']);
  });

  it('lets others take what waits behind a long task', async () => {
    const bench = new Bench(2);
    const module = '/simulated.mjs';
    const tasks = [1000, ...new Array<number>(20).fill(10)].map((ms, at) => ({
      id: `t${at}`,
      module,
      input: { ms },
      cost: at === 0 ? 2 : 1,
    }));
    const run = bench.run(tasks);
    await bench.clock.advanceAsync(200);
    expect(run.counts()).toMatchObject({ completed: 20, running: 1 });
    await bench.toEnd();
    expect(bench.clock.monotonicMs()).toBe(1000);
  });

  it('lets two graphs take turns', async () => {
    const bench = new Bench(1);
    const module = '/simulated.mjs';
    for (const name of ['a', 'b']) {
      bench.run([1, 2, 3, 4].map((at) => ({ id: `${name}${at}`, module, input: { ms: 1 } })));
    }
    await bench.toEnd();
    expect(bench.threads.begun).toEqual(['a1', 'a2', 'a3', 'b1', 'a4', 'b2', 'b3', 'b4']);
  });
});
