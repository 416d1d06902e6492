/**
 * Proves that graphs are put in order, and refused when they have none: the order, the transposed edges and the ranks are
 * compared with slow and obvious models on random graphs; cycles are found exactly if a search by hand finds one, and what the
 * message shows is one. A chain of a million tasks shows that nothing recurses.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMillraceError, type MillraceError } from '../../../src/core/errors.js';
import { CsrBuilder, degrees, transpose, type Csr } from '../../../src/engine/graph/csr.js';
import { findCycle, topologicalOrder } from '../../../src/engine/graph/order.js';
import { planGraph } from '../../../src/engine/graph/plan.js';
import { rankUpwards } from '../../../src/engine/graph/rank.js';

/** For each node the nodes that it depends on: any, itself and repeated ones among them. */
const anyGraph = fc.integer({ min: 0, max: 12 }).chain((nodes) =>
  fc.array(fc.array(fc.nat({ max: Math.max(nodes - 1, 0) }), { maxLength: 2 }), {
    minLength: nodes,
    maxLength: nodes,
  }),
);

/** The same without cycles: every node depends on earlier ones only. */
const acyclicGraph = anyGraph.map((graph) =>
  graph.map((dependencies, node) => dependencies.filter((dependency) => dependency < node)),
);

const RUNS = { numRuns: 500 };

function csrOf(graph: readonly (readonly number[])[]): Csr {
  const builder = new CsrBuilder(graph.length);
  for (const dependencies of graph) {
    for (const dependency of dependencies) builder.add(dependency);
    builder.endNode();
  }
  return builder.build();
}

function neighbours({ offsets, targets }: Csr, node: number): number[] {
  return [...targets.subarray(offsets[node], offsets[node + 1])];
}

/** Takes away nodes that depend on nothing any more until none is left, or only such as wait for each other. */
function hasCycle(graph: readonly (readonly number[])[]): boolean {
  const left = new Set(graph.keys());
  for (let before = -1; before !== left.size;) {
    before = left.size;
    for (const node of left) if (!graph[node]!.some((dependency) => left.has(dependency))) left.delete(node);
  }
  return left.size > 0;
}

function tasksOf(graph: readonly (readonly number[])[]): Parameters<typeof planGraph>[0] {
  return graph.map((dependencies, node) => ({
    id: `n${node}`,
    run: () => node,
    dependsOn: dependencies.map((d) => `n${d}`),
  }));
}

/** The error with which tasks are refused, which may be nothing of the kind. */
function refusalOf(tasks: unknown): MillraceError {
  try {
    planGraph(tasks as Parameters<typeof planGraph>[0]);
  } catch (thrown) {
    if (isMillraceError(thrown)) return thrown;
    throw thrown;
  }
  throw new Error('expected a refusal');
}

describe('edges', () => {
  it('are kept once each, and can be seen from their other ends', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const csr = csrOf(graph);
        const reversed = transpose(csr);
        for (const [node, dependencies] of graph.entries()) {
          expect(neighbours(csr, node)).toEqual([...new Set(dependencies)]);
          const dependants = [...graph.keys()].filter((each) => graph[each]!.includes(node));
          expect(neighbours(reversed, node)).toEqual(dependants);
        }
        expect([...degrees(csr)]).toEqual(graph.map((dependencies) => new Set(dependencies).size));
      }),
      RUNS,
    );
  });
});

describe('the order', () => {
  it('has every node after all that it depends on, and all nodes exactly if there is no cycle', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const csr = csrOf(graph);
        const order = [...topologicalOrder(csr, transpose(csr))];
        expect(new Set(order).size).toBe(order.length);
        for (const [at, node] of order.entries()) {
          for (const dependency of graph[node]!) expect(order.slice(0, at)).toContain(dependency);
        }
        expect(order.length < graph.length).toBe(hasCycle(graph));
      }),
      RUNS,
    );
  });

  it('leaves out a cycle that is one', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        fc.pre(hasCycle(graph));
        const csr = csrOf(graph);
        const cycle = findCycle(csr, topologicalOrder(csr, transpose(csr)));
        expect(cycle.length).toBeGreaterThan(0);
        expect(new Set(cycle).size).toBe(cycle.length);
        for (const [at, node] of cycle.entries()) expect(graph[node]).toContain(cycle[(at + 1) % cycle.length]);
      }),
      RUNS,
    );
  });
});

describe('ranks and levels', () => {
  it('are those of the longest and the highest path to the end', () => {
    fc.assert(
      fc.property(acyclicGraph, fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (graph, numbers) => {
        const costs = Float64Array.from(graph, () => numbers.next().value as number);
        const given = Uint8Array.from(graph, () => (numbers.next().value as number) % 4);
        const [levels, ranks] = [given.slice(), costs.slice()];
        const csr = csrOf(graph);
        const dependants = transpose(csr);
        const order = topologicalOrder(csr, dependants);
        const after = (node: number): number[] => [...graph.keys()].filter((each) => graph[each]!.includes(node));
        const rank = (node: number): number => costs[node]! + Math.max(0, ...after(node).map(rank));
        const level = (node: number): number => Math.max(given[node]!, ...after(node).map(level));
        rankUpwards(dependants, order, { levels, ranks });
        expect([...ranks]).toEqual([...graph.keys()].map(rank));
        expect([...levels]).toEqual([...graph.keys()].map(level));
      }),
      RUNS,
    );
  });
});

