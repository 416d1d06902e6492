import type { Csr } from './csr.js';

/**
 * Upward ranks: the cost of the longest path from each node to the end of the graph, its own cost included.
 *
 * Whatever runs first by this rank keeps the critical path going (HEFT without its communication costs: Topcuoglu, Hariri and
 * Wu 2002, "Performance-effective and low-complexity task scheduling for heterogeneous computing").
 *
 * @param order - topological.
 */
export function upwardRanks(dependants: Csr, order: Uint32Array, costs: Float64Array): Float64Array {
  const ranks = costs.slice();
  eachEdgeBackwards(dependants, order, (node, dependant) => {
    ranks[node] = Math.max(ranks[node]!, costs[node]! + ranks[dependant]!);
  });
  return ranks;
}

/** Raises each node's level to that of its highest dependant: what something urgent waits for is as urgent. */
export function raiseLevels(dependants: Csr, order: Uint32Array, levels: Uint8Array): void {
  eachEdgeBackwards(dependants, order, (node, dependant) => {
    levels[node] = Math.max(levels[node]!, levels[dependant]!);
  });
}

/** Calls with each edge; a node's own come after those of all its dependants. */
function eachEdgeBackwards(
  { offsets, targets }: Csr,
  order: Uint32Array,
  visit: (node: number, dependant: number) => void,
): void {
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at]!;
    for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) visit(node, targets[edge]!);
  }
}
