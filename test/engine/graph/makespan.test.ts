/**
 * Proves how soon graphs are done: a discrete-event simulation runs the scheduler, on threads that pretend to work, over random
 * graphs of heavy-tailed tasks. The lower bound is max(longest chain, total work / threads); no schedule can beat it.
 *
 * Costs are known, unknown, or wrong by a factor of up to four either way. Where they are, nobody can know that a large task is
 * left for the end, so the largest one is kept to a twentieth of the bound; within ten percent has to come from the rest.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Graphs } from '../../../src/engine/graph/graphs.js';
import type { Task } from '../../../src/engine/graph/task.js';
import { seededRandom } from '../../../bench/random.js';
import { ManualClock } from '../../support/manual-clock.js';
import { randomGraph, lowerBound, type RandomGraph } from '../../support/random-graph.js';
import { SimulatedThreads } from './simulation.js';

const RUNS = 100;

type Knowledge = 'known' | 'unknown' | 'wrong';

/** Runs a graph to its end and returns how long that took on the manual clock. */
async function makespan(graph: RandomGraph, slots: number, knowledge: Knowledge): Promise<number> {
  const random = seededRandom(slots);
  const tasks = graph.sizes.map((ms, index): Task => {
    const cost = knowledge === 'known' ? ms : ms * 4 ** (2 * random() - 1);
    const dependsOn = graph.dependsOn[index]!.map(String);
    const task = { id: String(index), module: '/simulated.mjs', input: { ms }, dependsOn };
    return knowledge === 'unknown' ? task : { ...task, cost };
  });
  const clock = new ManualClock(0);
  const graphs = new Graphs({
    workers: slots,
    workerHeapMb: 16,
    clock,
    startThreads: (listener) => new SimulatedThreads(clock, slots, listener),
  });
  const run = graphs.run(tasks);
  await Promise.resolve(); // it starts in a microtask
  for (let next = clock.nextAtMs; next !== undefined; next = clock.nextAtMs) {
    clock.advance(next - clock.monotonicMs());
  }
  const { status } = await run.done;
  expect(status).toBe('completed');
  return clock.monotonicMs();
}

describe('the makespan in simulation', () => {
  it.each<Knowledge>(['known', 'unknown', 'wrong'])(
    'costs %s: is within a tenth of the lower bound',
    async (knowledge) => {
      const worst = { ratio: 0 };
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.integer({ min: 2, max: 8 }), async (seed, slots) => {
          const graph = randomGraph(seededRandom(seed), 1000, slots, 0.05);
          const ratio = (await makespan(graph, slots, knowledge)) / lowerBound(graph, slots);
          worst.ratio = Math.max(worst.ratio, ratio);
          expect(ratio).toBeLessThanOrEqual(1.1);
        }),
        { numRuns: RUNS },
      );
      expect(worst.ratio).toBeGreaterThanOrEqual(1 - 1e-9);
    },
  );

  it('is never worse than Graham’s bound, whatever the graph', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom<Knowledge>('known', 'unknown', 'wrong'),
        async (seed, slots, nodes, knowledge) => {
          const graph = randomGraph(seededRandom(seed), nodes, slots, Infinity);
          const bound = (2 - 1 / slots) * lowerBound(graph, slots);
          expect(await makespan(graph, slots, knowledge)).toBeLessThanOrEqual(bound * (1 + 1e-9));
        },
      ),
      { numRuns: 3 * RUNS },
    );
  });
});