describe('what is refused', () => {
  const run = (): void => undefined;

  it('is a cycle, exactly if there is one, and its message shows one', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        if (!hasCycle(graph)) {
          expect(planGraph(tasksOf(graph)).tasks).toHaveLength(graph.length);
          return;
        }
        const { code, message } = refusalOf(tasksOf(graph));
        expect(code).toBe('ERR_DEPENDENCY_CYCLE');
        if (message.includes('more')) return; // shortened: the walk itself is proven above
        const path = message
          .replace('tasks depend on each other: ', '')
          .split(' → ')
          .map((id) => Number(id.slice(1)));
        expect(path.at(-1)).toBe(path[0]);
        for (const [at, node] of path.slice(0, -1).entries()) expect(graph[node]).toContain(path[at + 1]);
      }),
      RUNS,
    );
  });

  it('is a long cycle in a short message', () => {
    const ring = Array.from({ length: 1000 }, (_, node) => [(node + 1) % 1000]);
    const { message } = refusalOf(tasksOf(ring));
    expect(message).toBe(
      'tasks depend on each other: n0 → n1 → n2 → n3 → n4 → n5 → n6 → n7 → n8 → … 990 more … → n999 → n0',
    );
  });

  it.each([
    [[{ id: 'a', run, dependsOn: ['a'] }], 'ERR_DEPENDENCY_CYCLE', 'a → a'],
    [[{ id: 'a', run, dependsOn: ['b'] }], 'ERR_DEPENDENCY_MISSING', 'task "a" depends on "b", which is not there'],
    [
      [
        { id: 'a', run },
        { id: 'a', run },
      ],
      'ERR_OPTION_RANGE',
      'tasks[1].id must be its own, got "a", which is that of tasks[0]',
    ],
    [{}, 'ERR_OPTION_TYPE', 'tasks must be an array'],
    [[null], 'ERR_OPTION_TYPE', 'tasks[0] must be an object, got null'],
    [[{ id: 1, run }], 'ERR_OPTION_TYPE', 'tasks[0].id must be a string, got 1'],
    [[{ id: 'a' }], 'ERR_OPTION_RANGE', 'tasks[0] must have either run or module, got neither'],
    [[{ id: 'a', run, module: '/m.mjs' }], 'ERR_OPTION_RANGE', 'got both'],
    [[{ id: 'a', run: 1 }], 'ERR_OPTION_TYPE', 'tasks[0].run must be a function, got 1'],
    [[{ id: 'a', run, kind: 'cpu' }], 'ERR_OPTION_RANGE', 'tasks[0].kind must be wait for a function'],
    [[{ id: 'a', module: '/m.mjs', kind: 'wait' }], 'ERR_OPTION_RANGE', 'tasks[0].kind must be cpu for a module'],
    [[{ id: 'a', module: './m.mjs' }], 'ERR_OPTION_RANGE', 'tasks[0].module must be an absolute path or a URL'],
    [[{ id: 'a', run, dependsOn: 'b' }], 'ERR_OPTION_TYPE', 'tasks[0].dependsOn must be an array of ids, got "b"'],
    [[{ id: 'a', run, dependsOn: [1] }], 'ERR_OPTION_TYPE', 'tasks[0].dependsOn must be an array of ids, got 1'],
    [[{ id: 'a', run, priority: 'urgent' }], 'ERR_OPTION_RANGE', 'tasks[0].priority must be one of low, normal, high'],
    [[{ id: 'a', run, cost: 0 }], 'ERR_OPTION_RANGE', 'tasks[0].cost must be a finite number above 0, got 0'],
    [[{ id: 'a', run, cost: '1' }], 'ERR_OPTION_TYPE', 'tasks[0].cost must be a number, got "1"'],
    [[{ id: 'a', run, tolerates: 1 }], 'ERR_OPTION_TYPE', 'tasks[0].tolerates must be true or false, got 1'],
    [[{ id: 'a', run, dependson: [] }], 'ERR_OPTION_UNKNOWN', 'tasks[0].dependson is not an option'],
  ])('is %j', (tasks, code, message) => {
    const error = refusalOf(tasks);
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
  });
});

describe('a million tasks', () => {
  it('in one chain are put in order without recursion', () => {
    const nodes = 1_000_000;
    const builder = new CsrBuilder(nodes);
    for (let node = 0; node < nodes; node++) {
      if (node + 1 < nodes) builder.add(node + 1);
      builder.endNode();
    }
    const csr = builder.build();
    const dependants = transpose(csr);
    const order = topologicalOrder(csr, dependants);
    expect([order.length, order[0], order.at(-1)]).toEqual([nodes, nodes - 1, 0]);
    const ranks = new Float64Array(nodes).fill(1);
    rankUpwards(dependants, order, { levels: new Uint8Array(nodes), ranks });
    expect(ranks[nodes - 1]).toBe(nodes);
  });
});
